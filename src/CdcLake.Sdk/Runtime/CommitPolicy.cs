using CdcLake.Connectors;

namespace CdcLake.Runtime;

/// <summary>
/// Says when a pipeline commits: at the age of the oldest change that waits in any sink, or when too much waits. When only the position moves (other tables of the
/// server change), it is stored now and then, so that a restart does not need log files that are long gone. Not thread-safe.
/// </summary>
internal sealed class CommitPolicy
{
    /// <summary>How long a position that moved without changes may stay unstored, in all sinks or in one of many.</summary>
    public static readonly TimeSpan PositionInterval = TimeSpan.FromMinutes(1);

    private readonly PipelineOptions _options;
    private readonly bool _storesWhatChanged;
    private readonly Dictionary<int, SinkBacklog> _backlogs = []; // of a sink that never reports nothing waits
    private readonly HashSet<int> _unseen = []; // sinks whose table is not there before their first commit, with rows or without
    private long? _changedSince;
    private long? _movedSince;
    private bool _storesAllNext;

    /// <param name="options">Intervals and sizes.</param>
    /// <param name="storesWhatChanged">
    /// Sinks without changes need not store each position: there are many (the tables of a database), of which few change at a time. All of them do so together after
    /// <see cref="PositionInterval"/>, and wherever they have to rest at one position. Until then what they hold is the result at the newer position too.
    /// </param>
    public CommitPolicy(PipelineOptions options, bool storesWhatChanged = false)
    {
        _options = options;
        _storesWhatChanged = storesWhatChanged;
    }

    /// <summary>Time left until a commit is due, zero when it is; null when nothing waits.</summary>
    public TimeSpan? DueIn
    {
        get
        {
            if (_backlogs.Values.Any(b => b.Rows >= _options.CommitRows) || _backlogs.Values.Sum(b => b.Bytes) >= _options.CommitBytes)
            {
                return TimeSpan.Zero;
            }

            var due = _changedSince is { } changed ? Left(changed, _options.CommitInterval) : (TimeSpan?)null;
            var moved = _movedSince is { } since ? Left(since, PositionInterval) : (TimeSpan?)null;
            return due < moved || moved is null ? due : moved;
        }
    }

    /// <summary>True when the next commit is to have all sinks store its position, those without changes too.</summary>
    public bool StoresAll => !_storesWhatChanged || _storesAllNext || (_movedSince is { } since && Left(since, PositionInterval) == TimeSpan.Zero);

    private bool Waits => _unseen.Count > 0 || _backlogs.Values.Any(b => b.Rows > 0);

    /// <summary>Notes that a sink came which has committed nothing yet: that its table is there is a change, too.</summary>
    public void Came(int sink)
    {
        _unseen.Add(sink);
        _changedSince ??= _options.TimeProvider.GetTimestamp();
    }

    /// <summary>The next commit has all sinks store its position.</summary>
    public void StoreAllNext() => _storesAllNext = true;

    /// <summary>A commit begins.</summary>
    /// <param name="storesAll">All sinks store its position, if there is anything to commit.</param>
    public void Begin(bool storesAll) => _storesAllNext &= !storesAll;

    /// <summary>Notes that an epoch became committable in a sink.</summary>
    public void EpochEnded(int sink, SinkBacklog backlog)
    {
        var now = _options.TimeProvider.GetTimestamp();
        _backlogs[sink] = backlog;
        _movedSince ??= now;
        _changedSince = Waits ? _changedSince ?? now : null;
    }

    /// <summary>What waits in a sink does not count any more.</summary>
    public void Leave(int sink)
    {
        _backlogs.Remove(sink);
        _unseen.Remove(sink);
        _changedSince = Waits ? _changedSince : null;
    }

    /// <summary>Everything is committed that these sinks had. What waits in one that came meanwhile still does.</summary>
    /// <param name="sinks">Those that took part.</param>
    /// <param name="storesAll">False: those of them without changes did not store the position.</param>
    public void Committed(IEnumerable<int> sinks, bool storesAll = true)
    {
        foreach (var sink in sinks)
        {
            _backlogs.Remove(sink);
            _unseen.Remove(sink);
        }

        _changedSince = Waits ? _changedSince : null;
        _movedSince = _backlogs.Count > 0 || !storesAll ? _movedSince : null;
    }

    private TimeSpan Left(long since, TimeSpan interval)
    {
        var left = interval - _options.TimeProvider.GetElapsedTime(since);
        return left < TimeSpan.Zero ? TimeSpan.Zero : left;
    }
}
