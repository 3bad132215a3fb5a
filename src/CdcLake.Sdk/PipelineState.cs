namespace CdcLake;

/// <summary>Where in its life a pipeline is.</summary>
public enum PipelineState
{
    /// <summary>Built, not running.</summary>
    Created,

    /// <summary>Connecting, describing tables, opening sinks, restoring state.</summary>
    Starting,

    /// <summary>Reading the rows that exist already.</summary>
    Snapshotting,

    /// <summary>Following the log.</summary>
    Running,

    /// <summary>
    /// The source, a target or a store does not work for the moment; the pipeline tries again by itself. See <see cref="PipelineStatus.LastError"/>,
    /// <see cref="PipelineStatus.Failures"/> and <see cref="PipelineStatus.NextAttempt"/>.
    /// </summary>
    Retrying,

    /// <summary>Stopping: what was read is being committed.</summary>
    Draining,

    /// <summary>Ended by request, or because the log files were read to their end. Everything read is committed.</summary>
    Completed,

    /// <summary>Ended by an error that somebody has to look at. Everything committed before it stays.</summary>
    Failed,
}
