using CdcLake.Compression;

namespace CdcLake.Parquet.Reading;

/// <summary>Random access to the bytes of a file through one seekable stream; one read at a time.</summary>
internal sealed class FileBytes : IAsyncDisposable
{
    private readonly Stream _stream;

    /// <summary>Takes over the stream.</summary>
    public FileBytes(Stream stream)
    {
        _stream = stream;
        Length = stream.Length;
    }

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    /// <summary>Fills <paramref name="target"/> from <paramref name="offset"/> on.</summary>
    /// <exception cref="CorruptDataException">The file ends before.</exception>
    public async ValueTask ReadAsync(long offset, Memory<byte> target, CancellationToken cancellationToken)
    {
        if (_stream.Position != offset)
        {
            _stream.Position = offset;
        }

        var read = await _stream.ReadAtLeastAsync(target, target.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (read < target.Length)
        {
            throw new CorruptDataException("File", offset + read, $"it ends there, {target.Length - read} bytes early");
        }
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();
}
