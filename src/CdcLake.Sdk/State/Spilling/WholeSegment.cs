namespace CdcLake.State.Spilling;

/// <summary>All bytes of one segment on disk, in memory for a while. Dispose it, and look at them no more.</summary>
internal sealed class WholeSegment : IDisposable
{
    private readonly SpilledSegment _place;
    private SegmentMemory? _memory;

    /// <param name="place">Where they lie.</param>
    /// <param name="length">How many.</param>
    public WholeSegment(SpilledSegment place, int length)
    {
        _place = place;
        Length = length;
        _memory = length <= SegmentPool.SegmentBytes ? SegmentPool.Shared.Rent() : new SegmentMemory(length);
    }

    /// <summary>How many there are.</summary>
    public int Length { get; }

    public Span<byte> Bytes => _memory!.GetSpan()[..Length];

    /// <summary>Of the first.</summary>
    public nint Address => _memory!.Address;

    /// <exception cref="ObjectStoreException">The disk fails.</exception>
    public void Read() => _place.Extent.Read(Bytes, _place.Offset);

    /// <exception cref="ObjectStoreException">The disk fails.</exception>
    public void Write() => _place.Extent.Write(Bytes, _place.Offset);

    /// <summary>The same bytes once more.</summary>
    public WholeSegment Copy()
    {
        var copy = new WholeSegment(_place, Length);
        Bytes.CopyTo(copy.Bytes);
        return copy;
    }

    public void Dispose()
    {
        if (_memory?.Length == SegmentPool.SegmentBytes)
        {
            SegmentPool.Shared.Return(_memory);
        }
        else
        {
            _memory?.Free();
        }

        _memory = null;
    }
}
