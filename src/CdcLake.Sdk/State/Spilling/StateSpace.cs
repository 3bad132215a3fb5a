using CdcLake.Common;

namespace CdcLake.State.Spilling;

/// <summary>The part of a <see cref="StateBudget"/> that one store has, until it is disposed. Not thread-safe.</summary>
internal sealed class StateSpace : IDisposable
{
    private readonly IMemoryShare _share;
    private readonly IMemoryShare _copies;
    private readonly Func<long> _used;

    /// <param name="budget">That of the pipeline.</param>
    /// <param name="share">Part of its memory.</param>
    /// <param name="copies">Part of its memory for copies of records that are on disk.</param>
    /// <param name="used">Bytes of memory that the store takes without them.</param>
    public StateSpace(StateBudget budget, IMemoryShare share, IMemoryShare copies, Func<long> used)
    {
        Budget = budget;
        _share = share;
        _copies = copies;
        _used = used;
    }

    public StateBudget Budget { get; }

    /// <summary>True when the store takes more memory than it may, once <paramref name="more"/> bytes are added.</summary>
    public bool IsExceeded(long more)
    {
        var used = _used();
        _share.Takes(used);
        return used + more > _share.Bytes;
    }

    /// <summary>True when the store may keep so many bytes of copies.</summary>
    public bool HasRoomForCopies(long bytes)
    {
        _copies.Takes(bytes);
        return bytes <= _copies.Bytes;
    }

    /// <summary>Leaves it to the others.</summary>
    public void Dispose()
    {
        _share.Dispose();
        _copies.Dispose();
    }
}
