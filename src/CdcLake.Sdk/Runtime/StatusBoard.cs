using CdcLake.Connectors;

namespace CdcLake.Runtime;

/// <summary>The one place where stages note their progress; <see cref="Current"/> is an immutable picture for everybody else. Thread-safe.</summary>
internal sealed class StatusBoard
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private PipelineStatus _status;
    private long _changesRead;

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

    /// <summary>Enters a state unless the pipeline is already past it: what a draining source still reports must not look like running.</summary>
    public void Enter(PipelineState state, Exception? error = null) => Update(s =>
        s with { State = state, LastError = error, Detail = null });

    public void Changes(int rows) => Interlocked.Add(ref _changesRead, rows);

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

    public void Sinks(IReadOnlyList<SinkStatus> sinks) => Update(s => s with { Sinks = sinks });

    public void Sink(int index, Func<SinkStatus, SinkStatus> change) => Update(s =>
    {
        var sinks = s.Sinks.ToArray();
        sinks[index] = change(sinks[index]);
        return s with { Sinks = sinks };
    });

    public void Committed(int index, SinkCommit commit)
    {
        var now = _clock.GetUtcNow();
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
