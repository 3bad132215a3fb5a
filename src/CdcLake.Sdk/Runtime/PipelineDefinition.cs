using CdcLake.Checkpoints;
using CdcLake.Connectors;
using CdcLake.Diagnostics;
using CdcLake.Planning.Logical;
using CdcLake.Storage;
using CdcLake.Storage.Locations;

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

    /// <summary>What a user's plan and options say.</summary>
    public static PipelineDefinition Of(string name, LogicalPlan plan, PipelineOptions options) => new(
        name,
        plan,
        () => plan.Source.CreateSource(name, options.TimeProvider),
        [.. plan.Sinks.Select(s => s.Target)],
        () => new ObjectStores(new StorageSettings(options.CheckpointS3), options.TimeProvider).Folder(ObjectStores.Below(ObjectStores.Absolute(options.CheckpointFolder), name)),
        options)
    {
        CreateLease = () => options.Lease == true ? plan.Source.CreateLease(name, options.TimeProvider) : null,
        Remake = other => Of(name, plan, other),
    };

    /// <summary>What the plan's tables are now, or where a run goes on, by name: of a database all that there are.</summary>
    /// <exception cref="CdcLakeException">A table does not exist, or cannot be captured.</exception>
    public async Task<Dictionary<string, SourceTable>> DescribeAsync(ISource source, CancellationToken cancellationToken)
    {
        var tables = Plan.Database is { } database
            ? await source.DescribeAsync(database.Selection, cancellationToken).ConfigureAwait(false)
            : source.DescribesPositions && await FindStartAsync(source, cancellationToken).ConfigureAwait(false) is { } at
                ? await source.DescribeAsync(Plan.Tables, at, cancellationToken).ConfigureAwait(false)
                : await source.DescribeAsync(Plan.Tables, cancellationToken).ConfigureAwait(false);
        return tables.ToDictionary(t => t.Name, StringComparer.Ordinal);
    }

    // What a run decides when sinks are open, and these want to know the tables: so targets are asked before, and the checkpoint whatever plan it is of.
    private async Task<SourcePosition?> FindStartAsync(ISource source, CancellationToken cancellationToken)
    {
        var positions = new List<SourcePosition?>();
        foreach (var target in Sinks)
        {
            positions.Add(await target.FindPositionAsync(Name, cancellationToken).ConfigureAwait(false) is { } position ? source.ParsePosition(position) : null);
        }

        var checkpoint = await CheckpointStore.FindPositionAsync(OpenCheckpoints(), cancellationToken).ConfigureAwait(false) is { } properties ? source.ParsePosition(properties) : null;
        return StartDecision.Of(checkpoint is not null, checkpoint, positions).From;
    }

    /// <summary>Where the results of a plan for real tables go, in the order of its sinks.</summary>
    public IReadOnlyList<ISinkTarget> TargetsOf(LogicalPlan plan) => plan.Database is null ? Sinks : [.. plan.Sinks.Select(s => s.Target)];

    /// <summary>The same pipeline, operated otherwise.</summary>
    public PipelineDefinition With(PipelineOptions options) => Remake?.Invoke(options) ?? this with { Options = options };

    /// <summary>Tells the application's loggers and meters what happens.</summary>
    public PipelineTelemetry Telemetry() => new(Name, Options.CheckpointFolder, Options.LoggerFactory, Options.MeterFactory, Options.TimeProvider);
}
