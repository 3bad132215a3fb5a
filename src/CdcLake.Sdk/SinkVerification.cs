namespace CdcLake;

/// <summary>How the target of one sink compares with the table it is a replica of. Immutable.</summary>
/// <param name="Name">Of the sink, as <see cref="SinkStatus.Name"/> has it: <c>iceberg(demo.sales)</c>.</param>
public sealed record SinkVerification(string Name)
{
    /// <summary>Why nothing was compared, as a clause: a computed result, a target that is not read back, nothing committed yet. Null when it was.</summary>
    public string? NotComparedBecause { get; init; }

    /// <summary>The GTID set at which target and table were compared; null when they were not.</summary>
    public string? Position { get; init; }

    /// <summary>Rows of the table that were compared.</summary>
    public long Rows { get; init; }

    /// <summary>Keys that changed between that position and the moment at which the table was read: they were left out.</summary>
    public long ChangedMeanwhile { get; init; }

    /// <summary>Of 65,536 ranges of the key's hash those in which rows differ; 0 when target and table are equal.</summary>
    public int DifferingRanges { get; init; }

    /// <summary>Rows that differ, at most 100, of at most 64 ranges; by key.</summary>
    public IReadOnlyList<SinkDifference> Differences { get; init; } = [];
}
