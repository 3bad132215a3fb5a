using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;

namespace CdcLake;

/// <summary>Something that happened to a pipeline and that its log tells an operator too: plain values that can be kept and written as JSON. Immutable.</summary>
public sealed record PipelineEvent
{
    /// <summary>Ascending from 1 over the life of the pipeline in this process; a reader that knows one asks for what came after.</summary>
    public required long Number { get; init; }

    /// <summary>When it happened.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>How grave it is: information, a warning of what the pipeline waits out by itself, or an error that somebody has to look at.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<LogLevel>))]
    public LogLevel Level { get; init; }

    /// <summary>Id of the log message; it stands for the kind of event in all versions.</summary>
    public int Id { get; init; }

    /// <summary>Part of the library that tells it: the last word of the log's category, such as <c>Source</c>.</summary>
    public required string Area { get; init; }

    /// <summary>What happened, without secrets and values of rows.</summary>
    public required string Message { get; init; }

    /// <summary>The error behind it, whose message says what to do; null where there is none.</summary>
    public PipelineError? Error { get; init; }
}
