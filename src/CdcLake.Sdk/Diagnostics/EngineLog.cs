using Microsoft.Extensions.Logging;

namespace CdcLake.Diagnostics;

/// <summary>Category <c>CdcLake.Engine</c>, events 3000 to 3099.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(3000, LogLevel.Information, "{Pipeline} starts; its checkpoints lie in {Folder}: without them everything is read anew")]
    public static partial void Started(ILogger logger, string pipeline, string folder);

    [LoggerMessage(3001, LogLevel.Information, "{Pipeline} was asked to stop and commits what it has read")]
    public static partial void Draining(ILogger logger, string pipeline);

    [LoggerMessage(3002, LogLevel.Information, "{Pipeline} is stopped at {Position}")]
    public static partial void Stopped(ILogger logger, string pipeline, string? position);

    [LoggerMessage(3003, LogLevel.Information, "{Pipeline} has read its files to their end at {Position}")]
    public static partial void Completed(ILogger logger, string pipeline, string? position);

    [LoggerMessage(3004, LogLevel.Warning, "{Pipeline} begins anew after an error that passes by itself ({Code}, failure {Attempt} in a row, the next run begins at {NextAttempt:O}): {Error}")]
    public static partial void Retrying(ILogger logger, string pipeline, string code, int attempt, DateTimeOffset? nextAttempt, string error);

    [LoggerMessage(3005, LogLevel.Error, "{Pipeline} has failed ({Code}) at {Position}; what it committed stays")]
    public static partial void Failed(ILogger logger, Exception? error, string pipeline, string code, string? position);
}
