using CdcLake.Dataflow.Operators;
using CdcLake.Planning;

namespace CdcLake.Runtime;

/// <summary>Makes the operators of a bound plan and wires them; a node that several others consume becomes one operator.</summary>
internal sealed class OperatorGraphBuilder
{
    private readonly Dictionary<PlanNode, OperatorGraph.Vertex> _made = new(ReferenceEqualityComparer.Instance);
    private readonly List<OperatorGraph.Vertex> _vertices = [];
    private readonly List<OperatorGraph.Edge>[] _tables;

    private OperatorGraphBuilder(int tables) => _tables = [.. Enumerable.Range(0, tables).Select(_ => new List<OperatorGraph.Edge>())];

    public static OperatorGraph Build(BoundPlan plan)
    {
        var builder = new OperatorGraphBuilder(plan.Captures.Count);
        foreach (var sink in plan.Sinks)
        {
            builder.Connect(sink.Input, new OperatorGraph.Edge(null, sink.Sink));
        }

        return new OperatorGraph(builder._vertices, builder._tables);
    }

    private void Connect(PlanNode from, OperatorGraph.Edge to)
    {
        if (from is TableNode table)
        {
            _tables[table.Table].Add(to);
        }
        else
        {
            VertexOf(from).Consumers.Add(to);
        }
    }

    private OperatorGraph.Vertex VertexOf(PlanNode node)
    {
        if (_made.TryGetValue(node, out var vertex))
        {
            return vertex;
        }

        vertex = node switch
        {
            FilterNode n => new OperatorGraph.Vertex(new FilterTransform(n.Name, n.Schema, n.Condition())),
            ProjectNode n => new OperatorGraph.Vertex(new ProjectTransform(n.Name, n.Columns())),
            JoinNode n => new OperatorGraph.Vertex(new JoinOperator(n.Name, n.Schema, n.Left.Schema, n.Right.Schema, n.LeftKey, n.RightKey)),
            AggregateNode n => new OperatorGraph.Vertex(new AggregateOperator(n.Name, n.Schema, n.Input.Schema, n.Key, n.Calls)),
            _ => throw new InvalidOperationException($"No operator runs a {node.GetType().Name}."),
        };
        _made.Add(node, vertex);
        foreach (var (input, i) in Inputs(node).Select((n, i) => (n, i)))
        {
            Connect(input, new OperatorGraph.Edge(vertex, i));
        }

        // Inputs were added first: epochs end in this order.
        _vertices.Add(vertex);
        return vertex;
    }

    private static PlanNode[] Inputs(PlanNode node) => node switch
    {
        FilterNode n => [n.Input],
        ProjectNode n => [n.Input],
        JoinNode n => [n.Left, n.Right],
        AggregateNode n => [n.Input],
        _ => [],
    };
}
