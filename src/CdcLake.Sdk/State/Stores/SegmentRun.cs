using CdcLake.State.Spilling;

namespace CdcLake.State.Stores;

/// <summary>
/// Reads of single records of segments on disk. Two behind each other that lie close together, the second before the first, are the start of a chain that grew in one piece: from there on the bytes before
/// them are read in pieces, and what lies there comes from memory. Not thread-safe.
/// </summary>
/// <param name="segments">Those of the log.</param>
internal sealed class SegmentRun(LogSegments segments)
{
    private const int Close = 8 << 10;
    private const int RunBytes = 32 << 10;

    private byte[] _bytes = [];
    private int _segment = -1;
    private int _from;
    private int _to;
    private int _last = -1;

    /// <summary>Fills a span with bytes of a segment on disk.</summary>
    /// <exception cref="ObjectStoreException">The disk fails.</exception>
    public void Read(int segment, int offset, Span<byte> bytes)
    {
        if (segment != _segment)
        {
            (_segment, _from, _to, _last) = (segment, 0, 0, -1);
        }

        var isInside = offset >= _from && offset + bytes.Length <= _to;
        if (!isInside && offset < _last && _last - offset <= Close)
        {
            Fill(offset + bytes.Length);
            isInside = true;
        }

        _last = offset;
        if (isInside)
        {
            _bytes.AsSpan(offset - _from, bytes.Length).CopyTo(bytes);
        }
        else
        {
            segments.Read(segment, offset, bytes);
        }
    }

    /// <summary>Gives up what was read: bytes on disk change, or others lie there.</summary>
    public void Forget() => (_bytes, _segment) = ([], -1);

    private void Fill(int to)
    {
        if (_bytes.Length == 0)
        {
            _bytes = GC.AllocateUninitializedArray<byte>(RunBytes);
        }

        (_from, _to) = (0, 0);
        var from = Math.Max(0, to - RunBytes);
        segments.Read(_segment, from, _bytes.AsSpan(0, to - from));
        (_from, _to) = (from, to);
    }
}
