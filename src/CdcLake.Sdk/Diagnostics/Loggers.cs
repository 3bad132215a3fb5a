using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcLake.Diagnostics;

/// <summary>One logger for each category of the library. They are named so that an application can set a level for all, <c>CdcLake</c>, or for one.</summary>
/// <param name="factory">The application's; null for silence.</param>
internal sealed class Loggers(ILoggerFactory? factory)
{
    public ILogger Source { get; } = Of(factory, "Source");

    public ILogger Snapshot { get; } = Of(factory, "Snapshot");

    public ILogger Engine { get; } = Of(factory, "Engine");

    public ILogger Checkpoint { get; } = Of(factory, "Checkpoint");

    public ILogger Lease { get; } = Of(factory, "Lease");

    public ILogger Sink { get; } = Of(factory, "Sink");

    private static ILogger Of(ILoggerFactory? factory, string area) => factory?.CreateLogger($"CdcLake.{area}") ?? NullLogger.Instance;
}
