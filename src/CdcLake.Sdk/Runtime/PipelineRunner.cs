using CdcLake.Connectors;
using CdcLake.Planning.Binding;

namespace CdcLake.Runtime;

/// <summary>One run of a pipeline: prepares source, plan, state and sinks, lets the stages work, and drains them.</summary>
internal sealed class PipelineRunner
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SettlingPause = TimeSpan.FromMilliseconds(100);

    private readonly PipelineDefinition _definition;
    private readonly PipelineOptions _options;
    private readonly StatusBoard _status;
    private readonly PositionBoard _positions;
    private readonly RunControl _control;
    private readonly ILease? _lease;
    private readonly Action<BoundPlan> _bound;

    /// <param name="definition">What to run.</param>
    /// <param name="status">Where progress is noted.</param>
    /// <param name="positions">Where positions are noted.</param>
    /// <param name="control">Takes wishes while it runs.</param>
    /// <param name="lease">Held; null where none is needed.</param>
    /// <param name="bound">Called once the plan has met its source.</param>
    public PipelineRunner(PipelineDefinition definition, StatusBoard status, PositionBoard positions, RunControl control, ILease? lease, Action<BoundPlan> bound)
    {
        (_control, _lease) = (control, lease);
        _bound = bound;
        _definition = definition;
        _options = definition.Options;
        _status = status;
        _positions = positions;
    }

    /// <summary>Runs until <paramref name="stop"/> (then drains), the end of a finite source, or an error, which it throws.</summary>
    /// <param name="source">Where changes come from.</param>
    /// <param name="rereads">Start with the complete result, whatever is committed and checkpointed.</param>
    /// <param name="isFirst">No run was there before: what does not fit is a mistake, and not a table on its way to another form.</param>
    /// <param name="stop">The wish to stop.</param>
    /// <returns>Why the next run has to reread; null when there is nothing more to do.</returns>
    public async Task<string?> RunAsync(ISource source, bool rereads, bool isFirst, CancellationToken stop)
    {
        _status.Start(source.Name);
        var run = await OpenAsync(source, rereads, isFirst, stop).ConfigureAwait(false);
        await using (run.ConfigureAwait(false))
        {
            _bound(run.Plan);
            ShowStart(run);
            try
            {
                await RunStagesAsync(run, source, stop).ConfigureAwait(false);
            }
            finally
            {
                _status.End();
            }
        }

        return stop.IsCancellationRequested ? null : source.Rereads;
    }

    // A table may be on its way to another form by several statements, such as DROP and CREATE: it is waited for a little.
    private async Task<PreparedRun> OpenAsync(ISource source, bool rereads, bool isFirst, CancellationToken stop)
    {
        for (var began = _options.TimeProvider.GetTimestamp(); ;)
        {
            try
            {
                return await PreparedRun.OpenAsync(_definition, source, _status, rereads, stop).ConfigureAwait(false);
            }
            catch (SchemaMismatchException) when (!isFirst && _options.TimeProvider.GetElapsedTime(began) < Settling)
            {
                await Task.Delay(SettlingPause, _options.TimeProvider, stop).ConfigureAwait(false);
            }
        }
    }

    private void ShowStart(PreparedRun run)
    {
        var sinks = run.Sinks.All;
        _status.Opened(sinks);
        _positions.Await(run.Missing.Count);
        _positions.Open([.. sinks.Select(s => s.Number)]);
        foreach (var sink in sinks)
        {
            var shown = sink.Sink.IsDurable ? sink.Committed : run.Start.RestoreState ? run.Start.From : null;
            if (shown is not null)
            {
                _positions.Shows(sink.Number, shown);
            }
        }
    }

    private async Task RunStagesAsync(PreparedRun run, ISource source, CancellationToken stop)
    {
        using var group = new StageGroup(_options.TimeProvider);
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(stop, group.Aborted);
        var publisher = new CommitPublisher(_options, _status, _positions) { Fence = ThrowIfLeaseIsLost, Replaced = run.Replaced };
        var commits = new CommitCoordinator(publisher, run.Sinks, run.Replaces, run.Checkpoints, _options, storesWhatChanged: _definition.Plan.Database is not null, group.Aborted);
        await using var losing = (_lease?.Lost ?? CancellationToken.None).Register(() => group.Fail(LeaseLost())).ConfigureAwait(false);
        var stages = new SinkStages(run, commits, group, _status, _positions, () => stop.IsCancellationRequested || source.Rereads is not null) { Changed = r => _bound(r.Plan) };
        using var sourceStage = new SourceStage(run.Graph.Source, run.Plan.Captures, commits, _status, stages, group.Aborted);
        var start = new SourceStart(
            run.Captures,
            run.Start.From,
            [.. run.Replaced is null ? run.Committed.OfType<SourcePosition>().Where(c => !c.IsPartial).Distinct() : []],
            new EpochLimits(_options.EpochRows, _options.EpochTime)) { Meter = _status.SourceMeter, IsStartPoint = run.IsStartPoint, TakesParts = run.TakesParts, ReadsAnew = run.Start.ReadsAnew, Durable = () => run.Checkpoints is { } kept ? kept.Position : commits.Durable, Selection = _definition.Plan.Database?.Selection, Missing = run.Missing, Requests = stages.Requests };
        var sinks = run.Sinks.All.Select(s => stages.Start(s, new SinkGate(s.Sink.Name, s.Committed, run.Start.From, run.Replaces))).ToList();
        _status.Run([sourceStage.Probe(_status.SourceMeter), .. run.Graph.Operators.Select(o => o.Probe), .. sinks]);
        _ = group.Start(source.Name, () => ReadAsync(source, start, sourceStage, stop, reading.Token));
        _ = group.Start("commits", () => commits.RunAsync(sourceStage.InjectAsync));
        if (run.Checkpoints is { } checkpoints)
        {
            _ = group.Start("checkpoints", () => checkpoints.RunAsync(group.Aborted));
        }

        foreach (var stage in run.Graph.Stages)
        {
            _ = group.Start(stage.Name, () => stage.RunAsync(group.Aborted));
        }

        _control.Attach(commits, stages.Requests, group.Fail);
        try
        {
            await DrainAsync(group, stop).ConfigureAwait(false);
        }
        finally
        {
            _control.Detach();
        }
    }

    // A process that was stopped for a while learns by its clock, not by an event, that another one may run.
    private void ThrowIfLeaseIsLost()
    {
        if (_lease is { IsHeld: false })
        {
            throw LeaseLost();
        }
    }

    private LeaseLostException LeaseLost() => new(
        $"Pipeline \"{_definition.Name}\" lost its lease on the source server: this process was stopped or cut off for some seconds, and another instance may run by now. This one stands by.")
    {
        IsTransient = true,
    };

    private async Task DrainAsync(StageGroup group, CancellationToken stop)
    {
        await using (stop.Register(() =>
        {
            _status.Enter(PipelineState.Draining);
            group.AbortAfter(_options.DrainTimeout);
        }).ConfigureAwait(false))
        {
            await group.WhenAllAsync().ConfigureAwait(false);
        }

        if (group.Error is { } error)
        {
            throw error is OperationCanceledException && stop.IsCancellationRequested
                ? new TimeoutException(
                    $"Pipeline \"{_definition.Name}\" did not commit what it had read within the drain timeout of {_options.DrainTimeout}. The next run reads it again.", error)
                : error;
        }
    }

    private static async Task ReadAsync(ISource source, SourceStart start, SourceStage stage, CancellationToken stop, CancellationToken reading)
    {
        try
        {
            await source.RunAsync(start, stage, reading).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The epoch it was in stays unfinished; everything before goes on to the sinks.
        }
        catch
        {
            stage.DropUnfinished();
            throw;
        }

        await stage.CompleteAsync().ConfigureAwait(false);
    }
}
