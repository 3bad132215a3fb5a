using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.Dataflow.Operators;
using CdcLake.Planning;
using CdcLake.Planning.Binding;
using CdcLake.Runtime;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.Planning.Rewriting;

/// <summary>Runs a bound plan with its real operators, without tasks, and keeps what its first sink would hold.</summary>
internal sealed class BoundPlanRunner : IDisposable
{
    private readonly BoundPlan _plan;
    private readonly Dictionary<PlanNode, IOperator> _operators = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<PlanNode, List<(PlanNode Node, int Input)>> _consumers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> _rows = new(StringComparer.Ordinal);

    public BoundPlanRunner(BoundPlan plan)
    {
        _plan = plan;
        foreach (var node in plan.Nodes)
        {
            _consumers[node] = [];
            var made = node.Accept(OperatorMaker.Instance);
            if (made.Operator is not null || made.Transform is not null)
            {
                _operators[node] = made.Operator ?? new FusedOperator(new PassOperator(node.Name, node.Inputs[0].Schema), [made.Transform!]);
            }

            foreach (var (input, number) in node.Inputs.Select((n, i) => (n, i)))
            {
                _consumers[input].Add((node, number));
            }
        }
    }

    public IEnumerable<string> Rows => _rows.Where(r => r.Value != 0).Select(r => $"{r.Key} × {r.Value}").Order(StringComparer.Ordinal);


    /// <summary>What joins, groups and orders keep.</summary>
    public long StateBytes => _operators.Values.Sum(o => o.State.Sum(s => s.Bytes));

    /// <param name="table">Its qualified name.</param>
    /// <param name="changes">Whole rows of it.</param>
    public void Push(string table, IReadOnlyList<(object?[] Row, int Weight)> changes)
    {
        if (_plan.Nodes.OfType<TableNode>().FirstOrDefault(n => _plan.Captures[n.Table].Table.Name == table) is { } node)
        {
            var columns = _plan.Captures[node.Table].Columns;
            Send(node, Cells.ToBatch(node.Schema, changes.Select(c => (columns.Select(i => c.Row[i]).ToArray(), c.Weight))));
        }
    }

    public void EndEpoch()
    {
        foreach (var node in _plan.Nodes.Where(_operators.ContainsKey))
        {
            _operators[node].EndEpoch(new Epoch(new TestPosition(1), default));
            Drain(node);
        }
    }

    public void Dispose()
    {
        foreach (var made in _operators.Values)
        {
            made.Dispose();
        }
    }

    private void Send(PlanNode node, ChangeBatch batch)
    {
        foreach (var (consumer, input) in _consumers[node])
        {
            if (consumer is SinkNode)
            {
                Collect(batch);
                continue;
            }

            _operators[consumer].Process(input, batch.Copy());
            Drain(consumer);
        }

        batch.Dispose();
    }

    private void Drain(PlanNode node)
    {
        while (_operators[node].Next() is { } piece)
        {
            Send(node, piece);
        }
    }

    private void Collect(ChangeBatch batch)
    {
        foreach (var (row, weight) in Cells.FromBatch(batch))
        {
            var text = Cells.Text(row);
            _rows[text] = _rows.GetValueOrDefault(text) + weight;
        }
    }
}
