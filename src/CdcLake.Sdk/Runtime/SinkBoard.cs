using CdcLake.Connectors;

namespace CdcLake.Runtime;

/// <summary>What the sinks of a pipeline have made visible. Belongs to the <see cref="StatusBoard"/>, which guards it.</summary>
internal sealed class SinkBoard
{
    private const int Remembered = 32;

    private readonly TimeProvider _clock;
    private readonly string[] _names;
    private readonly SinkStatus[] _sinks;

    // Commit time of the first epoch of the run: what a target that shows none of them is behind.
    private DateTimeOffset? _first;

    // The newest epoch that each target shows since the run began.
    private readonly Epoch?[] _shown;

    // What these show is their content's own position, of every epoch.
    private readonly bool[] _isVolatile;

    public SinkBoard(IEnumerable<string> names, TimeProvider clock)
    {
        _clock = clock;
        _names = [.. names];
        _sinks = new SinkStatus[_names.Length];
        _shown = new Epoch?[_names.Length];
        _isVolatile = new bool[_names.Length];
        Begin();
    }

    /// <summary>Counts begin anew.</summary>
    public void Begin()
    {
        for (var i = 0; i < _sinks.Length; i++)
        {
            _sinks[i] = new SinkStatus(_names[i]);
        }

        _first = null;
        Array.Clear(_shown);
    }

    /// <param name="lag">Of the pipeline.</param>
    /// <param name="processed">Where the source stands.</param>
    public IReadOnlyList<SinkStatus> Current(TimeSpan? lag, SourcePosition? processed) => [.. _sinks.Select((s, i) => s with
    {
        Position = _isVolatile[i] ? _shown[i]?.Position.ToString() : s.Position,
        Lag = LagOf(i, lag, processed),
    })];

    public void Opened(IReadOnlyList<(string Name, SourcePosition? Position)> sinks)
    {
        for (var i = 0; i < _sinks.Length; i++)
        {
            _sinks[i] = _sinks[i] with { Name = sinks[i].Name, Position = sinks[i].Position?.ToString(), PendingRows = 0 };
        }

        _first = null;
        Array.Clear(_shown);
    }

    /// <summary>The source has sent an epoch.</summary>
    public void Processed(Epoch epoch) => _first ??= epoch.CommitTime;

    public void Reached(int index, Epoch epoch, long pendingRows, bool isVolatile)
    {
        _isVolatile[index] = isVolatile;
        if (_sinks[index].PendingRows != pendingRows)
        {
            _sinks[index] = _sinks[index] with { PendingRows = pendingRows };
        }

        if (pendingRows == 0)
        {
            _shown[index] = epoch;
        }
    }

    /// <returns>The sink as it is now.</returns>
    public SinkStatus Maintained(int index, SinkUpkeep upkeep)
    {
        var sink = _sinks[index];
        _sinks[index] = upkeep.Error is { } error
            ? sink with { MaintenanceError = PipelineError.Of(error, _clock.GetUtcNow()) }
            : sink with
            {
                Compactions = sink.Compactions + 1,
                CompactedFiles = sink.CompactedFiles + upkeep.Files,
                CompactedRows = sink.CompactedRows + upkeep.Rows,
                MaintenanceError = null,
            };
        return _sinks[index];
    }

    public PipelineCommit Committed(int index, SinkCommit commit, TimeSpan duration)
    {
        var now = _clock.GetUtcNow();
        var sink = _sinks[index];
        var told = new PipelineCommit(sink.Name, commit.Id, commit.Position.ToString(), commit.Upserts, commit.Deletes, commit.TotalRows)
        {
            At = now,
            Duration = duration,
            SourceTime = commit.CommitTime,
            Files = commit.Files,
            Bytes = commit.Bytes,
        };
        _sinks[index] = sink with
        {
            Position = told.Position,
            CommitId = commit.Id,
            Commits = sink.Commits + 1,
            Upserts = sink.Upserts + commit.Upserts,
            Deletes = sink.Deletes + commit.Deletes,
            TotalRows = commit.TotalRows < 0 ? null : commit.TotalRows,
            CommittedAt = now,
            Freshness = now - commit.CommitTime,
            PendingRows = 0,
            RecentCommits = [told, .. sink.RecentCommits.Take(Remembered - 1)],
        };
        _shown[index] = new Epoch(commit.Position, commit.CommitTime);
        return told;
    }

    private TimeSpan Behind(DateTimeOffset time) => _clock.GetUtcNow() - time is var behind && behind > TimeSpan.Zero ? behind : TimeSpan.Zero;

    // A target that shows everything that was read is as fresh as the pipeline; one that held it all when the run began too.
    private TimeSpan? LagOf(int index, TimeSpan? lag, SourcePosition? processed)
    {
        if (_shown[index] is not { } shown)
        {
            return _sinks[index].Position is null ? null : _first is { } first ? Behind(first) : lag;
        }

        return shown.Position.Equals(processed) && lag is not null ? lag : Behind(shown.CommitTime);
    }
}
