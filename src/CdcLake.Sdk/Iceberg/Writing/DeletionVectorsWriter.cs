using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Puffin;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Parquet.Format;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Writing;

/// <summary>
/// Puts the rows that a commit deletes into deletion vectors (format 3): one for each data file, with all of its deleted rows, in the place of what hid them before. All vectors
/// of a commit lie in one Puffin file, so a commit writes one delete file, however many data files lose rows.
/// </summary>
/// <param name="store">Where the file goes.</param>
/// <param name="names">Its name.</param>
/// <param name="written">Gets that name.</param>
/// <param name="defaultSpecId">Partition spec of data files that name none.</param>
internal sealed class DeletionVectorsWriter(FileIO store, FileNames names, WrittenFiles written, int defaultSpecId) : IDeletedRowsWriter
{
    public async Task WriteAsync(List<LiveFile> touched, SnapshotChange changes, CancellationToken cancellationToken)
    {
        if (touched.Count == 0)
        {
            return;
        }

        var path = names.NextVectors();
        written.Add(path);
        var output = await store.CreateAsync(path, cancellationToken).ConfigureAwait(false);
        await using var _ = output.ConfigureAwait(false);
        var puffin = new PuffinWriter(output.WriteAsync, FooterWriter.CreatedBy);
        var blobs = new List<PuffinBlob>(touched.Count);
        foreach (var file in touched)
        {
            blobs.Add(await puffin.AppendAsync(file.File!.Path, file.Deleted, cancellationToken).ConfigureAwait(false));
        }

        var length = await puffin.CompleteAsync(cancellationToken).ConfigureAwait(false);
        await output.CompleteAsync(cancellationToken).ConfigureAwait(false);
        foreach (var (file, blob) in touched.Zip(blobs))
        {
            var vector = Describe(path, length, file, blob);
            changes.AddedDeletes.Add(vector);
            changes.RemovedDeletes.AddRange(file.UseOnly(new LiveDeletes(vector)));
        }
    }

    private DataFile Describe(string path, long length, LiveFile file, PuffinBlob blob)
    {
        var partition = FilePartition.Of(file.File!, defaultSpecId);
        return new DataFile
        {
            Content = FileContent.PositionDeletes,
            Format = "PUFFIN",
            Path = path,
            RecordCount = file.Deleted.Count,
            FileSize = length,
            SpecId = partition.SpecId,
            Partition = partition.Tuple,
            ReferencedDataFile = file.File!.Path,
            ContentOffset = blob.Offset,
            ContentSize = blob.Length,
        };
    }
}
