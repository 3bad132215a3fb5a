using Microsoft.Extensions.Logging;

namespace CdcLake.Diagnostics;

/// <summary>Category <c>CdcLake.Sink</c>, events 5000 to 5099.</summary>
internal static partial class SinkLog
{
    [LoggerMessage(5000, LogLevel.Debug, "{Pipeline} committed {SnapshotId} to {Sink} at {Position} in {Duration}: {Upserts} rows written, {Deletes} removed")]
    public static partial void Committed(ILogger logger, string pipeline, string snapshotId, string sink, string position, TimeSpan duration, long upserts, long deletes);

    [LoggerMessage(5001, LogLevel.Debug, "{Pipeline} compacted {Files} files of {Sink}: {Rows} rows")]
    public static partial void Compacted(ILogger logger, string pipeline, string sink, int files, long rows);

    [LoggerMessage(5002, LogLevel.Warning, "{Pipeline} could not look after {Sink} and tries again later: {Error}")]
    public static partial void MaintenanceFailed(ILogger logger, string pipeline, string sink, string error);

    [LoggerMessage(5003, LogLevel.Warning, "{Pipeline} reads the source anew and replaces what {Sink} holds in one commit: {Content}")]
    public static partial void Replaces(ILogger logger, string pipeline, string sink, string content);
}
