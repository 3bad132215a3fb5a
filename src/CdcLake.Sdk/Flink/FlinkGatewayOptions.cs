namespace CdcLake;

/// <summary>How a <see cref="FlinkSqlGateway"/> is reached; copied when it is made.</summary>
public sealed class FlinkGatewayOptions
{
    /// <summary>Address of the JobManager's REST: <c>http://jobmanager:8081</c>. It shows states and exceptions, takes savepoints, and cancels.</summary>
    /// <value>Default: null, what the gateway's configuration says (<c>rest.address</c>, <c>rest.port</c>), which is often reachable from the gateway only.</value>
    public string? JobManagerUrl { get; set; }

    /// <summary>Headers of each request: the gateway has no logins of its own, a proxy before it may.</summary>
    /// <value>Default: empty.</value>
    public IDictionary<string, string> Headers { get; private set; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>How long one request may take.</summary>
    /// <value>Default: 1 minute.</value>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long one statement may take: the job's has its sources checked and its plan made.</summary>
    /// <value>Default: 5 minutes.</value>
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Pause between two questions for a result or a state.</summary>
    /// <value>Default: 200 milliseconds.</value>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Source of all times.</summary>
    /// <value>Default: the system clock.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>A validated copy.</summary>
    internal FlinkGatewayOptions Freeze()
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RequestTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(StatementTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(PollInterval, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        var copy = (FlinkGatewayOptions)MemberwiseClone();
        copy.Headers = new Dictionary<string, string>(Headers, StringComparer.OrdinalIgnoreCase);
        return copy;
    }
}
