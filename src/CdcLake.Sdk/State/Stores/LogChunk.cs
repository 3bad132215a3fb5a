using CdcLake.State.Spilling;

namespace CdcLake.State.Stores;

/// <summary>A run of whole records of one segment of a <see cref="RecordLog"/>. Another thread may read it while the log goes on, and gets records that are touched meanwhile as they were before or after.</summary>
/// <param name="Segment">Number of the segment.</param>
/// <param name="Offset">Where in the segment the bytes begin.</param>
/// <param name="Length">How many there are.</param>
/// <param name="Memory">The bytes themselves, not a copy; empty when the segment is on disk.</param>
internal sealed record LogChunk(int Segment, int Offset, int Length, ReadOnlyMemory<byte> Memory)
{
    /// <summary>Where the segment lies that is on disk.</summary>
    public SpilledSegment Place { get; init; }

    /// <inheritdoc cref="LogSegments.DeadOf"/>
    public ulong[]? Dead { get; init; }

    /// <inheritdoc cref="RecordPrefix.Saved"/>
    public int SavedPrefix { get; init; }

    /// <summary>Copies all of it.</summary>
    /// <exception cref="ObjectStoreException">The disk fails.</exception>
    public void CopyTo(Span<byte> into)
    {
        if (!Memory.IsEmpty)
        {
            Memory.Span.CopyTo(into);
            return;
        }

        Place.Extent.Read(into[..Length], Place.Offset + Offset);
        RecordFormat.Complete(into[..Length], Segment, Offset, Dead, SavedPrefix);
    }
}
