using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.Dataflow.Operators;
using CdcLake.MySql.Gtids;
using CdcLake.Planning;
using CdcLake.Planning.Binding;
using CdcLake.Runtime;

namespace CdcLake.Benchmarks;

/// <summary>The operators of a bound plan, one after the other on one thread; what they give is thrown away.</summary>
internal sealed class PlanRun : IDisposable
{
    private static readonly Epoch End = new(new MySqlPosition(GtidSet.Empty), default);

    private readonly BoundPlan _plan;
    private readonly Dictionary<PlanNode, IOperator> _operators = new(ReferenceEqualityComparer.Instance);
    private readonly ILookup<PlanNode, (PlanNode Node, int Input)> _consumers;

    public PlanRun(BoundPlan plan)
    {
        _plan = plan;
        _consumers = plan.Nodes.SelectMany(n => n.Inputs.Select((input, i) => (From: input, To: (n, i)))).ToLookup(e => e.From, e => e.To, (IEqualityComparer<PlanNode>)ReferenceEqualityComparer.Instance);
        foreach (var node in plan.Nodes.Where(n => n is not (TableNode or SinkNode)))
        {
            var made = node.Accept(OperatorMaker.Instance);
            _operators[node] = made.Operator ?? new FusedOperator(new PassOperator(node.Name, node.Inputs[0].Schema), [made.Transform!]);
        }
    }

    /// <summary>Bytes that operators keep.</summary>
    public long State => _operators.Values.Sum(o => o.State.Sum(s => s.Bytes));

    /// <summary>Rows that reached the sink.</summary>
    public long Emitted { get; private set; }

    /// <summary>The columns of a table that are captured.</summary>
    public Schema Captured(string table) => Node(table).Schema;

    /// <summary>Changes of a table, with the columns that are captured. Takes the batch.</summary>
    public void Push(string table, ChangeBatch batch) => Send(Node(table), batch);

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

    private TableNode Node(string table) => _plan.Nodes.OfType<TableNode>().Single(n => n.Name == table);

    private void Send(PlanNode node, ChangeBatch batch)
    {
        foreach (var (consumer, input) in _consumers[node])
        {
            if (consumer is SinkNode)
            {
                Emitted += batch.Count;
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
