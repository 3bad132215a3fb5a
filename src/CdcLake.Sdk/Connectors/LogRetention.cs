namespace CdcLake.Connectors;

/// <summary>What a source found out about how long the server keeps the log that a restart needs.</summary>
/// <param name="At">When the server was asked.</param>
/// <param name="Kept">How long a file is kept after the last write to it; null: for ever, or unknown.</param>
/// <param name="File">The oldest one that is needed; null when none is, or when it is gone.</param>
/// <param name="Bytes">Bytes from that file on.</param>
/// <param name="PurgedAt">When it may be removed; null: not by itself.</param>
/// <param name="WarnBelow">Time left from which on it is a warning.</param>
/// <param name="IsPurged">Something that is needed is gone.</param>
internal sealed record LogRetention(DateTimeOffset At, TimeSpan? Kept, string? File, long Bytes, DateTimeOffset? PurgedAt, TimeSpan WarnBelow, bool IsPurged)
{
    /// <summary>How many bytes of log are kept, whatever their age; null where that does not count.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>Why the server could not be asked the last time; the rest is then as it was before. Null when it answered.</summary>
    public Exception? Error { get; init; }
}
