using System.Text.Json.Serialization;

namespace CdcLake;

/// <summary>Where in its life a pipeline is. Written to JSON by name.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PipelineState>))]
public enum PipelineState
{
    /// <summary>Built, not running.</summary>
    Created,

    /// <summary>Another instance of the pipeline runs; this one waits to take over.</summary>
    Standby,

    /// <summary>Connecting, describing tables, opening sinks, restoring state.</summary>
    Starting,

    /// <summary>Reading the rows that exist already.</summary>
    Snapshotting,

    /// <summary>Following the log.</summary>
    Streaming,

    /// <summary>
    /// The source, a target or a store does not work for the moment; the pipeline tries again by itself. See <see cref="PipelineStatus.LastError"/>,
    /// <see cref="PipelineStatus.Failures"/> and <see cref="PipelineStatus.NextAttempt"/>.
    /// </summary>
    Retrying,

    /// <summary>Stopped by an operator until it is resumed; what was read before is committed.</summary>
    Paused,

    /// <summary>Stopping: what was read is being committed.</summary>
    Draining,

    /// <summary>Ended by request. Everything of which the source had sent the end is committed; an initial snapshot that was not done is read anew.</summary>
    Stopped,

    /// <summary>Ended because the log files were read to their end. Everything read is committed.</summary>
    Completed,

    /// <summary>Ended by an error that somebody has to look at. Everything committed before it stays.</summary>
    Failed,
}
