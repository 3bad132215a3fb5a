using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcLake.Diagnostics;

/// <summary>One logger for each category of the library. They are named so that an application can set a level for all, <c>CdcLake</c>, or for one.</summary>
/// <param name="factory">The application's; null for silence.</param>
/// <param name="events">Keeps what is told.</param>
internal sealed class Loggers(ILoggerFactory? factory, EventRecorder events)
{
    public ILogger Source { get; } = Of(factory, events, "Source");

    public ILogger Snapshot { get; } = Of(factory, events, "Snapshot");

    public ILogger Engine { get; } = Of(factory, events, "Engine");

    public ILogger Checkpoint { get; } = Of(factory, events, "Checkpoint");

    public ILogger Lease { get; } = Of(factory, events, "Lease");

    public ILogger Sink { get; } = Of(factory, events, "Sink");

    private static ILogger Of(ILoggerFactory? factory, EventRecorder events, string area) => events.Over(factory?.CreateLogger($"CdcLake.{area}") ?? NullLogger.Instance, area);
}
