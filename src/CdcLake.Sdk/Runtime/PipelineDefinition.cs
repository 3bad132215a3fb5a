using CdcLake.Connectors;
using CdcLake.Diagnostics;
using CdcLake.Planning.Logical;
using CdcLake.Storage;

namespace CdcLake.Runtime;

/// <summary>A validated pipeline before it meets its source.</summary>
/// <param name="Name">Slug; names checkpoints and markers of commits.</param>
/// <param name="Plan">What to compute, over tables whose types are not known yet.</param>
/// <param name="CreateSource">Makes the source; called once per run.</param>
/// <param name="Sinks">Where results go, in the order of the plan's sinks.</param>
/// <param name="OpenCheckpoints">Makes the store of the pipeline's checkpoints, which belongs to it alone; asked only by plans that keep state.</param>
/// <param name="Options">Frozen.</param>
internal sealed record PipelineDefinition(
    string Name, LogicalPlan Plan, Func<ISource> CreateSource, IReadOnlyList<ISinkTarget> Sinks, Func<IObjectStore> OpenCheckpoints, PipelineOptions Options)
{
    /// <summary>Makes the right to run, of which one instance at a time has it; null where the source has no such thing.</summary>
    public Func<ILease?> CreateLease { get; init; } = () => null;

    /// <summary>Makes the definition again with other options.</summary>
    public Func<PipelineOptions, PipelineDefinition>? Remake { get; init; }

    /// <summary>The same pipeline, operated otherwise.</summary>
    public PipelineDefinition With(PipelineOptions options) => Remake?.Invoke(options) ?? this with { Options = options };

    /// <summary>Tells the application's loggers and meters what happens.</summary>
    public PipelineTelemetry Telemetry() => new(Name, Options.CheckpointFolder, Options.LoggerFactory, Options.MeterFactory, Options.TimeProvider);
}
