using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>Changes that somebody else makes to the table of <see cref="SinkModel"/>.</summary>
internal static class TableEdits
{
    public static async Task<TableMetadata> MetadataAsync(this IObjectStore store) =>
        (await new FileSystemCatalog(store).LoadAsync(SinkModel.Table, CancellationToken.None))!.Metadata;

    public static async Task<CatalogTable> EditAsync(this IObjectStore store, params TableUpdate[] updates)
    {
        var outcome = await new FileSystemCatalog(store).CommitAsync([new TableCommit(SinkModel.Table, [], [.. updates])], CancellationToken.None);
        return Assert.IsType<CommitOutcome.Committed>(outcome).Tables[0];
    }

    /// <summary>A snapshot of another writer on top of the current one, with the same files.</summary>
    public static Snapshot ForeignSnapshot(TableMetadata table, string operation)
    {
        var current = table.CurrentSnapshot!;
        return new Snapshot(
            table.UnusedSnapshotId(), current.SnapshotId, table.LastSequenceNumber + 1, table.LastUpdatedMs + 1, current.ManifestList,
            new Dictionary<string, string> { ["operation"] = operation }, table.CurrentSchemaId)
        {
            FirstRowId = table.HasRowLineage ? table.NextRowId : null,
            AddedRows = table.HasRowLineage ? 0 : null,
        };
    }

    public static async Task<Snapshot> AddForeignSnapshotAsync(this IObjectStore store, string operation)
    {
        var table = await store.MetadataAsync();
        var foreign = ForeignSnapshot(table, operation);
        await store.EditAsync(new SnapshotUpdates.AddSnapshot(foreign), SnapshotUpdates.SetRef.Main(table, foreign.SnapshotId));
        return foreign;
    }

    public static async Task RollBackAsync(this IObjectStore store, long snapshotId) =>
        await store.EditAsync(SnapshotUpdates.SetRef.Main(await store.MetadataAsync(), snapshotId));
}
