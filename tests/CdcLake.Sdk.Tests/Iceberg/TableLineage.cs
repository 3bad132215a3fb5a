using CdcLake.Columnar;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Tables;
using CdcLake.Parquet.Format;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>What identifies the rows of the table of <see cref="SinkModel"/> in format 3, read as the specification says, without any help of the writer.</summary>
internal static class TableLineage
{
    /// <summary>For each key the id of its row and the sequence number of the commit that wrote it.</summary>
    public static async Task<Dictionary<long, (long RowId, long LastUpdated)>> ReadAsync(IObjectStore store)
    {
        var table = (await new FileSystemCatalog(store).LoadAsync(SinkModel.Table, CancellationToken.None))!;
        var version = await TableVersion.ReadAsync(table, CancellationToken.None);
        var files = await DeletedRows.LoadAsync(table, version.Files, new LiveFiles(), CancellationToken.None);
        var rows = new Dictionary<long, (long, long)>();
        ParquetColumn[] columns =
        [
            new("id", 1, Required: true, DataType.Int64), new("_row_id", 2147483540, Required: false, DataType.Int64), new("_last_updated_sequence_number", 2147483539, Required: false, DataType.Int64),
        ];
        foreach (var file in files.All)
        {
            var entry = version.Files.Entries(ManifestContent.Data).Single(e => e.File.Path == file.File!.Path);
            await foreach (var batch in new DataFileReader(table).ReadAsync(file.File!, columns, CancellationToken.None))
            {
                using var owned = batch;
                for (var i = 0; i < batch.Count; i++)
                {
                    if (!file.Deleted.Contains(batch.FirstRow + i))
                    {
                        rows.Add((long)batch.Columns[0].ValueAt(i)!, (
                            (long?)batch.Columns[1].ValueAt(i) ?? entry.File.FirstRowId!.Value + batch.FirstRow + i,
                            (long?)batch.Columns[2].ValueAt(i) ?? entry.Sequence));
                    }
                }
            }
        }

        return rows;
    }

    /// <summary>What must hold in every version of a table of format 3.</summary>
    public static async Task CheckAsync(IObjectStore store)
    {
        var table = (await new FileSystemCatalog(store).LoadAsync(SinkModel.Table, CancellationToken.None))!;
        var metadata = table.Metadata;
        if (metadata.CurrentSnapshot?.FirstRowId is null)
        {
            return; // none since the format was raised
        }

        var version = await TableVersion.ReadAsync(table, CancellationToken.None);
        var data = version.Files.Entries(ManifestContent.Data).Select(e => e.File).ToList();
        var end = 0L;
        foreach (var file in data.OrderBy(f => f.FirstRowId))
        {
            Assert.True(file.FirstRowId >= end, $"{file.Path} has row ids from {file.FirstRowId} on, another file those below {end}");
            end = file.FirstRowId!.Value + file.RecordCount;
        }

        Assert.InRange(end, 0, metadata.NextRowId);
        var vectors = version.Files.Entries(ManifestContent.Deletes).Select(e => e.File).Where(f => f.IsDeletionVector).ToList();
        Assert.Equal(vectors.Count, vectors.DistinctBy(v => v.ReferencedDataFile).Count());
        Assert.Subset(data.Select(f => f.Path).ToHashSet(), vectors.Select(v => v.ReferencedDataFile!).ToHashSet());
        var rows = await ReadAsync(store);
        Assert.Equal(rows.Count, rows.Values.DistinctBy(r => r.RowId).Count());
        Assert.All(rows.Values, r => Assert.InRange(r.RowId, 0, metadata.NextRowId - 1));
    }
}
