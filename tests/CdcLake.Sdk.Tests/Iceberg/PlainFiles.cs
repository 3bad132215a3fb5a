using System.Collections.Immutable;
using CdcLake.Columnar;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;
using CdcLake.Parquet.Format;
using CdcLake.Storage;
using CdcLake.Tests.Parquet.Oracles;
using Arrow = ParquetSharp;

namespace CdcLake.Tests.Iceberg;

/// <summary>
/// Puts the rows of the table of <see cref="SinkModel"/> into files as tables have them that were taken over from Hive: written by Arrow C++, without field ids, under names of their
/// own, and without the column that they are partitioned by.
/// </summary>
internal static class PlainFiles
{
    /// <summary>What the columns are called in the files; the table's name mapping says it.</summary>
    public static IReadOnlyList<string> Names { get; } = ["nr", "label", "amount"];

    private const string Mapping = """[{"field-id":1,"names":["id","nr"]},{"field-id":2,"names":["label"]},{"field-id":3,"names":["amount"]},{"names":["name"]}]""";

    /// <param name="store">Where the table is.</param>
    /// <param name="left">Ordinal of the column that files lack; −1 for none.</param>
    public static async Task RewriteAsync(IObjectStore store, int left = -1)
    {
        await store.EditAsync(new TableWideUpdates.SetProperties(ImmutableSortedDictionary<string, string>.Empty.Add("schema.name-mapping.default", Mapping)));
        var catalog = new FileSystemCatalog(store);
        var table = (await catalog.LoadAsync(SinkModel.Table, CancellationToken.None))!;
        var version = await TableVersion.ReadAsync(table, CancellationToken.None);
        var files = await DeletedRows.LoadAsync(table, version.Files, new LiveFiles(), CancellationToken.None);
        var written = new WrittenFiles(table.Files);
        var change = new SnapshotChange { KeepsRows = true };
        foreach (var partition in files.All.GroupBy(f => FilePartition.Of(f.File!, 0)).ToList())
        {
            var rows = await ReadAsync(table, partition);
            change.AddedData.Add(await WriteAsync(table, partition.Key, rows, left, written));
        }

        change.RemovedData.AddRange(version.Files.Entries(ManifestContent.Data).Select(e => e.File));
        change.RemovedDeletes.AddRange(version.Files.Entries(ManifestContent.Deletes).Select(e => e.File));
        var prepared = await new TableSession(catalog, version, TimeProvider.System).PrepareAsync(change, written, CancellationToken.None);
        await TablePublisher.PublishAsync(catalog, [prepared]);
    }

    private static async Task<Column[]> ReadAsync(CatalogTable table, IEnumerable<LiveFile> files)
    {
        var layout = new TableLayout(SinkModel.Columns, [0], table.Metadata.Schema);
        var rows = layout.Parquet.Select(c => Column.Create(c.Type)).ToArray();
        foreach (var file in files)
        {
            await foreach (var batch in new DataFileReader(table).ReadAsync(file.File!, layout.Parquet, CancellationToken.None))
            {
                using var owned = batch;
                int[] live = [.. Enumerable.Range(0, batch.Count).Where(r => !file.Deleted.Contains(batch.FirstRow + r))];
                for (var i = 0; i < rows.Length; i++)
                {
                    rows[i].AppendFrom(batch.Columns[i], live);
                }
            }
        }

        return rows;
    }

    private static async Task<DataFile> WriteAsync(CatalogTable table, FilePartition partition, Column[] rows, int left, WrittenFiles written)
    {
        var kept = Enumerable.Range(0, rows.Length).Where(i => i != left).ToList();
        var fields = table.Metadata.Schema.Fields;
        using var properties = Arrow.WriterProperties.GetDefaultWriterProperties();
        var bytes = ArrowWriter.Write(
            [.. kept.Select(i => ArrowColumn.Standard(new ParquetColumn(Names[i], -1, fields[i].Required, SinkModel.Columns[i].Type)))], [.. kept.Select(i => rows[i])], rows[0].Count, properties);
        var path = new FileNames(table.Metadata).NextData(partition);
        written.Add(path);
        await table.Files.PutAsync(path, bytes, CancellationToken.None);
        return new DataFile { Path = path, RecordCount = rows[0].Count, FileSize = bytes.Length, SpecId = partition.SpecId, Partition = partition.Tuple };
    }
}
