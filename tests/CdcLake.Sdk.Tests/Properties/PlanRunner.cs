using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.Dataflow.Operators;
using CdcLake.Expressions;

namespace CdcLake.Tests.Properties;

/// <summary>Runs a plan incrementally, without tasks: one operator for each node, output pushed on at once.</summary>
internal sealed class PlanRunner : IDisposable
{
    private readonly List<(IOperator Operator, List<(int Node, int Input)> Consumers)> _nodes = [];
    private readonly List<(int Table, int Node, int Input)> _tables = [];
    private readonly Dictionary<string, (object?[] Row, int Count)> _result = [];
    private readonly int _tableForPlainPlan = -1;

    public PlanRunner(Plan plan)
    {
        if (plan is TablePlan table)
        {
            _tableForPlainPlan = table.Table;
        }
        else
        {
            Add(plan, []);
        }
    }

    public IEnumerable<IOperator> Operators => _nodes.Select(n => n.Operator);

    /// <summary>The result so far: text of each row and how often it is there.</summary>
    public IEnumerable<(string Row, int Count)> Result => _result.Select(r => (r.Key, r.Value.Count));

    /// <summary>The transform of a filter or projection.</summary>
    public static ITransform TransformOf(Plan plan) => plan is FilterPlan filter
        ? new FilterTransform("filter", filter.Schema, new TestPredicate(filter))
        : new ProjectTransform("project", new TestProjection((ProjectPlan)plan));

    /// <summary>Replaces the collected result, when operators are restored and the sink's content stays.</summary>
    public void TakeResultOf(PlanRunner other)
    {
        foreach (var (key, value) in other._result)
        {
            _result[key] = value;
        }
    }

    public void Push(int table, ChangeBatch batch)
    {
        if (table == _tableForPlainPlan)
        {
            Collect(batch);
        }

        foreach (var target in _tables.Where(t => t.Table == table))
        {
            Push(target.Node, target.Input, batch.Copy());
        }

        batch.Dispose();
    }

    public void EndEpoch()
    {
        // Nodes were added children last, so inputs have higher numbers.
        for (var i = _nodes.Count - 1; i >= 0; i--)
        {
            _nodes[i].Operator.EndEpoch(new Epoch(new TestPosition(1), default));
            Drain(i);
        }
    }

    public void Dispose()
    {
        foreach (var (node, _) in _nodes)
        {
            node.Dispose();
        }
    }

    private void Add(Plan plan, List<(int Node, int Input)> consumers)
    {
        var node = _nodes.Count;
        var name = $"{plan.GetType().Name}#{node}";
        switch (plan)
        {
            case FilterPlan filter:
                _nodes.Add((Fuse(name, plan.Schema, new FilterTransform(name, plan.Schema, new TestPredicate(filter))), consumers));
                AddInput(filter.Input, node, 0);
                break;
            case ProjectPlan project:
                _nodes.Add((Fuse(name, project.Input.Schema, new ProjectTransform(name, new TestProjection(project))), consumers));
                AddInput(project.Input, node, 0);
                break;
            case JoinPlan join:
                _nodes.Add((new JoinOperator(name, join.Schema, join.Left.Schema, join.Right.Schema, join.LeftKey, join.RightKey), consumers));
                AddInput(join.Left, node, 0);
                AddInput(join.Right, node, 1);
                break;
            case AggregatePlan aggregate:
                _nodes.Add((new AggregateOperator(name, aggregate.Schema, aggregate.Input.Schema, aggregate.Key, aggregate.Calls), consumers));
                AddInput(aggregate.Input, node, 0);
                break;
            default:
                throw new NotSupportedException(name);
        }
    }

    private static FusedOperator Fuse(string name, Schema input, ITransform transform) => new(new PassOperator(name, input), [transform]);

    private void AddInput(Plan plan, int node, int input)
    {
        if (plan is TablePlan table)
        {
            _tables.Add((table.Table, node, input));
        }
        else
        {
            Add(plan, [(node, input)]);
        }
    }

    private void Push(int node, int input, ChangeBatch batch)
    {
        _nodes[node].Operator.Process(input, batch);
        Drain(node);
    }

    private void Drain(int node)
    {
        var (source, consumers) = _nodes[node];
        while (source.Next() is { } piece)
        {
            Assert.True(piece.Count > 0);
            if (consumers.Count == 0)
            {
                Collect(piece);
                piece.Dispose();
            }

            foreach (var (target, input) in consumers)
            {
                Push(target, input, piece);
            }
        }
    }

    private void Collect(ChangeBatch batch)
    {
        foreach (var (row, weight) in Cells.FromBatch(batch))
        {
            var key = Cells.Text(row);
            var count = _result.GetValueOrDefault(key).Count + weight;
            if (count == 0)
            {
                _result.Remove(key);
            }
            else
            {
                _result[key] = (row, count);
            }
        }
    }

    private sealed class TestPredicate(FilterPlan plan) : Predicate
    {
        public override int Select(ChangeBatch batch, Span<int> rows)
        {
            var kept = 0;
            for (var i = 0; i < batch.Count; i++)
            {
                if (plan.Keeps(Cells.Read(batch[plan.Column], i)))
                {
                    rows[kept++] = i;
                }
            }

            return kept;
        }
    }

    private sealed class TestProjection(ProjectPlan plan) : Projection(plan.Schema)
    {
        public override Column[] Evaluate(ChangeBatch batch) => [.. plan.Columns.Select(c =>
        {
            var column = Column.Create(batch[c].Type);
            for (var i = 0; i < batch.Count; i++)
            {
                column.AppendFrom(batch[c], i);
            }

            return column;
        })];
    }
}
