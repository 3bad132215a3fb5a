using CdcLake.Connectors;

namespace CdcLake.Runtime;

/// <summary>What the sinks of a pipeline have made visible. Belongs to the <see cref="StatusBoard"/>, which guards it.</summary>
internal sealed class SinkBoard
{
    private const int Remembered = 32;

    private readonly TimeProvider _clock;

    // By number; what is not there any more keeps its place, and its counts for when it comes again.
    private readonly List<Entry> _sinks;

    // Commit time of the first epoch of the run: what a target that shows none of them is behind.
    private DateTimeOffset? _first;

    public SinkBoard(IEnumerable<string> names, TimeProvider clock)
    {
        _clock = clock;
        _sinks = [.. names.Select(n => new Entry(n))];
    }

    /// <summary>Counts begin anew.</summary>
    public void Begin()
    {
        foreach (var sink in _sinks)
        {
            (sink.Status, sink.Shown) = (new SinkStatus(sink.Name), null);
        }

        _first = null;
    }

    /// <summary>The number of a sink, by which it is known from here on.</summary>
    public int NumberOf(string name)
    {
        var number = _sinks.FindIndex(s => s.Name == name);
        if (number < 0)
        {
            number = _sinks.Count;
            _sinks.Add(new Entry(name) { IsPresent = false });
        }

        return number;
    }

    /// <summary>The number of a sink that is there, or null; and the names of all that are.</summary>
    public (int? Number, IReadOnlyList<string> Names) Find(string name) =>
        (_sinks.FindIndex(s => s.IsPresent && s.Name == name) is >= 0 and var number ? number : null, [.. _sinks.Where(s => s.IsPresent).Select(s => s.Name)]);

    /// <param name="lag">Of the pipeline.</param>
    /// <param name="processed">Where the source stands.</param>
    public IReadOnlyList<SinkStatus> Current(TimeSpan? lag, SourcePosition? processed) => [.. _sinks.Where(s => s.IsPresent).Select(s => s.Status with
    {
        Position = s.IsVolatile ? s.Shown?.Position.ToString() : s.Status.Position,
        Lag = LagOf(s, lag, processed),
    })];

    /// <summary>Exactly these sinks are there from here on.</summary>
    public void Opened(IEnumerable<RunSink> sinks)
    {
        foreach (var sink in _sinks)
        {
            (sink.IsPresent, sink.Shown) = (false, null);
        }

        foreach (var sink in sinks)
        {
            Add(sink);
        }

        _first = null;
    }

    /// <summary>One more sink is there from here on.</summary>
    public void Add(RunSink sink)
    {
        var entry = _sinks[sink.Number];
        (entry.IsPresent, entry.Shown) = (true, null);
        entry.Status = entry.Status with { Name = sink.Sink.Name, Position = sink.Committed?.ToString(), PendingRows = 0 };
    }

    /// <summary>A sink is not there any more.</summary>
    public void Remove(int number) => _sinks[number].IsPresent = false;

    /// <summary>The source has sent an epoch.</summary>
    public void Processed(Epoch epoch) => _first ??= epoch.CommitTime;

    public void Reached(int index, Epoch epoch, long pendingRows, bool isVolatile)
    {
        var sink = _sinks[index];
        sink.IsVolatile = isVolatile;
        if (sink.Status.PendingRows != pendingRows)
        {
            sink.Status = sink.Status with { PendingRows = pendingRows };
        }

        if (pendingRows == 0)
        {
            sink.Shown = epoch;
        }
    }

    /// <returns>The sink as it is now.</returns>
    public SinkStatus Maintained(int index, SinkUpkeep upkeep)
    {
        var entry = _sinks[index];
        var sink = entry.Status;
        return entry.Status = upkeep.Error is { } error
            ? sink with { MaintenanceError = PipelineError.Of(error, _clock.GetUtcNow()) }
            : sink with
            {
                Compactions = sink.Compactions + 1,
                CompactedFiles = sink.CompactedFiles + upkeep.Files,
                CompactedRows = sink.CompactedRows + upkeep.Rows,
                MaintenanceError = null,
            };
    }

    public PipelineCommit Committed(int index, SinkCommit commit, TimeSpan duration)
    {
        var now = _clock.GetUtcNow();
        var entry = _sinks[index];
        var sink = entry.Status;
        var told = new PipelineCommit(sink.Name, commit.Id, commit.Position.ToString(), commit.Upserts, commit.Deletes, commit.TotalRows)
        {
            At = now,
            Duration = duration,
            SourceTime = commit.CommitTime,
            Files = commit.Files,
            Bytes = commit.Bytes,
        };
        entry.Status = sink with
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
        entry.Shown = new Epoch(commit.Position, commit.CommitTime);
        return told;
    }

    private TimeSpan Behind(DateTimeOffset time) => _clock.GetUtcNow() - time is var behind && behind > TimeSpan.Zero ? behind : TimeSpan.Zero;

    // A target that shows everything that was read is as fresh as the pipeline; one that held it all when the run began too.
    private TimeSpan? LagOf(Entry sink, TimeSpan? lag, SourcePosition? processed)
    {
        if (sink.Shown is not { } shown)
        {
            return sink.Status.Position is null ? null : _first is { } first ? Behind(first) : lag;
        }

        return shown.Position.Equals(processed) && lag is not null ? lag : Behind(shown.CommitTime);
    }

    private sealed class Entry(string name)
    {
        public string Name => name;

        public SinkStatus Status { get; set; } = new(name);

        public bool IsPresent { get; set; } = true;

        /// <summary>The newest epoch that the target shows since the run began.</summary>
        public Epoch? Shown { get; set; }

        /// <summary>What it shows is its content's own position, of every epoch.</summary>
        public bool IsVolatile { get; set; }
    }
}
