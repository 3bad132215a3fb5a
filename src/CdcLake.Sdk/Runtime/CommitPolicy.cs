using CdcLake.Connectors;

namespace CdcLake.Runtime;

/// <summary>
/// Says when a sink commits: at the age of the oldest pending change, or when too much is pending. When only the position moves (other tables
/// of the server change), it is stored now and then, so that a restart does not need log files that are long gone.
/// </summary>
internal sealed class CommitPolicy
{
    /// <summary>How long a position that moved without changes may stay unstored.</summary>
    public static readonly TimeSpan PositionInterval = TimeSpan.FromMinutes(1);

    private readonly PipelineOptions _options;
    private long? _changedSince;
    private long? _movedSince;

    public CommitPolicy(PipelineOptions options) => _options = options;

    /// <summary>Time left until a commit is due by age; null when nothing is pending.</summary>
    public TimeSpan? DueIn
    {
        get
        {
            var due = _changedSince is { } changed ? Left(changed, _options.CommitInterval) : (TimeSpan?)null;
            var moved = _movedSince is { } since ? Left(since, PositionInterval) : (TimeSpan?)null;
            return due < moved || moved is null ? due : moved;
        }
    }

    /// <summary>Notes that an epoch became committable.</summary>
    public void EpochEnded(SinkBacklog backlog)
    {
        var now = _options.TimeProvider.GetTimestamp();
        _movedSince ??= now;
        _changedSince = backlog.Rows == 0 ? null : _changedSince ?? now;
    }

    public void Committed()
    {
        _changedSince = null;
        _movedSince = null;
    }

    public bool IsDue(SinkBacklog backlog) =>
        DueIn <= TimeSpan.Zero || backlog.Rows >= _options.CommitRows || backlog.Bytes >= _options.CommitBytes;

    private TimeSpan Left(long since, TimeSpan interval)
    {
        var left = interval - _options.TimeProvider.GetElapsedTime(since);
        return left < TimeSpan.Zero ? TimeSpan.Zero : left;
    }
}
