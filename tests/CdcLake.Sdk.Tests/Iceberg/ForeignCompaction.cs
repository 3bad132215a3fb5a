using CdcLake.Iceberg;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>Somebody else writes all rows of the table of <see cref="SinkModel"/> into new files, in a snapshot that says so.</summary>
internal static class ForeignCompaction
{
    /// <param name="store">Where the table is.</param>
    /// <param name="keepRow">Rows, by number, that get into the new files; all but for a writer that lies.</param>
    public static async Task RunAsync(IObjectStore store, Predicate<long>? keepRow = null)
    {
        var catalog = new FileSystemCatalog(store);
        var table = (await catalog.LoadAsync(SinkModel.Table, CancellationToken.None))!;
        var version = await TableVersion.ReadAsync(table, CancellationToken.None);
        var files = await DeletedRows.LoadAsync(table, version.Files, new LiveFiles(), CancellationToken.None);
        var written = new WrittenFiles(table.Files);
        var merged = new LiveFiles();
        var layout = new TableLayout(SinkModel.Columns, [0], table.Metadata.Schema);
        layout = table.Metadata.HasRowLineage ? layout.WithRowLineage() : layout;
        var names = new FileNames(table.Metadata);
        foreach (var partition in files.All.GroupBy(f => FilePartition.Of(f.File!, 0)).ToList())
        {
            await using var writer = new DataFileWriter(
                layout, table.Files, names, partition.Key, merged, written, new IcebergSinkSettings { TargetFileSizeBytes = 20_000 });
            foreach (var file in partition)
            {
                await foreach (var batch in new DataFileReader(table).ReadAsync(file.File!, layout.Parquet, CancellationToken.None))
                {
                    using var owned = batch;
                    RowLineage.Resolve(batch, layout.HasRowLineage ? version.Files.EntryOf(file.File!) : null);
                    int[] rows = [.. Enumerable.Range(0, batch.Count).Where(r => !file.Deleted.Contains(batch.FirstRow + r) && keepRow?.Invoke(batch.FirstRow + r) != false)];
                    if (rows.Length > 0)
                    {
                        await writer.AppendAsync(batch.Columns, rows, CancellationToken.None);
                    }
                }
            }

            await writer.CloseAsync(CancellationToken.None);
        }

        var change = new SnapshotChange { KeepsRows = true };
        change.AddedData.AddRange(merged.All.Select(f => f.File!));
        change.RemovedData.AddRange(version.Files.Entries(ManifestContent.Data).Select(e => e.File));
        change.RemovedDeletes.AddRange(version.Files.Entries(ManifestContent.Deletes).Select(e => e.File));
        var prepared = await new TableSession(catalog, version, TimeProvider.System).PrepareAsync(change, written, CancellationToken.None);
        await TablePublisher.PublishAsync(catalog, [prepared]);
    }
}
