using System.Runtime.CompilerServices;
using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Planning.Partitioning;

/// <summary>
/// Says for each operator of a plan by which key it is partitioned: joins by their key, groups by theirs. Rows are exchanged only where they are not in the right partition already,
/// so that operators on one key, or on a longer one, follow each other inside a partition. It depends on the plan alone, not on the number of partitions.
/// </summary>
internal sealed class PartitionPlanner : IPlanVisitor<NodePartitions>
{
    private readonly ConditionalWeakTable<PlanNode, NodePartitions> _nodes = [];

    private PartitionPlanner()
    {
    }

    /// <param name="nodes">All operators, inputs before their consumers.</param>
    public static ConditionalWeakTable<PlanNode, NodePartitions> Plan(IEnumerable<PlanNode> nodes)
    {
        var planner = new PartitionPlanner();
        foreach (var node in nodes)
        {
            planner._nodes.Add(node, node.Accept(planner));
        }

        return planner._nodes;
    }

    public NodePartitions Table(TableNode node) => NodePartitions.Single;

    // Follows the source's order over several tables.
    public NodePartitions ForeignKeys(ForeignKeysNode node) => NodePartitions.Single;

    // A row may change its key, and is looked for under the former one.
    public NodePartitions CompleteRows(CompleteRowsNode node) => NodePartitions.Single;

    public NodePartitions Sink(SinkNode node) => NodePartitions.Single;

    public NodePartitions Filter(FilterNode node) => Stays(node.Input, Of(node.Input).Spread);

    public NodePartitions Project(ProjectNode node) => Stays(node.Input, Of(node.Input).Spread?.Select(part => Images(part, node.Columns)).ToList());

    // What a function of the user makes says nothing of where its rows come from.
    public NodePartitions Rows(RowsNode node) => Stays(node.Input, null);

    // One clock for all rows.
    public NodePartitions Recent(RecentNode node) => NodePartitions.Single;

    // Of rows from two spreads one can be told only where both are told by the same columns.
    public NodePartitions Union(UnionNode node)
    {
        var (left, right) = (Of(node.Left), Of(node.Right));
        return !left.IsPartitioned || !right.IsPartitioned ? NodePartitions.Single : new NodePartitions(true)
        {
            Spread = left.Spread is { } l && right.Spread is { } r && l.Count == r.Count ? [.. l.Zip(r, (a, b) => (IReadOnlyList<int>)[.. a.Intersect(b)])] : null,
            Exchanges = [null, null],
        };
    }

    public NodePartitions Aggregate(AggregateNode node)
    {
        if (node.Key.Count == 0)
        {
            return NodePartitions.Single;
        }

        var byKey = ByKey(node.Input, node.Key);
        return byKey with { Spread = [.. byKey.Parts.Select(p => (IReadOnlyList<int>)[p])] };
    }

    public NodePartitions Top(TopNode node) => node.Key.Count == 0 ? NodePartitions.Single : ByKey(node.Input, [.. node.Key.Distinct()]);

    public NodePartitions Join(JoinNode node)
    {
        var left = PartsOf(node.Left, node.LeftKey);
        var right = PartsOf(node.Right, node.RightKey);
        var parts = left ?? right ?? [.. Enumerable.Range(0, node.LeftKey.Count)];
        var width = node.Left.Schema.Count;
        return new NodePartitions(true)
        {
            Spread = [.. parts.Select(p => Holders(node, p, width))],
            Exchanges = [left is null ? Columns(node.LeftKey, parts) : null, right is not null && right.SequenceEqual(parts) ? null : Columns(node.RightKey, parts)],
            Key = KeyOf(node.Left.Schema, node.LeftKey),
            Parts = parts,
            Text = Print(node.Left.Schema, Columns(node.LeftKey, parts)),
        };
    }

    private static List<int> Holders(JoinNode node, int part, int width)
    {
        var holders = new List<int>();
        if (!node.Kind.MayMiss(0))
        {
            holders.Add(node.LeftKey[part]);
        }

        if (!node.Kind.IsTest() && !node.Kind.MayMiss(1))
        {
            holders.Add(width + node.RightKey[part]);
        }

        return holders;
    }

    private NodePartitions Of(PlanNode node) => _nodes.TryGetValue(node, out var known) ? known : NodePartitions.Single;

    private NodePartitions Stays(PlanNode input, IReadOnlyList<IReadOnlyList<int>>? spread) =>
        Of(input).IsPartitioned ? new NodePartitions(true) { Spread = spread, Exchanges = [null] } : NodePartitions.Single;

    private NodePartitions ByKey(PlanNode input, IReadOnlyList<int> key)
    {
        var there = PartsOf(input, key);
        var parts = there ?? [.. Enumerable.Range(0, key.Count)];
        var columns = Columns(key, parts);
        return new NodePartitions(true)
        {
            Spread = [.. columns.Select(c => (IReadOnlyList<int>)[c])],
            Exchanges = [there is null ? columns : null],
            Key = KeyOf(input.Schema, key),
            Parts = parts,
            Text = Print(input.Schema, columns),
        };
    }

    /// <summary>Which of the key's columns say the partition that the rows of an input are in; null where the key does not say it.</summary>
    private int[]? PartsOf(PlanNode input, IReadOnlyList<int> key)
    {
        if (Of(input) is not { IsPartitioned: true, Spread: { } spread })
        {
            return null;
        }

        var columns = key.ToList();
        int[] parts = [.. spread.Select(holders => columns.FindIndex(holders.Contains))];
        return parts.Contains(-1) ? null : parts;
    }

    private static List<int> Columns(IReadOnlyList<int> key, IReadOnlyList<int> parts) => [.. parts.Select(p => key[p])];

    private static List<int> Images(IReadOnlyList<int> holders, IReadOnlyList<BoundExpr> columns) =>
        [.. columns.Index().Where(c => c.Item is BoundColumn column && holders.Contains(column.Ordinal)).Select(c => c.Index)];

    private static Schema KeyOf(Schema schema, IReadOnlyList<int> key) => new(key.Select((k, i) => schema[k] with { Name = $"k{i}" }));

    private static string Print(Schema schema, IEnumerable<int> columns) => string.Join(", ", columns.Select(c => schema[c].Name));
}
