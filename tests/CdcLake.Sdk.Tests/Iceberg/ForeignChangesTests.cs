using CdcLake.Iceberg;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>The position of a table is that of its rows: what others did to it since is noticed.</summary>
public sealed class ForeignChangesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;

    public ForeignChangesTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Compaction_by_others_keeps_the_position()
    {
        await WriteAsync();
        await _store.AddForeignSnapshotAsync("replace");
        await using var model = new SinkModel(_store);
        Assert.Equal(2, TestPosition.NumberOf(await model.OpenAsync()));
    }

    [Theory]
    [InlineData("delete")]
    [InlineData("append")]
    [InlineData("overwrite")]
    public async Task Rows_changed_by_others_are_refused_with_the_snapshot(string operation)
    {
        await WriteAsync();
        var foreign = await _store.AddForeignSnapshotAsync(operation);
        await _store.AddForeignSnapshotAsync("replace");
        await using var model = new SinkModel(_store);
        var error = await Assert.ThrowsAsync<CatalogException>(model.OpenAsync);
        Assert.Contains($"{foreign.SnapshotId}", error.Message, StringComparison.Ordinal);
        Assert.Contains(operation, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_changed_by_others_are_replaced_on_request()
    {
        await WriteAsync();
        await _store.AddForeignSnapshotAsync("overwrite");
        await using var model = new SinkModel(_store, new IcebergSinkSettings { ForeignChanges = ForeignChanges.Resnapshot });
        Assert.Null(await model.OpenAsync());
        model.StartOver();
        model.Put(5, "read anew", 5);
        await model.EndAndCommitAsync();
        await model.CheckAsync();
        await model.ReopenAsync();
        Assert.Equal(1, model.Position);
    }

    /// <summary>A foreign snapshot, the expiry of ours, a rollback: the properties speak of rows that are gone.</summary>
    [Fact]
    public async Task Marker_newer_than_the_rows_is_not_believed()
    {
        await WriteAsync();
        var table = await _store.MetadataAsync();
        var (first, second) = (table.Snapshots[0], table.Snapshots[1]);
        var foreign = TableEdits.ForeignSnapshot(table, "replace") with { ParentId = first.SnapshotId };
        await _store.EditAsync(
            new SnapshotUpdates.AddSnapshot(foreign), SnapshotUpdates.SetRef.Main(table, foreign.SnapshotId), new SnapshotUpdates.RemoveSnapshots([first.SnapshotId, second.SnapshotId]));
        await using var model = new SinkModel(_store);
        var error = await Assert.ThrowsAsync<CatalogException>(model.OpenAsync);
        Assert.Contains($"{second.SnapshotId}", error.Message, StringComparison.Ordinal);
    }

    private async Task WriteAsync()
    {
        await using var model = new SinkModel(_store);
        await model.OpenAsync();
        for (var i = 1; i <= 2; i++)
        {
            model.Put(i, "own", i);
            await model.EndAndCommitAsync();
        }
    }
}
