using System.Runtime.CompilerServices;
using CdcLake.Connectors;

namespace CdcLake.Planning.Binding;

/// <summary>A plan over real tables, ready to run.</summary>
/// <param name="Captures">Captured tables with the columns that leave the decoder; <see cref="TableNode.Table"/> is the index.</param>
/// <param name="Sinks">In the order of the <c>To…</c> calls.</param>
/// <param name="Fingerprint">Hex hash of all sinks' meaning.</param>
/// <param name="Nodes">Every operator once, inputs before their consumers, sinks included.</param>
internal sealed record BoundPlan(
    IReadOnlyList<TableCapture> Captures, IReadOnlyList<SinkNode> Sinks, string Fingerprint, IReadOnlyList<PlanNode> Nodes)
{
    /// <summary>For each operator what it computes, for people; the records of nodes hold delegates only.</summary>
    internal ConditionalWeakTable<PlanNode, string> Details { get; init; } = [];

    /// <summary>Hex hash of the captured tables as far as they are read: names, types, nullability, keys.</summary>
    public string TablesFingerprint => NodeFactory.Hash(Captures.SelectMany(c => c.Columns
        .Select(i => $"{c.Table.Schema[i]} {c.Table.NativeTypes[i]}")
        .Prepend(c.Table.Name)
        .Concat(c.Table.PrimaryKey.Select(k => c.Table.Schema[k].Name))));

    /// <summary>The plan as text: tree, state of each operator, captured and pruned columns, keys.</summary>
    public string Explain() => PlanPrinter.Print(this);
}
