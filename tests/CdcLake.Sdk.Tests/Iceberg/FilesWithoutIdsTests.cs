using CdcLake.Iceberg;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>Data files without field ids, in a table with a name mapping, are read by everything that a sink does with a table's files.</summary>
public sealed class FilesWithoutIdsTests : IDisposable
{
    private static readonly IcebergSinkSettings Settings = new() { SmallFileBytes = 0, FileReadCost = 100, LeastFiles = 4, Compacts = true };

    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;

    public FilesWithoutIdsTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, 2)] // positions: the index is built from them, or moved to them
    [InlineData(null, 3)]
    [InlineData(IcebergDeleteMode.CopyOnWrite, 2)] // they are rewritten in the commit
    [InlineData(IcebergDeleteMode.CopyOnWrite, 3)]
    [InlineData(IcebergDeleteMode.Equality, 2)] // keys are compared with theirs
    public async Task Files_that_others_put_in_the_place_of_ours_are_gone_on_from(IcebergDeleteMode? mode, int format)
    {
        await using var model = await FilledAsync(Settings with { DeleteMode = mode, FormatVersion = format });
        foreach (var reopens in new[] { true, false })
        {
            await PlainFiles.RewriteAsync(_store);
            if (reopens)
            {
                await model.ReopenAsync();
            }

            await model.CheckAsync();
            Change(model, reopens ? 1 : 2);
            Assert.NotNull(await model.EndAndCommitAsync());
            await model.CheckAsync();
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(IcebergDeleteMode.Equality)]
    public async Task Compaction_brings_their_rows_into_files_with_ids(IcebergDeleteMode? mode)
    {
        await using var model = await FilledAsync(Settings with { DeleteMode = mode });
        await PlainFiles.RewriteAsync(_store);
        await model.ReopenAsync();
        for (var round = 1; round < 4; round++)
        {
            Change(model, round);
            await model.EndAndCommitAsync();
        }

        while (await model.Sink.MaintainNowAsync(CancellationToken.None) > 0)
        {
        }

        await model.CheckAsync();
        Assert.All(model.Sink.Version!.Files.Entries(ManifestContent.Data), e => Assert.NotEmpty(e.File.Columns)); // none of theirs, which have no metrics
        await _store.EditAsync(new TableWideUpdates.RemoveProperties(["schema.name-mapping.default"]));
        await model.ReopenAsync();
        await model.CheckAsync();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(IcebergDeleteMode.CopyOnWrite)]
    public async Task Column_that_their_partition_stands_for_is_not_lost_when_rows_move(IcebergDeleteMode? mode)
    {
        await using var model = await FilledAsync(Settings with { DeleteMode = mode, Partitioning = [PartitionTerm.Parse("qty")] });
        await PlainFiles.RewriteAsync(_store, left: 2);
        await model.ReopenAsync();
        await model.CheckAsync();
        Change(model, 1);
        await model.EndAndCommitAsync();
        await model.CheckAsync();
        while (await model.Sink.MaintainNowAsync(CancellationToken.None) > 0)
        {
        }

        await model.CheckAsync();
    }

    private async Task<SinkModel> FilledAsync(IcebergSinkSettings settings)
    {
        var model = new SinkModel(_store, settings);
        await model.OpenAsync();
        for (var commit = 0; commit < 3; commit++)
        {
            for (var id = commit * 90; id < (commit * 90) + 120; id++)
            {
                model.Put(id, $"row {id} of commit {commit}", id % 3);
            }

            await model.EndAndCommitAsync();
        }

        return model;
    }

    /// <summary>Replaces, removes and adds rows.</summary>
    private static void Change(SinkModel model, int round)
    {
        for (var id = round; id < 400; id += 7)
        {
            model.Put(id, $"changed in round {round}", id % 3);
            model.Remove(id + 3);
        }
    }
}
