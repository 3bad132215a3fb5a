using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace CdcLake.Diagnostics;

/// <summary>
/// Tells loggers and meters what a pipeline does. Events are those of the status board, at most a few per epoch or commit; counters are handed over as differences, so
/// that they go on over starts. Thread-safe as far as the board calls it under its lock.
/// </summary>
internal sealed class PipelineTelemetry
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(10);

    private readonly string _pipeline;
    private readonly string _folder;
    private readonly Loggers _log;
    private readonly PipelineCounters _counters;
    private readonly PipelineGauges _gauges;
    private readonly KeyValuePair<string, object?> _tag;
    private readonly Dictionary<string, StageTotals> _stages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _tables = new(StringComparer.Ordinal);
    private SourceTotals _source;
    private Func<PipelineStatus>? _observed;
    private DateTimeOffset _progress;
    private bool _snapshotIsTold;

    /// <param name="pipeline">Its name.</param>
    /// <param name="folder">Where its checkpoints lie.</param>
    /// <param name="loggers">The application's; null for silence.</param>
    /// <param name="meters">The container's; null for the process's own meter.</param>
    /// <param name="clock">Source of the times of events.</param>
    public PipelineTelemetry(string pipeline, string folder, ILoggerFactory? loggers, IMeterFactory? meters, TimeProvider clock)
    {
        Events = new EventRecorder(clock);
        _pipeline = pipeline;
        _folder = folder;
        _log = new Loggers(loggers, Events);
        _tag = Tags.Of(Tags.Pipeline, pipeline);
        var instruments = Instruments.Of(meters);
        (_counters, _gauges) = (instruments.Counters, instruments.Gauges);
    }

    /// <summary>What was logged, for those who look at the pipeline and not at its log.</summary>
    public EventRecorder Events { get; }

    /// <summary>Gauges show the pipeline from here on.</summary>
    public void Observe(Func<PipelineStatus> status)
    {
        if (_observed is null)
        {
            _gauges.Add(_observed = status);
            EngineLog.Started(_log.Engine, _pipeline, _folder);
        }
    }

    /// <summary>Gauges show it no longer.</summary>
    public void Forget()
    {
        if (_observed is { } status)
        {
            _gauges.Remove(status);
            _observed = null;
        }
    }

    /// <summary>The user starts it: the counters that are handed over begin at zero again.</summary>
    public void Begin()
    {
        _source = default;
        _tables.Clear();
        _snapshotIsTold = false;
    }

    /// <summary>A run begins: so do the counters of its stages.</summary>
    public void BeginRun() => _stages.Clear();

    public void Entered(PipelineState state, PipelineStatus status)
    {
        switch (state)
        {
            case PipelineState.Snapshotting:
                SnapshotLog.Started(_log.Snapshot, _pipeline);
                break;
            case PipelineState.Streaming:
                SourceLog.Following(_log.Source, _pipeline, status.Source.Server ?? status.Source.Name, status.Position ?? status.CheckpointPosition ?? "its beginning");
                break;
            case PipelineState.Draining:
                EngineLog.Draining(_log.Engine, _pipeline);
                break;
            case PipelineState.Stopped:
                EngineLog.Stopped(_log.Engine, _pipeline, status.Position);
                break;
            case PipelineState.Completed:
                EngineLog.Completed(_log.Engine, _pipeline, status.Position);
                break;
            case PipelineState.Failed when status.LastError is { } error:
                EngineLog.Failed(_log.Engine, error.Exception, _pipeline, error.Code, error.Position ?? status.Position);
                Count(error);
                break;
        }
    }

    /// <summary>The source tries again, or waits for something.</summary>
    public void Trouble(PipelineStatus status)
    {
        if (status.LastError is { } error)
        {
            SourceLog.Reconnecting(_log.Source, _pipeline, status.Source.Name, error.Attempt, error.NextAttempt - error.At, error.Message);
            Count(error);
        }
        else
        {
            SourceLog.Waiting(_log.Source, _pipeline, status.Detail);
        }
    }

    /// <summary>Another instance runs.</summary>
    public void StandsBy(string holder, bool isNew)
    {
        if (isNew)
        {
            LeaseLog.StandsBy(_log.Lease, _pipeline, holder);
        }
    }

    public void Leads() => LeaseLog.Leads(_log.Lease, _pipeline);

    /// <summary>A run failed, and another one begins.</summary>
    public void Retrying(PipelineError error)
    {
        if (error.Exception is LeaseLostException)
        {
            LeaseLog.Lost(_log.Lease, _pipeline, error.Message);
        }

        EngineLog.Retrying(_log.Engine, _pipeline, error.Code, error.Attempt, error.NextAttempt, error.Message);
        Count(error);
    }

    public void Checkpointed(CheckpointStatus checkpoint)
    {
        if (checkpoint.Error is { } error)
        {
            CheckpointLog.Failed(_log.Checkpoint, _pipeline, error.Message);
            Count(error);
        }
        else if (checkpoint.IsRestored)
        {
            CheckpointLog.Restored(_log.Checkpoint, _pipeline, checkpoint.Number, checkpoint.Position, checkpoint.TotalBytes, checkpoint.Duration);
        }
        else
        {
            CheckpointLog.Taken(_log.Checkpoint, _pipeline, checkpoint.Number, checkpoint.Position, checkpoint.Duration, checkpoint.WrittenBytes, checkpoint.TotalBytes);
            _counters.CheckpointDuration.Record(checkpoint.Duration.TotalSeconds, _tag);
            _counters.CheckpointSize.Record(checkpoint.WrittenBytes, _tag);
        }
    }

    public void Committed(PipelineCommit commit)
    {
        SinkLog.Committed(_log.Sink, _pipeline, commit.Id, commit.Sink, commit.Position, commit.Duration, commit.Upserts, commit.Deletes);
        var sink = Tags.Of(Tags.Sink, commit.Sink);
        _counters.SinkRows.Add(commit.Upserts, _tag, sink, Tags.Of(Tags.Operation, "upsert"));
        _counters.SinkRows.Add(commit.Deletes, _tag, sink, Tags.Of(Tags.Operation, "delete"));
        _counters.SinkFiles.Add(commit.Files, _tag, sink);
        _counters.SinkBytes.Add(commit.Bytes, _tag, sink);
        _counters.CommitDuration.Record(commit.Duration.TotalSeconds, _tag, sink);
        _counters.Latency.Record(Math.Max(0, (commit.At - commit.SourceTime).TotalSeconds), _tag, sink);
    }

    public void Replaces(string sink, string content) => SinkLog.Replaces(_log.Sink, _pipeline, sink, content);

    public void Maintained(string sink, int files, long rows, PipelineError? error)
    {
        if (error is null)
        {
            SinkLog.Compacted(_log.Sink, _pipeline, sink, files, rows);
        }
        else
        {
            SinkLog.MaintenanceFailed(_log.Sink, _pipeline, sink, error.Message);
            Count(error);
        }
    }

    /// <summary>Counters of the source as they stand.</summary>
    public void Count(SourceTotals now)
    {
        Add(_counters.Changes, now.Inserts - _source.Inserts, Tags.Of(Tags.Operation, "insert"));
        Add(_counters.Changes, now.Updates - _source.Updates, Tags.Of(Tags.Operation, "update"));
        Add(_counters.Changes, now.Deletes - _source.Deletes, Tags.Of(Tags.Operation, "delete"));
        Add(_counters.Transactions, now.Transactions - _source.Transactions);
        Add(_counters.Bytes, now.Bytes - _source.Bytes);
        Add(_counters.Reconnects, now.Reconnects - _source.Reconnects);
        _source = now;
    }

    /// <summary>Counters of a stage as they stand.</summary>
    public void Count(StageTotals now)
    {
        var before = _stages.GetValueOrDefault(now.Name);
        var stage = Tags.Of(Tags.Stage, now.Name);
        Add(_counters.StageRows, now.RowsIn - before.RowsIn, stage, Tags.Of(Tags.Direction, "in"));
        Add(_counters.StageRows, now.RowsOut - before.RowsOut, stage, Tags.Of(Tags.Direction, "out"));
        _stages[now.Name] = now;
    }

    /// <summary>How far an initial snapshot has come.</summary>
    public void Count(SnapshotStatus snapshot, DateTimeOffset now)
    {
        foreach (var table in snapshot.Tables)
        {
            Add(_counters.SnapshotRows, table.Rows - _tables.GetValueOrDefault(table.Table), Tags.Of(Tags.Table, table.Table));
            _tables[table.Table] = table.Rows;
        }

        if (snapshot.IsDone)
        {
            if (!_snapshotIsTold)
            {
                SnapshotLog.Finished(_log.Snapshot, _pipeline, snapshot.Rows, snapshot.Tables.Count, snapshot.Elapsed);
                _snapshotIsTold = true;
            }
        }
        else if (now - _progress >= ProgressInterval)
        {
            _progress = now;
            _snapshotIsTold = false;
            var names = string.Join(", ", snapshot.Tables.Where(t => t is { HasBegun: true, IsDone: false }).Select(t => t.Table));
            SnapshotLog.Progress(_log.Snapshot, _pipeline, names, snapshot.Rows, snapshot.EstimatedRows, (long)snapshot.RowsPerSecond, snapshot.Remaining);
        }
    }

    private void Count(PipelineError error)
    {
        var type = Tags.Of(Tags.ErrorType, error.Code);
        _counters.Errors.Add(1, _tag, type, Tags.Of(Tags.Transient, error.IsTransient));
        if (error.Exception is CommitConflictException)
        {
            _counters.Conflicts.Add(1, _tag, Tags.Of(Tags.Sink, error.Stage));
        }
    }

    private void Add(Counter<long> counter, long difference)
    {
        if (difference > 0)
        {
            counter.Add(difference, _tag);
        }
    }

    private void Add(Counter<long> counter, long difference, KeyValuePair<string, object?> tag)
    {
        if (difference > 0)
        {
            counter.Add(difference, _tag, tag);
        }
    }

    private void Add(Counter<long> counter, long difference, KeyValuePair<string, object?> tag, KeyValuePair<string, object?> other)
    {
        if (difference > 0)
        {
            counter.Add(difference, _tag, tag, other);
        }
    }
}
