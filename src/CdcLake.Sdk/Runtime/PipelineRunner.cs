using CdcLake.Checkpoints;
using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.Planning;

namespace CdcLake.Runtime;

/// <summary>One run of a pipeline: prepares source, plan, state and sinks, lets the stages work, and drains them.</summary>
internal sealed class PipelineRunner
{
    private const int SourceChannelCapacity = 4;
    private const int SinkChannelCapacity = 32;

    private readonly PipelineDefinition _definition;
    private readonly PipelineOptions _options;
    private readonly StatusBoard _status;
    private readonly PositionBoard _positions;

    public PipelineRunner(PipelineDefinition definition, StatusBoard status, PositionBoard positions)
    {
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
            var run = await PrepareAsync(source, sinks, stop).ConfigureAwait(false);
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
        var committed = new List<SourcePosition?>();
        foreach (var (node, target) in plan.Sinks.Zip(_definition.Sinks))
        {
            var sink = target.CreateSink();
            sinks.Add(sink);
            var opening = new SinkOpening(_definition.Name, node.Schema, node.Key, _options.TimeProvider);
            var properties = await sink.OpenAsync(opening, stop).ConfigureAwait(false);
            committed.Add(properties is null ? null : source.ParsePosition(properties));
        }

        _status.Sinks([.. sinks.Select((s, i) => new SinkStatus(s.Name) { Position = committed[i]?.ToString() })]);
        var operators = OperatorGraphBuilder.Build(plan);
        var checkpoints = CheckpointSession.Open(_definition, plan, operators);
        var checkpoint = checkpoints?.Position(source);
        var start = StartDecision.Of(checkpoints is not null, checkpoint, committed);
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

        var gates = sinks.Select((s, i) => new SinkGate(
            s.Name, committed[i], start.From, start.From is null && source.StartsWithSnapshot)).ToArray();
        var sourceStart = new SourceStart(
            plan.Captures, start.From, [.. committed.OfType<SourcePosition>().Distinct()], new EpochLimits(_options.EpochRows, _options.EpochTime));
        return new PreparedRun(source, sourceStart, operators, sinks, gates, checkpoints);
    }

    private async Task RunStagesAsync(PreparedRun run, CancellationToken stop)
    {
        using var stages = new StageGroup();
        var fromSource = new StageChannel<SourceMessage>(SourceChannelCapacity);
        var toSinks = run.Sinks.Select(_ => new StageChannel<SinkMessage>(SinkChannelCapacity)).ToArray();
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(stop, stages.Aborted);
        var sourceStage = new SourceStage(fromSource, _status);
        var operatorStage = new OperatorStage(run.Operators, fromSource, toSinks, run.Checkpoints, _options, _status, _positions);

        stages.Start(run.Source.Name, () => ReadAsync(run, sourceStage, fromSource, stop, reading.Token));
        stages.Start("operators", () => operatorStage.RunAsync(stages.Aborted));
        for (var i = 0; i < run.Sinks.Count; i++)
        {
            var sink = new SinkStage(i, run.Sinks[i], run.Gates[i], toSinks[i], _options, _status, _positions);
            stages.Start(run.Sinks[i].Name, () => sink.RunAsync(stages.Aborted));
        }

        await using (stop.Register(() =>
        {
            _status.Enter(PipelineState.Draining);
            stages.AbortAfter(_options.DrainTimeout);
        }).ConfigureAwait(false))
        {
            await stages.WhenAllAsync().ConfigureAwait(false);
        }

        if (stages.Error is { } error)
        {
            throw error is OperationCanceledException && stop.IsCancellationRequested
                ? new TimeoutException($"Pipeline \"{_definition.Name}\" did not commit what it had read within the drain timeout of {_options.DrainTimeout}. The next start reads it again.", error)
                : error;
        }
    }

    private static async Task ReadAsync(
        PreparedRun run, SourceStage stage, StageChannel<SourceMessage> output, CancellationToken stop, CancellationToken reading)
    {
        try
        {
            await run.Source.RunAsync(run.Start, stage, reading).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The epoch it was in stays unfinished; everything before goes on to the sinks.
        }
        finally
        {
            stage.DropUnfinished();
        }

        output.Complete();
    }

    private sealed record PreparedRun(
        ISource Source, SourceStart Start, OperatorGraph Operators, IReadOnlyList<ISink> Sinks, SinkGate[] Gates, CheckpointSession? Checkpoints);
}
