using CdcLake.Connectors;

namespace CdcLake.Runtime;

/// <summary>Says when a sink commits: at the age of the oldest pending epoch, or when too much is pending.</summary>
internal sealed class CommitPolicy
{
    private readonly PipelineOptions _options;
    private long? _pendingSince;

    public CommitPolicy(PipelineOptions options) => _options = options;

    /// <summary>Notes that an epoch became committable.</summary>
    public void EpochEnded() => _pendingSince ??= _options.TimeProvider.GetTimestamp();

    public void Committed() => _pendingSince = null;

    /// <summary>Time left until a commit is due by age; null when nothing is pending.</summary>
    public TimeSpan? DueIn
    {
        get
        {
            if (_pendingSince is not { } since)
            {
                return null;
            }

            var left = _options.CommitInterval - _options.TimeProvider.GetElapsedTime(since);
            return left < TimeSpan.Zero ? TimeSpan.Zero : left;
        }
    }

    public bool IsDue(SinkBacklog backlog) =>
        backlog.HasEpoch && (DueIn <= TimeSpan.Zero || backlog.Rows >= _options.CommitRows || backlog.Bytes >= _options.CommitBytes);
}
