using System.Globalization;
using CdcLake.Checkpoints;
using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.Diagnostics;

namespace CdcLake.Runtime;

/// <summary>The one place where stages note their progress; <see cref="Current"/> is an immutable picture for everybody else. Thread-safe.</summary>
internal sealed class StatusBoard
{
    private const int Remembered = 32;

    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly StageBoard _stages;
    private readonly SinkBoard _sinks;
    private readonly PipelineTelemetry _telemetry;
    private readonly Func<PipelineStatus> _read;
    private SourceMeter _source;
    private LagMeter _lag;
    private PipelineStatus _status;
    private SourcePosition? _processed;
    private SourcePosition? _position;
    private long _changesRead;
    private long _progress;
    private bool _hasStreamed;

    /// <param name="pipeline">Its name.</param>
    /// <param name="clock">Source of all times.</param>
    /// <param name="sinks">Their names, in order.</param>
    /// <param name="telemetry">Is told what happens.</param>
    public StatusBoard(string pipeline, TimeProvider clock, IEnumerable<string> sinks, PipelineTelemetry telemetry)
    {
        _telemetry = telemetry;
        _read = () => Current;
        _clock = clock;
        _stages = new StageBoard(clock);
        _sinks = new SinkBoard(sinks, clock);
        _source = new SourceMeter(clock);
        _lag = new LagMeter(_source, clock);
        _status = new PipelineStatus { Pipeline = pipeline, Since = clock.GetUtcNow() };
    }

    public PipelineStatus Current
    {
        get
        {
            var stages = _stages.Current();
            lock (_gate)
            {
                Count();
                var lag = _status.State == PipelineState.Completed ? _status.Lag : _lag.Current(_status.Source.IsConnected);
                return _status with
                {
                    At = _clock.GetUtcNow(),
                    ChangesRead = Interlocked.Read(ref _changesRead),
                    Position = _position?.ToString(),
                    Lag = lag,
                    Stages = stages,
                    Sinks = _sinks.Current(lag, _processed),
                    Source = SourceReport(),
                    Snapshot = _source.Snapshot is { } snapshot ? SnapshotReport.Of(snapshot, _stages.SourceRate) : null,
                };
            }
        }
    }

    /// <summary>Counters that the source writes.</summary>
    public SourceMeter SourceMeter => _source;

    /// <summary>Source position of the last transaction that went through.</summary>
    public string? Position
    {
        get
        {
            lock (_gate)
            {
                return _position?.ToString();
            }
        }
    }

    /// <summary>Grows with every commit, and with every checkpoint: what a run that failed has brought about is not lost.</summary>
    public long Progress => Interlocked.Read(ref _progress);

    /// <summary>The user starts the pipeline: counts begin anew.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _source = new SourceMeter(_clock);
            _lag = new LagMeter(_source, _clock);
            _sinks.Begin();
            _processed = null;
            _hasStreamed = false;
            _status = _status with { Source = new SourceStatus(), Checkpoints = [], Failures = 0, NextAttempt = null, TroubleSince = null, CheckpointError = null };
            Interlocked.Exchange(ref _changesRead, 0);
            _telemetry.Begin();
        }

        _telemetry.Observe(_read);
    }

    /// <summary>Nobody looks any more.</summary>
    public void Forget() => _telemetry.Forget();

    /// <summary>A run begins.</summary>
    public void Start(string source)
    {
        Enter(PipelineState.Starting);
        Update(s => s with { Source = s.Source with { Name = source } });
    }

    /// <summary>The stages of a run begin.</summary>
    public void Run(IReadOnlyList<StageProbe> stages)
    {
        lock (_gate)
        {
            _telemetry.BeginRun();
        }

        _stages.Begin(stages);
    }

    /// <summary>A run is over, whatever its end.</summary>
    public void End()
    {
        lock (_gate)
        {
            Count();
        }

        _stages.End();
        _source.Wake();
        Update(s => s with { Source = s.Source with { IsConnected = false, Server = null } });
    }

    /// <summary>Enters a state, whatever it was before.</summary>
    public void Enter(PipelineState state, Exception? error = null)
    {
        lock (_gate)
        {
            var now = _clock.GetUtcNow();
            _status = In(state, now) with
            {
                LastError = error is null ? null : PipelineError.Of(error, now),
                TroubleSince = state is PipelineState.Starting or PipelineState.Failed ? _status.TroubleSince : null,
                Detail = null,
                NextAttempt = null,
                Position = _position?.ToString(),
                Lag = _lag.Current(_status.Source.IsConnected),
            };
            _telemetry.Entered(state, _status);
        }
    }

    /// <summary>Another instance runs.</summary>
    /// <param name="holder">Who that is.</param>
    public void Standby(string holder)
    {
        lock (_gate)
        {
            var isNew = _status.State != PipelineState.Standby;
            _status = In(PipelineState.Standby, _clock.GetUtcNow()) with { Detail = holder, LastError = null, NextAttempt = null, TroubleSince = null, Failures = 0 };
            _telemetry.StandsBy(holder, isNew);
        }
    }

    /// <summary>This instance has the lease.</summary>
    public void Leading() => _telemetry.Leads();

    /// <summary>A run failed, and another one begins at <paramref name="next"/>.</summary>
    public void Retrying(Exception error, int failures, DateTimeOffset next)
    {
        lock (_gate)
        {
            var now = _clock.GetUtcNow();
            _status = In(PipelineState.Retrying, now) with { LastError = PipelineError.Of(error, now, failures, next), Detail = null, Failures = failures, NextAttempt = next, TroubleSince = _status.TroubleSince ?? now };
            _telemetry.Retrying(_status.LastError!);
        }
    }

    /// <summary>State is read back, of which so many bytes are there.</summary>
    public void Restoring(long bytes, long total)
    {
        lock (_gate)
        {
            _status = _status with { Detail = string.Create(CultureInfo.InvariantCulture, $"reads state back: {bytes / 1e6:N0} of {total / 1e6:N0} MB") };
        }
    }

    /// <summary>A checkpoint counts, was restored, or could not be written.</summary>
    public void Checkpointed(CheckpointReport report)
    {
        Interlocked.Add(ref _progress, report is { Error: null, IsRestored: false } ? 1 : 0);
        lock (_gate)
        {
            var now = _clock.GetUtcNow();
            var entry = new CheckpointStatus
            {
                Number = report.Error is null ? report.Number : null,
                Position = report.Position?.ToString(),
                At = now,
                Duration = report.Duration,
                WrittenBytes = report.WrittenBytes,
                TotalBytes = report.TotalBytes,
                IsRestored = report.IsRestored,
                Error = report.Error is { } error ? PipelineError.Of(error, now) : null,
            };
            _status = _status with
            {
                Checkpoints = [entry, .. _status.Checkpoints.Take(Remembered - 1)],
                CheckpointPosition = entry.Position ?? _status.CheckpointPosition,
                CheckpointError = entry.Error,
            };
            _telemetry.Checkpointed(entry);
        }
    }

    public void Changes(int rows) => Interlocked.Add(ref _changesRead, rows);

    /// <summary>Follows the source until the pipeline drains: what it still reports then must not look like running.</summary>
    public void Source(SourceProgress progress)
    {
        lock (_gate)
        {
            if (_status.State >= PipelineState.Draining)
            {
                return;
            }

            var now = _clock.GetUtcNow();
            var isConnected = progress.Phase is SourcePhase.Snapshot or SourcePhase.Streaming;
            var isNew = progress.Phase == SourcePhase.Streaming && !_status.Source.IsConnected;
            var isOther = _status.State != StateOf(progress.Phase);
            _status = In(StateOf(progress.Phase), now) with
            {
                Detail = progress.Detail,
                LastError = progress.Error is { } error ? PipelineError.Of(error, now, progress.Attempt, now + progress.RetryIn) : null,
                NextAttempt = now + progress.RetryIn,
                TroubleSince = progress.Phase switch
                {
                    SourcePhase.Streaming => null,
                    SourcePhase.Retrying => _status.TroubleSince ?? now,
                    _ => _status.TroubleSince,
                },
                Source = _status.Source with
                {
                    IsConnected = isConnected,
                    Server = isConnected ? progress.Server ?? _status.Source.Server : null,
                    Reconnects = _status.Source.Reconnects + (isNew && _hasStreamed ? 1 : 0),
                },
            };
            _hasStreamed |= progress.Phase == SourcePhase.Streaming;
            Tell(progress.Phase, isOther);
        }
    }

    public void Processed(Epoch epoch)
    {
        lock (_gate)
        {
            if (!epoch.Position.IsPartial)
            {
                (_processed, _position) = (epoch.Position, epoch.Position);
                _lag.Processed(epoch.CommitTime);
                _sinks.Processed(epoch);
            }
        }

        if (_stages.Tick())
        {
            lock (_gate)
            {
                Count();
            }
        }
    }

    /// <summary>The number by which a sink is known from here on.</summary>
    public int NumberOf(string sink)
    {
        lock (_gate)
        {
            return _sinks.NumberOf(sink);
        }
    }

    /// <inheritdoc cref="SinkBoard.Find"/>
    public (int? Number, IReadOnlyList<string> Names) FindSink(string name)
    {
        lock (_gate)
        {
            return _sinks.Find(name);
        }
    }

    /// <summary>A table came, with this sink and its stage.</summary>
    public void Came(RunSink sink, StageProbe stage)
    {
        lock (_gate)
        {
            _sinks.Add(sink);
        }

        _stages.Add(stage);
    }

    /// <summary>A table went, and the sink with it.</summary>
    public void Went(RunSink sink)
    {
        lock (_gate)
        {
            _sinks.Remove(sink.Number);
        }

        _stages.Remove(sink.Input.Name);
    }

    /// <summary>A run has opened its sinks. What was counted in the runs before it stays.</summary>
    public void Opened(IReadOnlyList<RunSink> sinks)
    {
        lock (_gate)
        {
            _processed = null;
            _sinks.Opened(sinks);
            foreach (var sink in sinks.Where(s => s.Sink.Replaced is not null))
            {
                _telemetry.Replaces(sink.Sink.Name, sink.Sink.Replaced!);
            }
        }
    }

    /// <summary>A sink has taken in an epoch.</summary>
    /// <param name="index">Number of the sink.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="pendingRows">What waits for a commit; 0 when the target shows the epoch.</param>
    /// <param name="isVolatile">The position is the content's own.</param>
    public void SinkReached(int index, Epoch epoch, long pendingRows, bool isVolatile)
    {
        lock (_gate)
        {
            _sinks.Reached(index, epoch, pendingRows, isVolatile);
        }
    }

    /// <summary>A sink has looked after its target, or could not.</summary>
    public void Maintained(int index, SinkUpkeep upkeep)
    {
        lock (_gate)
        {
            var sink = _sinks.Maintained(index, upkeep);
            _telemetry.Maintained(sink.Name, upkeep.Files, upkeep.Rows, sink.MaintenanceError);
        }
    }

    /// <summary>A sink has committed.</summary>
    public PipelineCommit Committed(int index, SinkCommit commit, TimeSpan duration)
    {
        Interlocked.Increment(ref _progress);
        lock (_gate)
        {
            _status = _status with { Failures = 0, TroubleSince = null };
            var told = _sinks.Committed(index, commit, duration);
            _telemetry.Committed(told);
            return told;
        }
    }

    private static PipelineState StateOf(SourcePhase phase) => phase switch
    {
        SourcePhase.Connecting => PipelineState.Starting,
        SourcePhase.Snapshot => PipelineState.Snapshotting,
        SourcePhase.Streaming => PipelineState.Streaming,
        _ => PipelineState.Retrying,
    };

    private void Tell(SourcePhase phase, bool isOther)
    {
        if (phase == SourcePhase.Retrying)
        {
            _telemetry.Trouble(_status);
        }
        else if (isOther)
        {
            _telemetry.Entered(_status.State, _status);
        }

        Count();
    }

    // Counters are handed over when something ends or somebody looks.
    private void Count()
    {
        _telemetry.Count(new SourceTotals(_source.Inserts, _source.Updates, _source.Deletes, _source.Transactions, _source.Bytes, _status.Source.Reconnects));
        foreach (var stage in _stages.Totals())
        {
            _telemetry.Count(stage);
        }

        if (_source.Snapshot is { } snapshot)
        {
            _telemetry.Count(SnapshotReport.Of(snapshot, _stages.SourceRate), _clock.GetUtcNow());
        }
    }

    private void Update(Func<PipelineStatus, PipelineStatus> change)
    {
        lock (_gate)
        {
            _status = change(_status);
        }
    }

    private PipelineStatus In(PipelineState state, DateTimeOffset now) => state == _status.State ? _status : _status with { State = state, Since = now };

    private SourceStatus SourceReport() => _status.Source with
    {
        LastHeard = _clock.GetUtcNow() - _source.Silence,
        Heartbeat = _source.Heartbeat,
        Inserts = _source.Inserts,
        Updates = _source.Updates,
        Deletes = _source.Deletes,
        Transactions = _source.Transactions,
        Bytes = _source.Bytes,
        Retention = _source.Retention is { } retention ? RetentionReport.Of(retention, _clock.GetUtcNow()) : null,
    };
}
