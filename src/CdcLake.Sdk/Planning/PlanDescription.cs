using CdcLake.Planning;

namespace CdcLake;

/// <summary>What <see cref="Pipeline.Explain"/> prints, as objects: for tests, and for tools that show a plan. Immutable.</summary>
public sealed record PlanDescription
{
    /// <summary>Hex hash of the meaning of all sinks; null before the first run, when the tables are not known yet: operators then have neither columns nor names of their own.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Every operator once, inputs before those that read them, sinks included.</summary>
    public IReadOnlyList<OperatorDescription> Operators { get; init; } = [];

    /// <summary>
    /// In the order of the <c>To…</c> calls; each is the top of a tree of <see cref="OperatorDescription.Inputs"/>. Of a whole database one for each table, before the first run one for each call.
    /// </summary>
    public IReadOnlyList<OperatorDescription> Sinks { get; init; } = [];

    /// <summary>For people: where operators stand elsewhere than in the query as it was written.</summary>
    public IReadOnlyList<string> Moves { get; init; } = [];

    /// <summary>In how many partitions operators with a key run, as <see cref="PipelineOptions.Parallelism"/> says.</summary>
    public int Partitions { get; init; } = 1;

    /// <summary>The captured tables, in the order they are read.</summary>
    public IReadOnlyList<OperatorDescription> Tables => OfKind(OperatorKind.Table);

    /// <summary>The operators of a kind, inputs before those that read them.</summary>
    /// <param name="kind">Which.</param>
    public IReadOnlyList<OperatorDescription> OfKind(OperatorKind kind) => [.. Operators.Where(o => o.Kind == kind)];

    /// <summary>The plan as <see cref="Pipeline.Explain"/> prints it.</summary>
    public override string ToString() => PlanText.Of(this);
}
