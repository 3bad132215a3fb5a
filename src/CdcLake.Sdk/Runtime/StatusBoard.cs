using CdcLake.Connectors;

namespace CdcLake.Runtime;

/// <summary>The one place where stages note their progress; <see cref="Current"/> is an immutable picture for everybody else. Thread-safe.</summary>
internal sealed class StatusBoard
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private PipelineStatus _status;
    private long _changesRead;
    private long _progress;

    public StatusBoard(string pipeline, TimeProvider clock)
    {
        _clock = clock;
        _status = new PipelineStatus { Pipeline = pipeline };
    }

    public PipelineStatus Current
    {
        get
        {
            lock (_gate)
            {
                return _status with { ChangesRead = Interlocked.Read(ref _changesRead) };
            }
        }
    }

    public void Update(Func<PipelineStatus, PipelineStatus> change)
    {
        lock (_gate)
        {
            _status = change(_status);
        }
    }

    /// <summary>Grows with every commit, and with every checkpoint: what a run that failed has brought about is not lost.</summary>
    public long Progress => Interlocked.Read(ref _progress);

    /// <summary>The user starts the pipeline: counts begin anew.</summary>
    public void Begin() => Update(s => s with { Sinks = [], Failures = 0, NextAttempt = null, CheckpointError = null });

    /// <summary>Enters a state, whatever it was before.</summary>
    public void Enter(PipelineState state, Exception? error = null) => Update(s =>
        s with { State = state, LastError = error, Detail = null, NextAttempt = null });

    /// <summary>A run failed, and another one begins at <paramref name="next"/>.</summary>
    public void Retrying(Exception error, int failures, DateTimeOffset next) => Update(s =>
        s with { State = PipelineState.Retrying, LastError = error, Detail = null, Failures = failures, NextAttempt = next });

    /// <summary>A checkpoint counts, one that was restored too.</summary>
    public void Checkpointed(SourcePosition position, bool isNew)
    {
        Interlocked.Add(ref _progress, isNew ? 1 : 0);
        Update(s => s with { CheckpointPosition = position.ToString(), CheckpointError = null });
    }

    public void Changes(int rows) => Interlocked.Add(ref _changesRead, rows);

    /// <summary>Follows the source until the pipeline drains: what it still reports then must not look like running.</summary>
    public void Source(SourceProgress progress) => Update(s => s.State >= PipelineState.Draining ? s : s with
    {
        State = progress.Phase switch
        {
            SourcePhase.Connecting => PipelineState.Starting,
            SourcePhase.Snapshot => PipelineState.Snapshotting,
            SourcePhase.Streaming => PipelineState.Running,
            _ => PipelineState.Retrying,
        },
        Detail = progress.Detail,
        LastError = progress.Error,
    });

    public void Processed(Epoch epoch) => Update(s => s with
    {
        Position = epoch.Position.ToString(),
        Lag = _clock.GetUtcNow() - epoch.CommitTime,
    });

    /// <summary>A run has opened its sinks, which hold these positions. What was counted in the runs before it stays.</summary>
    public void Opened(IReadOnlyList<(string Name, SourcePosition? Position)> sinks) => Update(s => s with
    {
        Sinks = [.. sinks.Select((o, i) => (s.Sinks.Count == sinks.Count ? s.Sinks[i] : new SinkStatus(o.Name)) with { Position = o.Position?.ToString(), PendingRows = 0 })],
    });

    public void Sink(int index, Func<SinkStatus, SinkStatus> change) => Update(s =>
    {
        var sinks = s.Sinks.ToArray();
        sinks[index] = change(sinks[index]);
        return s with { Sinks = sinks };
    });

    /// <summary>A sink has looked after its target, or could not.</summary>
    public void Maintained(int index, SinkUpkeep upkeep) => Sink(index, s => upkeep.Error is { } error
        ? s with { MaintenanceError = error }
        : s with
        {
            Compactions = s.Compactions + 1,
            CompactedFiles = s.CompactedFiles + upkeep.Files,
            CompactedRows = s.CompactedRows + upkeep.Rows,
            MaintenanceError = null,
        });

    public void Committed(int index, SinkCommit commit)
    {
        var now = _clock.GetUtcNow();
        Interlocked.Increment(ref _progress);
        Update(s => s with { Failures = 0 });
        Sink(index, s => s with
        {
            Position = commit.Position.ToString(),
            CommitId = commit.Id,
            Commits = s.Commits + 1,
            Upserts = s.Upserts + commit.Upserts,
            Deletes = s.Deletes + commit.Deletes,
            CommittedAt = now,
            Freshness = now - commit.CommitTime,
            PendingRows = 0,
        });
    }
}
