namespace CdcLake.MySql;

/// <summary>How a live MySQL source behaves; everything has a default that suits most servers.</summary>
internal sealed record MySqlSourceSettings
{
    /// <summary>How often an idle server says that it is there; after three times as much silence the source reconnects.</summary>
    /// <value>5 seconds.</value>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>First pause before reconnecting; it doubles with each failure.</summary>
    /// <value>100 milliseconds.</value>
    public TimeSpan FirstRetryDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest pause before reconnecting. The number of attempts is not limited.</summary>
    /// <value>30 seconds.</value>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a server may take to apply what the position includes, before the position counts as lost there.</summary>
    /// <value>10 seconds.</value>
    public TimeSpan CatchUpTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Connections that read an initial snapshot; each reads whole tables.</summary>
    /// <value>2.</value>
    public int SnapshotWorkers { get; init; } = 2;

    /// <summary>The replica id to show to the server instead of the one derived from the pipeline's name; unique among its replicas.</summary>
    /// <value>Null: derived.</value>
    public uint? ServerId { get; init; }
}
