namespace CdcLake;

/// <summary>What a pipeline reads from. Counts begin when the pipeline is started, and go on over reconnects and retries. Immutable.</summary>
public sealed record SourceStatus
{
    /// <summary>Kind and place, such as <c>mysql(db:3306)</c>; null before the first start.</summary>
    public string? Name { get; init; }

    /// <summary>The host that is read from at this moment; null while there is no connection.</summary>
    public string? Server { get; init; }

    /// <summary>True while the log is being followed, or a snapshot or files are being read.</summary>
    public bool IsConnected { get; init; }

    /// <summary>When the server was last heard, in a change or a heartbeat; null before, and for files.</summary>
    public DateTimeOffset? LastHeard { get; init; }

    /// <summary>How often an idle server makes itself heard (<see cref="MySqlSourceOptions.Heartbeat"/>); null where silence means nothing, as for files.</summary>
    public TimeSpan? Heartbeat { get; init; }

    /// <summary>How long the log that a restart needs is still kept; null before the server was asked, and for files.</summary>
    public LogRetentionStatus? Retention { get; init; }

    /// <summary>Rows inserted into captured tables, by the log.</summary>
    public long Inserts { get; init; }

    /// <summary>Rows updated in captured tables, by the log; each counts once.</summary>
    public long Updates { get; init; }

    /// <summary>Rows deleted from captured tables, by the log.</summary>
    public long Deletes { get; init; }

    /// <summary>Transactions read, those that change no captured table included.</summary>
    public long Transactions { get; init; }

    /// <summary>Bytes of the log received.</summary>
    public long Bytes { get; init; }

    /// <summary>Times that the log had to be asked for again after a connection was lost.</summary>
    public long Reconnects { get; init; }
}
