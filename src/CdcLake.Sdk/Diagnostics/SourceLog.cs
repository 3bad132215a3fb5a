using Microsoft.Extensions.Logging;

namespace CdcLake.Diagnostics;

/// <summary>Category <c>CdcLake.Source</c>, events 1000 to 1099.</summary>
internal static partial class SourceLog
{
    [LoggerMessage(1000, LogLevel.Information, "{Pipeline} follows the log of {Server} from {Position} on")]
    public static partial void Following(ILogger logger, string pipeline, string? server, string? position);

    [LoggerMessage(1001, LogLevel.Warning, "{Pipeline} cannot read {Source} for the moment (attempt {Attempt}, the next one in {Delay}): {Error}")]
    public static partial void Reconnecting(ILogger logger, string pipeline, string? source, int attempt, TimeSpan? delay, string error);

    [LoggerMessage(1002, LogLevel.Information, "{Pipeline} waits: {Reason}")]
    public static partial void Waiting(ILogger logger, string pipeline, string? reason);
}
