using System.Collections.Immutable;
using System.Globalization;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Puffin;

/// <summary>Writes a Puffin file of deletion vectors, one for each data file. Not thread-safe.</summary>
/// <param name="output">Receives the file in order.</param>
/// <param name="createdBy">Name and version of the writer.</param>
internal sealed class PuffinWriter(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> output, string createdBy)
{
    private readonly List<PuffinBlob> _blobs = [];
    private long _length;

    /// <summary>Appends the deleted rows of a data file.</summary>
    /// <param name="dataFile">Its path, byte for byte as its manifest entry has it.</param>
    /// <param name="deleted">At least one.</param>
    /// <param name="cancellationToken">Stops writing; the file is then lost.</param>
    /// <returns>Where the blob lies: what <c>content_offset</c> and <c>content_size_in_bytes</c> of its manifest entry say.</returns>
    public async ValueTask<PuffinBlob> AppendAsync(string dataFile, PositionSet deleted, CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        var bytes = DeletionVector.Write(deleted);
        var properties = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        properties[DeletionVector.ReferencedDataFile] = dataFile;
        properties[DeletionVector.Cardinality] = deleted.Count.ToString(CultureInfo.InvariantCulture);
        var blob = new PuffinBlob(DeletionVector.BlobType, [DeletionVector.PositionFieldId], _length, bytes.Length) { Properties = properties.ToImmutable() };
        await WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        _blobs.Add(blob);
        return blob;
    }

    /// <summary>Writes the footer.</summary>
    /// <returns>Bytes of the whole file.</returns>
    public async ValueTask<long> CompleteAsync(CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        await WriteAsync(PuffinFooter.Write(_blobs, createdBy), cancellationToken).ConfigureAwait(false);
        return _length;
    }

    private ValueTask BeginAsync(CancellationToken cancellationToken) =>
        _length == 0 ? WriteAsync(PuffinFooter.Magic.ToArray(), cancellationToken) : ValueTask.CompletedTask;

    private async ValueTask WriteAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        await output(bytes, cancellationToken).ConfigureAwait(false);
        _length += bytes.Length;
    }
}
