using CdcLake.Connectors;

namespace CdcLake.Runtime;

/// <summary>What a source found out about the log's retention, as it stands at a moment.</summary>
internal static class RetentionReport
{
    private const int WarnAtFraction = 3;

    public static LogRetentionStatus Of(LogRetention found, DateTimeOffset now)
    {
        var left = found.PurgedAt - now is { } time ? (time > TimeSpan.Zero ? time : TimeSpan.Zero) : (TimeSpan?)null;
        return new LogRetentionStatus
        {
            At = found.At,
            Kept = found.Kept,
            File = found.File,
            Bytes = found.Bytes,
            MaxBytes = found.MaxBytes,
            PurgedAt = found.PurgedAt,
            Left = left,
            IsExpiring = found.IsPurged || left < found.WarnBelow || left == TimeSpan.Zero || found.Bytes > found.MaxBytes - (found.MaxBytes / WarnAtFraction),
            IsPurged = found.IsPurged,
            Error = found.Error is { } error ? PipelineError.Of(error, now) : null,
        };
    }
}
