using CdcLake.Connectors;

namespace CdcLake.Checkpoints;

/// <summary>A checkpoint that counts, was restored, or could not be written for the moment.</summary>
internal sealed record CheckpointReport
{
    /// <summary>One that counts, or was restored.</summary>
    /// <param name="descriptor">What it consists of.</param>
    /// <param name="position">What it includes.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="previous">The one before it; null when it was restored.</param>
    public CheckpointReport(CheckpointDescriptor descriptor, SourcePosition position, TimeSpan duration, CheckpointDescriptor? previous)
    {
        (Number, Position, Duration, TotalBytes, IsRestored) = (descriptor.Number, position, duration, descriptor.TotalBytes, previous is null);
        var known = previous?.Pieces.ToHashSet(StringComparer.Ordinal);
        WrittenBytes = known is null ? 0 : descriptor.Operators.SelectMany(o => o.Stores).SelectMany(s => s).Where(p => !known.Contains(p.Name)).Sum(p => p.Bytes);
    }

    public CheckpointReport(CdcLakeException error) => Error = error;

    public long Number { get; }

    /// <summary>Null for one that failed.</summary>
    public SourcePosition? Position { get; }

    public TimeSpan Duration { get; }

    public long WrittenBytes { get; }

    public long TotalBytes { get; }

    public bool IsRestored { get; }

    /// <summary>Why it could not be written; null when it could.</summary>
    public CdcLakeException? Error { get; }
}
