using CdcLake.Common;

namespace CdcLake.Parquet.Reading;

/// <summary>A stretch of a file in memory, moved along as a chunk is read.</summary>
internal sealed class FileWindow(FileBytes file) : IDisposable
{
    private const int ReadAhead = 128 << 10;

    private byte[] _bytes = [];
    private long _start;
    private int _length;

    /// <summary>The bytes at an offset of the file that <see cref="EnsureAsync"/> brought in.</summary>
    public ReadOnlySpan<byte> At(long offset, int length) => _bytes.AsSpan((int)(offset - _start), length);

    /// <summary>Brings a range in, and with it what follows as far as <paramref name="end"/>.</summary>
    public async ValueTask EnsureAsync(long offset, int length, long end, CancellationToken cancellationToken)
    {
        if (offset >= _start && offset + length <= _start + _length)
        {
            return;
        }

        var wanted = (int)Math.Min(Math.Max(length, ReadAhead), end - offset);
        _length = 0;
        Pooled.Grow(ref _bytes, wanted, 0);
        await file.ReadAsync(offset, _bytes.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
        _start = offset;
        _length = wanted;
    }

    public void Dispose() => Pooled.Return(ref _bytes);
}
