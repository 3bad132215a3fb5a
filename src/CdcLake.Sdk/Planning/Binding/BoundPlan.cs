using System.Runtime.CompilerServices;
using CdcLake.Connectors;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Binding;

/// <summary>A plan over real tables, ready to run.</summary>
/// <param name="Captures">Captured tables with the columns that leave the decoder; <see cref="TableNode.Table"/> is the index.</param>
/// <param name="Sinks">In the order of the <c>To…</c> calls.</param>
/// <param name="Fingerprint">Hex hash of all sinks' meaning.</param>
/// <param name="Nodes">Every operator once, inputs before their consumers, sinks included.</param>
internal sealed record BoundPlan(
    IReadOnlyList<TableCapture> Captures, IReadOnlyList<SinkNode> Sinks, string Fingerprint, IReadOnlyList<PlanNode> Nodes)
{
    /// <summary>What it was made of.</summary>
    public required LogicalPlan Logical { get; init; }

    /// <summary>For each operator what it computes, for people.</summary>
    internal ConditionalWeakTable<PlanNode, string> Details { get; init; } = [];

    /// <summary>In how many partitions operators with a key run. Names, fingerprints and results do not depend on it.</summary>
    public int Partitions { get; init; } = 1;

    /// <summary>For people: where operators stand elsewhere than in the plan as it was written; empty where it runs as it is.</summary>
    public IReadOnlyList<string> Moves { get; init; } = [];

    /// <summary>Which query over which tables, and behind a hyphen what these are like as far as they are read (names, types, nullability, keys), as hex hashes.</summary>
    /// <param name="query">The query as it was written, before it met tables.</param>
    public string TablesFingerprint(string query) =>
        $"{NodeFactory.Hash(Captures.Select(c => c.Table.Name).Prepend(query))}-{NodeFactory.Hash(Captures.SelectMany(Describe))}";

    /// <summary>The same for one sink over the tables that its content comes from, whatever else the plan holds.</summary>
    public string TablesFingerprint(SinkNode sink)
    {
        var captures = sink.Origins.Distinct().Select(t => Captures[t]).ToList();
        return $"{NodeFactory.Hash(captures.Select(c => c.Table.Name).Prepend(sink.Name))}-{NodeFactory.Hash(captures.SelectMany(Describe))}";
    }

    /// <summary>The plan as text: tree, state of each operator, captured and pruned columns, keys.</summary>
    public string Explain() => Describe().ToString();

    /// <summary>The same as objects.</summary>
    public PlanDescription Describe() => BoundDescription.Of(this);

    private static IEnumerable<string> Describe(TableCapture capture) => capture.Columns
        .Select(i => $"{capture.Table.Schema[i]} {capture.Table.NativeTypes[i]}")
        .Prepend(capture.Table.Name)
        .Concat(capture.Table.PrimaryKey.Select(k => capture.Table.Schema[k].Name))
        .Concat(Completion(capture))
        .Concat(capture.Table.ForeignKeys.Select(k => $"{k.Name} {k.Parent} {k.Actions} {string.Join(',', k.Columns)} {string.Join(',', k.ParentColumns)}"));

    private static IEnumerable<string> Completion(TableCapture capture) => capture.Table.Completion is not { } completion ? []
        : [.. completion.Key.Select(k => $"by {capture.Table.Schema[k].Name}"), .. capture.Columns.Select(c => $"default {completion.Defaults[c]}")];
}
