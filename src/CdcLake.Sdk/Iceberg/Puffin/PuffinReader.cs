using System.Collections.Immutable;
using CdcLake.Compression;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Tables;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Puffin;

/// <summary>Reads Puffin files: their list of blobs, and deletion vectors where manifests say that they lie.</summary>
internal static class PuffinReader
{
    /// <summary>The blobs of a file, as its footer lists them.</summary>
    /// <exception cref="CatalogException">Damaged, or its footer is compressed.</exception>
    /// <exception cref="ObjectStoreException">Missing or not readable.</exception>
    public static async Task<ImmutableArray<PuffinBlob>> ReadFooterAsync(FileIO store, string path, CancellationToken cancellationToken)
    {
        var stream = await store.OpenReadAsync(path, cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        try
        {
            var tail = await ReadAsync(stream, stream.Length - PuffinFooter.TailLength, PuffinFooter.TailLength, cancellationToken).ConfigureAwait(false);
            var length = PuffinFooter.LengthFromEnd(tail, stream.Length);
            var footer = await ReadAsync(stream, stream.Length - length, length - PuffinFooter.TailLength, cancellationToken).ConfigureAwait(false);
            return PuffinFooter.Read(footer, stream.Length);
        }
        catch (CorruptDataException e)
        {
            throw Damaged(path, e);
        }
    }

    /// <summary>The rows that a deletion vector of the table deletes.</summary>
    /// <param name="store">The table's files.</param>
    /// <param name="vector">Its manifest entry.</param>
    /// <param name="rows">Rows of the data file that it is about.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="CatalogException">Damaged, or not what its manifest entry says.</exception>
    /// <exception cref="ObjectStoreException">Missing or not readable.</exception>
    public static async Task<PositionSet> ReadVectorAsync(FileIO store, DataFile vector, long rows, CancellationToken cancellationToken)
    {
        var stream = await store.OpenReadAsync(vector.Path, cancellationToken).ConfigureAwait(false);
        await using var _ = stream.ConfigureAwait(false);
        try
        {
            var blob = await ReadAsync(stream, vector.ContentOffset ?? 0, vector.ContentSize ?? stream.Length, cancellationToken).ConfigureAwait(false);
            var positions = DeletionVector.Read(blob, rows);
            return positions.Count == vector.RecordCount
                ? positions
                : throw new CorruptDataException("Deletion vector", 0, $"it deletes {positions.Count} rows, its manifest entry says {vector.RecordCount}");
        }
        catch (CorruptDataException e)
        {
            throw Damaged($"{vector.Path} (deletion vector at byte {vector.ContentOffset} for {vector.ReferencedDataFile})", e);
        }
    }

    private static async Task<byte[]> ReadAsync(Stream stream, long offset, long length, CancellationToken cancellationToken)
    {
        if (offset < 0 || length < 0 || length > stream.Length - offset || length > Array.MaxLength)
        {
            throw new CorruptDataException("Puffin file", offset, $"{length} bytes wanted of a file of {stream.Length}");
        }

        var bytes = new byte[length];
        stream.Position = offset;
        await stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    private static CatalogException Damaged(string what, CorruptDataException e) => new(
        $"Puffin file {what} cannot be read: {e.Message}. It is damaged; restore it from a copy, or roll the table back to an older snapshot.", e);
}
