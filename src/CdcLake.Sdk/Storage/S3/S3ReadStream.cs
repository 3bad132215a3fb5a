namespace CdcLake.Storage.S3;

// A reader of Parquet follows several columns through a file at once, in steps of some 100 KB each. Every place at which it goes on has a window of its own, which grows
// as it is read further, so that the number of requests follows the bytes and not the steps:
//
//   |── window ──|        |── window ──|                       |── tail: footer ──|
//                 ↑ next read here: a window of twice the size takes the place of the first

/// <summary>Reads an object by ranges, ahead of what is asked for. Not thread-safe; asynchronous only.</summary>
internal sealed class S3ReadStream : Stream
{
    /// <summary>Bytes of the first request. Most footers fit, and so do small files as a whole.</summary>
    public const int TailBytes = 256 << 10;

    private const int FirstBytes = 512 << 10;
    private const int MostBytes = 8 << 20;
    private const int WholeBytes = 4 << 20; // an object that is hardly larger is read whole at once
    private const int MostWindows = 256;
    private const long Budget = 32L << 20;
    private readonly S3Ranges _ranges;
    private readonly S3Tail _tail;
    private readonly List<Window> _windows = []; // the one used last at the end
    private long _position;

    public S3ReadStream(S3Ranges ranges, S3Tail tail)
    {
        _ranges = ranges;
        _tail = tail;
    }

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _tail.Length;

    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    private long TailStart => _tail.Length - _tail.Bytes.Length;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _position >= Length)
        {
            return 0;
        }

        var source = _position >= TailStart
            ? _tail.Bytes.AsMemory((int)(_position - TailStart))
            : await WindowAsync(buffer.Length, cancellationToken).ConfigureAwait(false);
        var count = Math.Min(source.Length, buffer.Length);
        source[..count].CopyTo(buffer);
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Objects of a store are read asynchronously only.");

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>What there is from the position on, in a window that holds it.</summary>
    private async ValueTask<ReadOnlyMemory<byte>> WindowAsync(int wanted, CancellationToken cancellationToken)
    {
        if (_windows.FindLast(w => _position >= w.Start && _position < w.End) is { } holds)
        {
            _windows.Remove(holds);
            _windows.Add(holds);
            return holds.From(_position);
        }

        var window = _windows.FindLast(w => _position == w.End);
        var (start, size) = Next(window, wanted);
        var next = new Window(start, await _ranges.ReadAsync(start, size, _tail.ETag, cancellationToken).ConfigureAwait(false));
        if (window is not null)
        {
            _windows.Remove(window);
        }

        _windows.Add(next);
        Trim();
        return next.From(_position);
    }

    /// <summary>Where the next window begins and how long it is. A small object is read whole; one that is read on gets twice as much as before, within its share.</summary>
    private (long Start, int Size) Next(Window? before, int wanted)
    {
        if (TailStart <= WholeBytes)
        {
            return (0, (int)TailStart);
        }

        var share = Math.Clamp(Budget / (_windows.Count + 1), FirstBytes, MostBytes);
        var size = Math.Max(before is null ? FirstBytes : Math.Min(share, 2L * before.Bytes.Length), Math.Min(wanted, MostBytes));
        return (_position, (int)Math.Min(size, TailStart - _position));
    }

    private void Trim()
    {
        while (_windows.Count > MostWindows || (_windows.Count > 1 && _windows.Sum(w => (long)w.Bytes.Length) > Budget + MostBytes))
        {
            _windows.RemoveAt(0);
        }
    }

    private sealed class Window(long start, byte[] bytes)
    {
        public long Start => start;

        public byte[] Bytes => bytes;

        public long End => Start + Bytes.Length;

        public ReadOnlyMemory<byte> From(long position) => Bytes.AsMemory((int)(position - Start));
    }
}
