using CdcLake.Connectors;
using CdcLake.Planning.Binding;

namespace CdcLake.Runtime;

/// <summary>One run of a pipeline: prepares source, plan, state and sinks, lets the stages work, and drains them.</summary>
internal sealed class PipelineRunner
{
    private readonly PipelineDefinition _definition;
    private readonly PipelineOptions _options;
    private readonly StatusBoard _status;
    private readonly PositionBoard _positions;
    private readonly Action<BoundPlan> _bound;

    /// <param name="definition">What to run.</param>
    /// <param name="status">Where progress is noted.</param>
    /// <param name="positions">Where positions are noted.</param>
    /// <param name="bound">Called once the plan has met its source.</param>
    public PipelineRunner(PipelineDefinition definition, StatusBoard status, PositionBoard positions, Action<BoundPlan> bound)
    {
        _bound = bound;
        _definition = definition;
        _options = definition.Options;
        _status = status;
        _positions = positions;
    }

    /// <summary>Runs until <paramref name="stop"/> (then drains), the end of a finite source, or an error, which it throws.</summary>
    public async Task RunAsync(ISource source, CancellationToken stop)
    {
        _status.Enter(PipelineState.Starting);
        _positions.Begin();
        var sinks = new List<ISink>();
        try
        {
            using var run = await PrepareAsync(source, sinks, stop).ConfigureAwait(false);
            await RunStagesAsync(run, stop).ConfigureAwait(false);
        }
        finally
        {
            foreach (var sink in sinks)
            {
                await sink.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task<PreparedRun> PrepareAsync(ISource source, List<ISink> sinks, CancellationToken stop)
    {
        var tables = await source.DescribeAsync(_definition.Plan.Tables, stop).ConfigureAwait(false);
        var plan = _definition.Plan.Bind(tables.ToDictionary(t => t.Name, StringComparer.Ordinal));
        _bound(plan);
        var graph = StageGraphBuilder.Build(plan, _options.TimeProvider);
        var checkpoints = await CheckpointSchedule.OpenAsync(_definition, plan, graph, source, _status, _positions, stop).ConfigureAwait(false);
        var committed = new List<SourcePosition?>();
        foreach (var (node, target) in plan.Sinks.Zip(_definition.Sinks))
        {
            var sink = target.CreateSink();
            sinks.Add(sink);
            var opening = new SinkOpening(_definition.Name, node.Schema, node.Key, _options.TimeProvider, node.Fingerprint);
            var properties = await sink.OpenAsync(opening, stop).ConfigureAwait(false);
            committed.Add(properties is null ? null : source.ParsePosition(properties));
        }

        _status.Sinks([.. sinks.Select((s, i) => new SinkStatus(s.Name) { Position = committed[i]?.ToString() })]);
        var start = StartDecision.Of(checkpoints is not null, checkpoints?.Position, committed);
        if (start.RestoreState)
        {
            await checkpoints!.RestoreAsync(stop).ConfigureAwait(false);
        }

        for (var i = 0; i < committed.Count; i++)
        {
            if (committed[i] is { } position)
            {
                _positions.Committed(i, position);
            }
        }

        var gates = sinks.Select((s, i) => new SinkGate(s.Name, committed[i], start.From, start.From is null && source.StartsWithSnapshot)).ToArray();
        var sourceStart = new SourceStart(
            plan.Captures, start.From, [.. committed.OfType<SourcePosition>().Distinct()], new EpochLimits(_options.EpochRows, _options.EpochTime));
        return new PreparedRun(source, sourceStart, graph, sinks, gates, checkpoints);
    }

    private async Task RunStagesAsync(PreparedRun run, CancellationToken stop)
    {
        using var group = new StageGroup();
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(stop, group.Aborted);
        var sourceStage = new SourceStage(run.Graph.Source, run.Checkpoints, _status, group.Aborted);
        group.Start(run.Source.Name, () => ReadAsync(run, sourceStage, stop, reading.Token));
        foreach (var stage in run.Graph.Stages)
        {
            group.Start(stage.Name, () => stage.RunAsync(group.Aborted));
        }

        for (var i = 0; i < run.Sinks.Count; i++)
        {
            var sink = new SinkStage(i, run.Sinks[i], run.Gates[i], run.Graph.SinkInputs[i], _options, _status, _positions);
            group.Start(run.Sinks[i].Name, () => sink.RunAsync(stop, group.Aborted));
        }

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

    private static async Task ReadAsync(PreparedRun run, SourceStage stage, CancellationToken stop, CancellationToken reading)
    {
        try
        {
            await run.Source.RunAsync(run.Start, stage, reading).ConfigureAwait(false);
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

    private sealed record PreparedRun(
        ISource Source, SourceStart Start, StageGraph Graph, IReadOnlyList<ISink> Sinks, SinkGate[] Gates, CheckpointSchedule? Checkpoints) : IDisposable
    {
        public void Dispose() => Graph.Dispose();
    }
}
