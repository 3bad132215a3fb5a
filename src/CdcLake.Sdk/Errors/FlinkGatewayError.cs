namespace CdcLake;

/// <summary>What went wrong between this process and Flink.</summary>
public enum FlinkGatewayError
{
    /// <summary>Nobody answers at the address, or not in time.</summary>
    Unreachable = 0,

    /// <summary>Who answers is no SQL gateway, or speaks no version of the protocol that is known here (v1, v2).</summary>
    Version = 1,

    /// <summary>The session is gone: it was idle too long, or the gateway was restarted. Temporary tables and views went with it.</summary>
    SessionExpired = 2,

    /// <summary>Flink refused a statement.</summary>
    Statement = 3,

    /// <summary>An answer has another form than the protocol says.</summary>
    Protocol = 4,

    /// <summary>The JobManager refused a request.</summary>
    Job = 5,
}
