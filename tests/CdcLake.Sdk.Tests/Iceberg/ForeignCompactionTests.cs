using System.Globalization;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>Somebody else compacts the table while a pipeline writes it: the pipeline goes on where the rows lie now.</summary>
public sealed class ForeignCompactionTests : IDisposable
{
    private static readonly IcebergSinkSettings Settings = new() { SmallFileBytes = 0, TargetFileSizeBytes = 4_000, FoldAt = 3, MaxOwnDeleteFiles = 1, FilesPerDeleteFile = 2 };
    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;

    public ForeignCompactionTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Compaction_before_a_commit_is_no_conflict()
    {
        await using var model = await FilledAsync();
        await ForeignCompaction.RunAsync(_store);
        Change(model, 1);
        Assert.NotNull(await model.EndAndCommitAsync());
        await model.CheckAsync();
        Change(model, 2);
        await model.EndAndCommitAsync();
        await model.CheckAsync();
        await model.ReopenAsync();
        await model.CheckAsync();
    }

    [Fact]
    public async Task Compaction_between_preparation_and_publication_is_no_conflict_and_leaves_no_file_behind()
    {
        await using var model = await FilledAsync();
        Change(model, 1);
        await model.EndEpochAsync();
        await using (var prepared = (await model.Sink.PrepareAsync(CancellationToken.None))!)
        {
            await ForeignCompaction.RunAsync(_store);
            Assert.NotNull(Assert.Single(await prepared.Group.PublishAsync([prepared], CancellationToken.None)));
        }

        await model.CheckAsync();
        await CheckFilesAsync();
    }

    [Theory]
    [InlineData(null, 2)]
    [InlineData(null, 3)]
    [InlineData(IcebergDeleteMode.Equality, 2)]
    public async Task Compaction_of_ours_that_theirs_overtook_is_given_up_whole_and_chosen_anew(IcebergDeleteMode? mode, int format)
    {
        await using var model = await FilledAsync(Settings with { DeleteMode = mode, FormatVersion = format, FileReadCost = 20, LeastFiles = 4 });
        await using var compaction = (await model.Sink.Upkeep!.BeginAsync(CancellationToken.None))!;
        await compaction.RunAsync(CancellationToken.None);
        await ForeignCompaction.RunAsync(_store);
        var theirs = (await _store.MetadataAsync()).CurrentSnapshotId;
        var done = await model.Sink.Upkeep.TakeOverAsync(compaction, CancellationToken.None);
        Assert.Equal((0, 0L), (done.Files, done.Rows));
        Assert.Equal(theirs, (await _store.MetadataAsync()).CurrentSnapshotId);
        await CheckFilesAsync();
        for (var round = 1; round < 4; round++)
        {
            Change(model, round);
            Assert.NotNull(await model.EndAndCommitAsync());
            await model.CheckAsync();
            await model.Sink.MaintainNowAsync(CancellationToken.None);
            await model.CheckAsync();
        }

        await CheckReplacesAsync();
        await model.ReopenAsync();
        await model.CheckAsync();
    }

    [Theory]
    [InlineData(IcebergDeleteMode.Position, 2)]
    [InlineData(IcebergDeleteMode.DeletionVector, 3)]
    [InlineData(IcebergDeleteMode.Equality, 3)]
    public async Task Compaction_of_ours_stands_beside_rows_that_others_added_meanwhile(IcebergDeleteMode mode, int format)
    {
        await using var model = await FilledAsync(Settings with { DeleteMode = mode, FormatVersion = format, FileReadCost = 20, LeastFiles = 4, ForeignChanges = ForeignChanges.Keep });
        await using var compaction = (await model.Sink.Upkeep!.BeginAsync(CancellationToken.None))!;
        await compaction.RunAsync(CancellationToken.None);
        Change(model, 1);
        Assert.NotNull(await model.EndAndCommitAsync());
        await ForeignAppend.RunAsync(_store, model, 1_001, 1_002);
        var done = await model.Sink.Upkeep.TakeOverAsync(compaction, CancellationToken.None);
        Assert.Equal(compaction.Inputs.Count, done.Files);
        await model.CheckAsync();
        await CheckReplacesAsync();
        Change(model, 2);
        Assert.NotNull(await model.EndAndCommitAsync());
        await model.CheckAsync();
        await model.ReopenAsync(new(model.Rows));
        await model.CheckAsync();
        await CheckFilesAsync();
    }

    [Fact]
    public async Task Compaction_under_a_complete_result_is_replaced_with_it()
    {
        await using var model = await FilledAsync();
        model.StartOver();
        Change(model, 1);
        await model.EndEpochAsync();
        await ForeignCompaction.RunAsync(_store);
        Assert.NotNull(await model.CommitAsync());
        await model.CheckAsync();
    }

    [Fact]
    public async Task Compaction_that_lost_rows_is_a_conflict_that_says_how_many()
    {
        await using var model = await FilledAsync();
        await ForeignCompaction.RunAsync(_store, row => row != 77);
        model.Put(1, "changed", 1);
        await model.EndEpochAsync();
        var error = await Assert.ThrowsAsync<CommitConflictException>(() => model.CommitAsync());
        Assert.Contains("of 599 rows are not in it any more", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_added_by_somebody_else_are_a_conflict_and_refused_by_name_afterwards()
    {
        await using var model = await FilledAsync();
        await ForeignCompaction.RunAsync(_store);
        var foreign = await _store.AddForeignSnapshotAsync("append");
        model.Put(1, "changed", 1);
        await model.EndEpochAsync();
        var conflict = await Assert.ThrowsAsync<CommitConflictException>(() => model.CommitAsync());
        Assert.True(conflict.IsTransient);
        var error = await Assert.ThrowsAsync<CatalogException>(() => model.ReopenAsync());
        Assert.Contains($"{foreign.SnapshotId}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 2)]
    [InlineData(false, 3)]
    [InlineData(true, 3)]
    [InlineData(false, 2, IcebergDeleteMode.Equality)]
    [InlineData(true, 3, IcebergDeleteMode.Equality)]
    public async Task Failure_at_any_call_of_a_commit_over_a_compaction_leaves_the_old_or_the_new_state(bool afterEffect, int format, IcebergDeleteMode? mode = null)
    {
        var settings = Settings with { FormatVersion = format, DeleteMode = mode };
        var calls = int.MaxValue;
        for (var failAt = 1; failAt <= calls; failAt++)
        {
            using var folder = new TemporaryFolder(inMemory: true);
            var files = new LocalObjectStore(folder.Path, TimeProvider.System);
            var store = new FaultyStore(files);
            await using var model = new SinkModel(store, settings);
            await FillAsync(model);
            var before = SinkModel.Print(model.Rows);
            Change(model, 1);
            await model.EndEpochAsync();
            await ForeignCompaction.RunAsync(files);
            store.Arm(failAt, afterEffect, onlyOnce: false);
            var error = await Record.ExceptionAsync(() => model.CommitAsync());
            Assert.True(error is null or CdcLakeException, $"call {failAt}: {error}");
            calls = error is null ? store.Calls : calls;
            var after = SinkModel.Print(model.Rows);
            store.Arm(0, false, false);
            var read = SinkModel.Print(await SinkModel.ReadAsync(files));
            await using var next = new SinkModel(files, settings);
            var isNew = TestPosition.NumberOf(await next.OpenAsync()) == 4;
            Assert.True(isNew || error is not null, "a commit that was reported is not there");
            Assert.Equal(isNew ? after : before, read);
        }

        Assert.InRange(calls, 20, 400);
    }

    private async Task<SinkModel> FilledAsync(IcebergSinkSettings? settings = null)
    {
        var model = new SinkModel(_store, settings ?? Settings);
        await FillAsync(model);
        return model;
    }

    /// <summary>600 rows in several files with position deletes, in three commits.</summary>
    private static async Task FillAsync(SinkModel model)
    {
        await model.OpenAsync();
        for (var commit = 0; commit < 3; commit++)
        {
            for (var id = commit * 190; id < (commit * 190) + 220; id++)
            {
                model.Put(id, $"row {id} of commit {commit}", id);
            }

            await model.EndAndCommitAsync();
        }
    }

    /// <summary>Replaces, removes and adds rows.</summary>
    private static void Change(SinkModel model, int round)
    {
        for (var id = round; id < 700; id += 7)
        {
            model.Put(id, $"changed in round {round}", -id);
            model.Remove(id + 3);
        }
    }

    /// <summary>There is no file that no snapshot knows.</summary>
    private async Task CheckFilesAsync()
    {
        var known = await FilesAsync();
        Assert.All(_folder.Files.Where(f => f.EndsWith(".parquet", StringComparison.Ordinal)), f => Assert.Contains(Path.GetFileName(f), known));
    }

    /// <summary>No snapshot that only moves rows adds any.</summary>
    private async Task CheckReplacesAsync() => Assert.All(
        (await _store.MetadataAsync()).Snapshots.Where(s => s["operation"] == "replace"),
        s => Assert.InRange(long.Parse(s["added-records"] ?? "0", CultureInfo.InvariantCulture), 0, long.Parse(s["deleted-records"] ?? "0", CultureInfo.InvariantCulture)));

    private async Task<HashSet<string>> FilesAsync()
    {
        var names = new HashSet<string>();
        foreach (var snapshot in (await _store.MetadataAsync()).Snapshots)
        {
            var files = await CdcLake.Iceberg.Tables.TableFiles.ReadAsync(FileIO.Over(_store, TimeProvider.System), snapshot, CancellationToken.None);
            names.UnionWith(files.Manifests.SelectMany(m => m.Live).Select(e => Path.GetFileName(e.File.Path)));
        }

        return names;
    }
}
