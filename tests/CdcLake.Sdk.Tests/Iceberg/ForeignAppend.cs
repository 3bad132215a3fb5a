using CdcLake.Columnar;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>Somebody else adds rows to the table of <see cref="SinkModel"/>.</summary>
internal static class ForeignAppend
{
    /// <summary>Adds a row for each of the keys, and tells the model, whose table must have them from then on.</summary>
    public static async Task RunAsync(IObjectStore store, SinkModel model, params long[] ids)
    {
        var catalog = new FileSystemCatalog(store);
        var table = (await catalog.LoadAsync(SinkModel.Table, CancellationToken.None))!;
        var version = await TableVersion.ReadAsync(table, CancellationToken.None);
        var written = new WrittenFiles(table.Files);
        var files = new LiveFiles();
        using var rows = new ChangeBatch(SinkModel.Columns);
        foreach (var id in ids)
        {
            model.Rows[id] = ("theirs", 7);
            rows.Fixed<long>(0).Append(id);
            rows.Bytes(1).Append("theirs"u8);
            rows.Fixed<int>(2).Append(7);
            rows.AppendWeight(1);
        }

        var layout = new TableLayout(SinkModel.Columns, [0], table.Metadata.Schema);
        var partition = new PartitionRouter(table.Metadata.DefaultSpec, layout.Schema, layout.Columns, "the table").Only;
        await using (var writer = new DataFileWriter(layout, table.Files, new FileNames(table.Metadata), partition, files, written, new IcebergSinkSettings()))
        {
            await writer.AppendAsync(rows, CancellationToken.None);
            await writer.CloseAsync(CancellationToken.None);
        }

        var change = new SnapshotChange { Over = ForeignWork.Any };
        change.AddedData.AddRange(files.All.Select(f => f.File!));
        var prepared = await new TableSession(catalog, version, TimeProvider.System).PrepareAsync(change, written, CancellationToken.None);
        await TablePublisher.PublishAsync(catalog, [prepared]);
    }
}
