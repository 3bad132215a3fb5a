using System.Collections.Immutable;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>A complete result that comes in parts, with crashes between them: durable from the first part on, and visible as a whole or not at all.</summary>
public sealed class StagedPartsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;

    public StagedPartsTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData(IcebergDeleteMode.Position)]
    [InlineData(IcebergDeleteMode.CopyOnWrite)]
    [InlineData(IcebergDeleteMode.DeletionVector)]
    public async Task Parts_are_seen_by_nobody_before_the_last_one(IcebergDeleteMode? mode)
    {
        await using var model = new SinkModel(_store, new IcebergSinkSettings { DeleteMode = mode });
        await model.OpenAsync();
        Assert.True(model.Sink.KeepsParts);
        model.StartOver();
        for (var part = 1; part <= 4; part++)
        {
            PutSome(model, part);
            Assert.Null(await model.EndAndCommitAsync(part)); // no commit that anybody could see
            var table = await TableAsync();
            Assert.Null(table.CurrentSnapshotId);
            Assert.DoesNotContain(table.Properties, p => p.Key.EndsWith(".gtid", StringComparison.Ordinal));
            await model.ReopenAsync();
            Assert.Equal(part, model.Position);
            Assert.Equal(part, model.Sink.Parts.Count);
        }

        model.Put(1_000, "last", null);
        var commit = (await model.EndAndCommitAsync())!;
        Assert.Equal(model.Rows.Count, commit.TotalRows);
        await model.CheckAsync();
        var whole = await TableAsync();
        Assert.Equal(TableMetadata.MainBranch, Assert.Single(whole.Refs).Name);
        Assert.Equal(commit.Id, Assert.Single(whole.Snapshots).SnapshotId.ToString()); // what nobody could have seen is gone
        await model.ReopenAsync();
        Assert.Empty(model.Sink.Parts);
        model.Remove(1_000);
        model.Put(3, "changed", 3);
        await model.EndAndCommitAsync();
        await model.CheckAsync();
    }

    [Fact]
    public async Task Sink_returns_to_an_earlier_part()
    {
        await using var model = new SinkModel(_store);
        await model.OpenAsync();
        model.StartOver();
        PutSome(model, 1);
        await model.EndAndCommitAsync(1);
        var first = new Dictionary<long, (string? Name, int? Qty)>(model.Rows);
        PutSome(model, 2);
        await model.EndAndCommitAsync(2);
        await model.ReopenAsync();
        await model.Sink.ReturnToAsync(SinkModel.Opening, new TestPosition(1, part: 1).Properties, default);
        model.Forget(first);
        model.Put(77, "on another way", 7);
        await model.EndAndCommitAsync(2);
        await model.ReopenAsync();
        Assert.Equal(2, model.Sink.Parts.Count);
        model.Remove(77);
        await model.EndAndCommitAsync();
        await model.CheckAsync();
    }

    [Fact]
    public async Task Former_rows_stay_visible_and_changes_of_others_do_not_disturb()
    {
        await using var model = new SinkModel(_store);
        await model.OpenAsync();
        model.Put(1, "former", 1);
        await model.EndAndCommitAsync();
        var former = new Dictionary<long, (string? Name, int? Qty)>(model.Rows);
        model.StartOver();
        PutSome(model, 1);
        await model.EndAndCommitAsync(1);
        await PropertyCommit.RunAsync(new FileSystemCatalog(_store), SinkModel.Table, [new TableWideUpdates.SetProperties(ImmutableSortedDictionary<string, string>.Empty.Add("theirs", "1"))], default);
        PutSome(model, 2);
        await model.EndAndCommitAsync(2);
        Assert.Equal(SinkModel.Print(former), SinkModel.Print(await SinkModel.ReadAsync(_store)));
        var reader = await IcebergTableReader.OpenAsync(new FileSystemCatalog(_store), SinkModel.Table, default);
        Assert.Equal(reader.Current, reader.FindSnapshot(_ => true));
        model.Put(5, "changed", 5);
        await model.EndAndCommitAsync();
        await model.CheckAsync();
        var after = await IcebergTableReader.OpenAsync(new FileSystemCatalog(_store), SinkModel.Table, default);
        Assert.Equal(SinkModel.Print(former), SinkModel.Print(await SinkModel.ReadAsync(_store, after.FindSnapshot(p => TestPosition.NumberOf(p) == 1)))); // never a part
        Assert.Equal("1", after.Metadata.Properties["theirs"]);
    }

    [Fact]
    public async Task Complete_result_that_begins_anew_takes_the_place_of_parts()
    {
        await using var model = new SinkModel(_store);
        await model.OpenAsync();
        model.StartOver();
        PutSome(model, 1);
        await model.EndAndCommitAsync(1);
        await model.ReopenAsync();
        model.StartOver();
        model.Put(9, "anew", 9);
        Assert.NotNull(await model.EndAndCommitAsync());
        await model.CheckAsync();
        Assert.Null((await TableAsync()).SnapshotOf(StagedParts.Branch));
    }

    [Theory]
    [InlineData(IcebergDeleteMode.Append)]
    [InlineData(IcebergDeleteMode.Equality)]
    public async Task Sink_that_does_not_know_where_its_rows_are_takes_no_parts(IcebergDeleteMode mode)
    {
        await using var model = new SinkModel(_store, new IcebergSinkSettings { DeleteMode = mode });
        await model.OpenAsync();
        Assert.False(model.Sink.KeepsParts);
    }

    // New rows, and changes of those of the parts before.
    private static void PutSome(SinkModel model, int part)
    {
        for (var id = part * 100; id < (part * 100) + 50; id++)
        {
            model.Put(id, $"part {part}", id);
        }

        model.Put((part - 1) * 100, "changed", part);
        model.Remove(((part - 1) * 100) + 1);
        model.Remove((part * 100) + 2); // read and gone within one part
    }

    private async Task<TableMetadata> TableAsync() => (await new FileSystemCatalog(_store).LoadAsync(SinkModel.Table, default))!.Metadata;
}
