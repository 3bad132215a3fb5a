namespace CdcLake;

/// <summary>
/// How long the server still keeps the log that a restart of the pipeline needs: from the position of its last checkpoint or, where it keeps no state, of its targets. Once that is
/// removed, the pipeline cannot go on and needs a new snapshot. Immutable.
/// </summary>
public sealed record LogRetentionStatus
{
    /// <summary>When the server was asked.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>How long the server keeps a log file after the last write to it; null when it keeps files until somebody removes them, or when that cannot be found out.</summary>
    public TimeSpan? Kept { get; init; }

    /// <summary>The oldest file that is needed; null when none is, since nothing was committed yet, or when it is gone (<see cref="IsPurged"/>).</summary>
    public string? File { get; init; }

    /// <summary>Bytes of the log from that file on: what a restart reads at most.</summary>
    public long Bytes { get; init; }

    /// <summary>Bytes of the whole log that the server keeps at most, whatever their age (<c>max_binlog_total_size</c> of MariaDB, <c>binlog_space_limit</c> of Percona Server); null where there is no such limit.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>When the server may remove that file; null when it never does by itself, and while it is the one that is being written, which is not removed.</summary>
    public DateTimeOffset? PurgedAt { get; init; }

    /// <summary>Time left until then, zero when it has passed; null as <see cref="PurgedAt"/> is.</summary>
    public TimeSpan? Left { get; init; }

    /// <summary>True when less time is left than <see cref="MySqlSourceOptions.RetentionWarning"/>, or less than a third of <see cref="MaxBytes"/>: let the pipeline catch up, or have the server keep its log longer.</summary>
    public bool IsExpiring { get; init; }

    /// <summary>True when log that is needed was removed.</summary>
    public bool IsPurged { get; init; }

    /// <summary>Why the server could not be asked the last time; the rest is then what was found before. Null when it answered.</summary>
    public PipelineError? Error { get; init; }
}
