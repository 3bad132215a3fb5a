using System.Buffers;

namespace CdcLake.Parquet.Writing;

/// <summary>Bytes appended in pooled segments that grow from 8 KiB to 256 KiB; what is appended is never copied again.</summary>
internal sealed class PagedBuffer : IDisposable
{
    private const int FirstSegment = 8 << 10;
    private const int LargestSegment = 256 << 10;

    private readonly List<byte[]> _segments = [];
    private readonly List<int> _filled = [];

    /// <summary>Bytes appended since <see cref="Clear"/>.</summary>
    public long Length { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        Length += bytes.Length;
        while (!bytes.IsEmpty)
        {
            if (_segments.Count == 0 || _filled[^1] == _segments[^1].Length)
            {
                var size = Math.Min(LargestSegment, FirstSegment << Math.Min(_segments.Count, 5));
                _segments.Add(ArrayPool<byte>.Shared.Rent(size));
                _filled.Add(0);
            }

            var room = _segments[^1].AsSpan(_filled[^1]);
            var step = Math.Min(room.Length, bytes.Length);
            bytes[..step].CopyTo(room);
            _filled[^1] += step;
            bytes = bytes[step..];
        }
    }

    /// <summary>Hands all bytes over in order.</summary>
    public async ValueTask WriteToAsync(
        Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> output, CancellationToken cancellationToken)
    {
        for (var i = 0; i < _segments.Count; i++)
        {
            await output(_segments[i].AsMemory(0, _filled[i]), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Forgets all bytes and gives their memory back to the pool.</summary>
    public void Clear()
    {
        foreach (var segment in _segments)
        {
            ArrayPool<byte>.Shared.Return(segment);
        }

        _segments.Clear();
        _filled.Clear();
        Length = 0;
    }

    public void Dispose() => Clear();
}
