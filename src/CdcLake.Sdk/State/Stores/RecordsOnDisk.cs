using CdcLake.State.Spilling;

namespace CdcLake.State.Stores;

/// <summary>The part of a <see cref="RecordLog"/> that is on disk, as it is looked at: single records as copies, a whole segment while a walk through the log is there. Not thread-safe.</summary>
/// <param name="segments">Those of the log.</param>
/// <param name="space">Its part of the budget.</param>
/// <param name="prefix">Of its records.</param>
internal sealed class RecordsOnDisk(LogSegments segments, StateSpace space, RecordPrefix prefix)
{
    private readonly RecordCopies _copies = new(segments, prefix);
    private readonly SegmentWindow _window = new(segments, prefix);

    /// <summary>Memory that is taken.</summary>
    public long Bytes => _copies.Bytes + _window.Bytes;

    /// <inheritdoc cref="RecordCopies.AddressOf"/>
    public nint AddressOf(uint reference) => _copies.AddressOf(reference);

    /// <summary>True when the record was read, and is in memory.</summary>
    public bool HasCopy(uint reference) => _copies.Peek(reference) != 0;

    /// <inheritdoc cref="RecordCopies.Ask"/>
    public void Ask(ReadOnlySpan<uint> references) => _copies.Ask(references);

    /// <summary>Remembers that a record is dead, if it is on disk.</summary>
    public void MarkDead(uint reference)
    {
        var segment = RecordFormat.SegmentOf(reference);
        if (segments.IsOnDisk(segment))
        {
            segments.MarkDead(segment, RecordFormat.OffsetOf(reference));
        }
    }

    /// <summary>Says that a walk through the log is at a segment; if that is on disk, all of it comes into memory.</summary>
    /// <exception cref="ObjectStoreException">The disk fails.</exception>
    public void WalkTo(int segment)
    {
        if (segments.Addresses[segment] != 0)
        {
            return; // in memory, or open already
        }

        _window.Close();
        _copies.WriteBack();
        _copies.Forget();
        _window.Open(segment);
    }

    /// <summary>Says that a walk is over.</summary>
    /// <exception cref="ObjectStoreException">The disk fails.</exception>
    public void EndWalk() => _window.Close();

    /// <summary>Writes what changed, and gives the memory up where it is more than may be kept.</summary>
    /// <exception cref="ObjectStoreException">The disk fails.</exception>
    public void Settle()
    {
        if (Bytes > 0 && !space.HasRoomForCopies(Bytes))
        {
            WriteBack();
            _copies.Forget();
            space.HasRoomForCopies(0);
        }
    }

    /// <summary>Writes what changed to disk.</summary>
    /// <exception cref="ObjectStoreException">The disk fails.</exception>
    public void WriteBack()
    {
        _window.Close();
        _copies.WriteBack();
    }

    /// <summary>Gives everything up, with what was not written.</summary>
    public void Forget()
    {
        _window.Forget();
        _copies.Forget();
        space.HasRoomForCopies(0);
    }
}
