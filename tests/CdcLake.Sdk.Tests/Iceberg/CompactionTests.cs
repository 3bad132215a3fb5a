using CdcLake.Connectors;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>Compaction beside the stream: what it leaves, what happens to rows that change meanwhile, and what its failure costs.</summary>
public sealed class CompactionTests : IDisposable
{
    private static readonly IcebergSinkSettings Settings = new() { SmallFileBytes = 0, FileReadCost = 100, LeastFiles = 4, Compacts = true };

    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;

    public CompactionTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Small_and_dirty_files_become_one_clean_file_and_the_position_stays()
    {
        await using var model = await FragmentedAsync();
        var position = model.Position;

        Assert.Equal(1, await model.Sink.MaintainNowAsync(CancellationToken.None));

        var version = model.Sink.Version!;
        Assert.Single(version.Files.Entries(ManifestContent.Data));
        Assert.Empty(version.Files.Entries(ManifestContent.Deletes));
        Assert.Equal("replace", version.Table.Metadata.CurrentSnapshot!["operation"]);
        await model.CheckAsync();
        await model.ReopenAsync();
        Assert.Equal(position, model.Position);
        Assert.Equal(0, await model.Sink.MaintainNowAsync(CancellationToken.None));
    }

    [Theory]
    [InlineData(1 << 20, 1)]
    [InlineData(4_000, 2)]
    public async Task Rows_are_written_in_the_order_of_their_key_as_far_as_memory_goes(long bytes, int leastRuns)
    {
        await using var model = new SinkModel(_store, Settings with { SortBytes = bytes });
        await model.OpenAsync();
        for (var file = 9; file >= 0; file--)
        {
            for (var i = 0; i < 100; i++)
            {
                model.Put((file * 100) + i, $"row {i} of {file}", i);
            }

            await model.EndAndCommitAsync();
        }

        await model.Sink.MaintainNowAsync(CancellationToken.None);
        var ids = (await SinkModel.ReadAsync(_store)).Keys.ToList();
        var runs = 1 + Enumerable.Range(1, ids.Count - 1).Count(i => ids[i] < ids[i - 1]);
        Assert.InRange(runs, leastRuns, leastRuns == 1 ? 1 : ids.Count / 10);
        await model.CheckAsync();
    }

    [Fact]
    public async Task Rows_changed_while_it_ran_are_right_before_and_after_the_next_commit()
    {
        await using var model = await FragmentedAsync();
        var compaction = (await model.Sink.Upkeep!.BeginAsync(CancellationToken.None))!;
        await compaction.RunAsync(CancellationToken.None);
        model.Put(3, "updated meanwhile", 1);
        model.Remove(4);
        model.Put(5000, "inserted meanwhile", 2);
        await model.EndAndCommitAsync();
        model.Put(5, "not committed when it ends", 3);
        await model.EndEpochAsync();

        await model.Sink.Upkeep!.TakeOverAsync(compaction, CancellationToken.None);
        await model.CheckCommittedAsync();
        model.Put(6, "after it", 4);
        await model.EndAndCommitAsync();

        await model.CheckAsync();
        await model.ReopenAsync();
        await model.CheckAsync();
    }

    [Fact]
    public async Task Files_that_left_the_table_meanwhile_make_it_void()
    {
        await using var model = await FragmentedAsync();
        var compaction = (await model.Sink.Upkeep!.BeginAsync(CancellationToken.None))!;
        await compaction.RunAsync(CancellationToken.None);
        foreach (var id in model.Rows.Keys.ToList())
        {
            model.Remove(id);
        }

        model.Put(1, "the only row", 1);
        await model.EndAndCommitAsync();
        await using (compaction)
        {
            Assert.Equal(new SinkUpkeep(0, 0, 0), await model.Sink.Upkeep!.TakeOverAsync(compaction, CancellationToken.None));
        }

        await model.CheckAsync();
        Assert.All(compaction.Outputs, f => Assert.False(File.Exists(new Uri(f.Path).LocalPath)));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Failure_at_any_call_loses_nothing(bool afterEffect, bool onlyOnce)
    {
        for (var call = 1; ; call++)
        {
            using var folder = new TemporaryFolder(inMemory: true);
            var plain = new LocalObjectStore(folder.Path, TimeProvider.System);
            var faulty = new FaultyStore(plain);
            await using var model = await FragmentedAsync(faulty);
            faulty.Arm(call, afterEffect, onlyOnce);
            var failed = false;
            try
            {
                await model.Sink.MaintainNowAsync(CancellationToken.None);
            }
            catch (CdcLakeException)
            {
                failed = true;
            }

            var isOver = faulty.Calls < call;
            faulty.Arm(int.MaxValue, false, false);
            Assert.Equal(SinkModel.Print(model.Rows), SinkModel.Print(await SinkModel.ReadAsync(plain)));
            await model.ReopenAsync();
            model.Put(7, "after the failure", 7);
            await model.EndAndCommitAsync();
            await model.CheckAsync();
            if (isOver)
            {
                Assert.False(failed);
                return;
            }
        }
    }

    [Fact]
    public async Task It_works_by_itself_while_the_stream_commits()
    {
        await using var model = await FragmentedAsync();
        using var stop = new CancellationTokenSource();
        var done = 0L;
        var maintenance = Task.Run(() => model.Sink.MaintainAsync(u => Interlocked.Add(ref done, u.Files), stop.Token));
        for (var commit = 0; commit < 2000 && Interlocked.Read(ref done) == 0; commit++)
        {
            model.Put(commit % 500, $"commit {commit}", commit);
            await model.EndAndCommitAsync();
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => maintenance);
        Assert.True(done > 0);
        await model.CheckAsync();
    }

    /// <summary>A table of ten files, each with rows that are dead.</summary>
    private async Task<SinkModel> FragmentedAsync(IObjectStore? store = null)
    {
        var model = new SinkModel(store ?? _store, Settings);
        await model.OpenAsync();
        for (var file = 0; file < 10; file++)
        {
            for (var i = 0; i < 100; i++)
            {
                model.Put((file * 90) + i, $"row {i} of {file}", i);
            }

            await model.EndAndCommitAsync();
        }

        return model;
    }
}
