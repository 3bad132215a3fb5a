namespace CdcLake;

/// <summary>States of a job, as Flink's JobManager names them.</summary>
public enum FlinkJobState
{
    /// <summary>Received, not started yet.</summary>
    Initializing = 0,

    /// <summary>Known, without resources so far.</summary>
    Created = 1,

    /// <summary>Running; single tasks may still be starting.</summary>
    Running = 2,

    /// <summary>A task failed, and the others are being stopped.</summary>
    Failing = 3,

    /// <summary>Failed for good.</summary>
    Failed = 4,

    /// <summary>Being cancelled.</summary>
    Cancelling = 5,

    /// <summary>Cancelled.</summary>
    Canceled = 6,

    /// <summary>Ended by itself, or stopped with a savepoint.</summary>
    Finished = 7,

    /// <summary>Starting anew from the last checkpoint.</summary>
    Restarting = 8,

    /// <summary>Given up by this JobManager; another one may take over.</summary>
    Suspended = 9,

    /// <summary>Being taken over from another JobManager.</summary>
    Reconciling = 10,
}
