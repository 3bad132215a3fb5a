using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.Dataflow.Operators;
using CdcLake.MySql.Gtids;
using CdcLake.Planning;
using CdcLake.Planning.Binding;
using CdcLake.Runtime;

namespace CdcLake.Tests.Shared;

/// <summary>The real operators of a bound plan, one after the other on the caller's thread, without tasks and channels.</summary>
internal sealed class BoundPlanRunner : IDisposable
{
    private static readonly Epoch End = new(new MySqlPosition(GtidSet.Empty), default);

    private readonly BoundPlan _plan;
    private readonly Action<ChangeBatch> _sink;
    private readonly Dictionary<PlanNode, IOperator> _operators = new(ReferenceEqualityComparer.Instance);
    private readonly ILookup<PlanNode, (PlanNode Node, int Input)> _consumers;

    /// <param name="plan">What to run.</param>
    /// <param name="sink">Looks at the batches of all sinks; they stay the runner's.</param>
    public BoundPlanRunner(BoundPlan plan, Action<ChangeBatch> sink)
    {
        _plan = plan;
        _sink = sink;
        _consumers = plan.Nodes.SelectMany(n => n.Inputs.Select((input, i) => (From: input, To: (n, i)))).ToLookup(e => e.From, e => e.To, (IEqualityComparer<PlanNode>)ReferenceEqualityComparer.Instance);
        foreach (var node in plan.Nodes.Where(n => n is not (TableNode or SinkNode)))
        {
            var made = node.Accept(OperatorMaker.Instance);
            _operators[node] = made.Operator ?? new FusedOperator(new PassOperator(node.Name, node.Inputs[0].Schema), [made.Transform!]);
        }
    }

    /// <summary>What joins, groups and orders keep.</summary>
    public long StateBytes => _operators.Values.Sum(o => o.State.Sum(s => s.Bytes));

    /// <summary>The columns of a table that are captured, by their ordinals in it; null where the plan does not read it.</summary>
    /// <param name="table">Its qualified name.</param>
    public TableCapture? Capture(string table) => Node(table) is { } node ? _plan.Captures[node.Table] : null;

    /// <summary>Changes of a table that the plan reads, with the columns that are captured. Takes the batch.</summary>
    public void Push(string table, ChangeBatch batch) => Send(Node(table)!, batch);

    public void EndEpoch()
    {
        foreach (var node in _plan.Nodes.Where(_operators.ContainsKey))
        {
            _operators[node].EndEpoch(End);
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

    private TableNode? Node(string table) => _plan.Nodes.OfType<TableNode>().FirstOrDefault(n => _plan.Captures[n.Table].Table.Name == table);

    private void Send(PlanNode node, ChangeBatch batch)
    {
        foreach (var (consumer, input) in _consumers[node])
        {
            if (consumer is SinkNode)
            {
                _sink(batch);
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
}
