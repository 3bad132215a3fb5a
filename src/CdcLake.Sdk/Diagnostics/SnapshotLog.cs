using Microsoft.Extensions.Logging;

namespace CdcLake.Diagnostics;

/// <summary>Category <c>CdcLake.Snapshot</c>, events 2000 to 2099.</summary>
internal static partial class SnapshotLog
{
    [LoggerMessage(2000, LogLevel.Information, "{Pipeline} reads the rows that exist already")]
    public static partial void Started(ILogger logger, string pipeline);

    [LoggerMessage(2001, LogLevel.Information, "{Pipeline} snapshot {Tables}: {Rows} of about {EstimatedRows} rows, {RowsPerSecond} rows/s, {Remaining} left")]
    public static partial void Progress(ILogger logger, string pipeline, string tables, long rows, long? estimatedRows, long rowsPerSecond, TimeSpan? remaining);

    [LoggerMessage(2002, LogLevel.Information, "{Pipeline} snapshot is done: {Rows} rows of {Tables} table(s) in {Elapsed}")]
    public static partial void Finished(ILogger logger, string pipeline, long rows, int tables, TimeSpan elapsed);
}
