using Microsoft.Extensions.Logging;

namespace CdcLake.Diagnostics;

/// <summary>Category <c>CdcLake.Checkpoint</c>, events 4000 to 4099.</summary>
internal static partial class CheckpointLog
{
    [LoggerMessage(4000, LogLevel.Debug, "{Pipeline} checkpoint {CheckpointId} at {Position} took {Duration}: {WrittenBytes} bytes written, {TotalBytes} in all")]
    public static partial void Taken(ILogger logger, string pipeline, long? checkpointId, string? position, TimeSpan duration, long writtenBytes, long totalBytes);

    [LoggerMessage(4001, LogLevel.Information, "{Pipeline} goes on from checkpoint {CheckpointId} at {Position}: {TotalBytes} bytes of state read in {Duration}")]
    public static partial void Restored(ILogger logger, string pipeline, long? checkpointId, string? position, long totalBytes, TimeSpan duration);

    [LoggerMessage(4002, LogLevel.Warning, "{Pipeline} could not write a checkpoint and tries again at the next one: {Error}")]
    public static partial void Failed(ILogger logger, string pipeline, string error);
}
