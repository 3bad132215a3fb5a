using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.State.Spilling;

namespace CdcLake.Tests.Properties;

/// <summary>Runs a plan incrementally, without tasks: one operator for each node, output pushed on at once.</summary>
internal sealed class PlanRunner : IDisposable
{
    private readonly List<(IOperator Operator, List<(int Node, int Input)> Consumers)> _nodes = [];
    private readonly List<(int Table, int Node, int Input)> _tables = [];
    private readonly Dictionary<string, (object?[] Row, int Count)> _result = [];
    private readonly int _tableForPlainPlan = -1;

    /// <param name="plan">What to run.</param>
    /// <param name="budget">Memory of the operators' state; null for all of it.</param>
    public PlanRunner(Plan plan, StateBudget? budget = null)
    {
        if (plan is TablePlan table)
        {
            _tableForPlainPlan = table.Table;
        }
        else
        {
            Add(plan, []);
        }

        if (budget is not null)
        {
            Operators.SelectMany(o => o.State).ToList().ForEach(s => s.Use(budget));
        }
    }

    public IEnumerable<IOperator> Operators => _nodes.Select(n => n.Operator);

    /// <summary>The result so far: text of each row and how often it is there.</summary>
    public IEnumerable<(string Row, int Count)> Result => _result.Select(r => (r.Key, r.Value.Count));

    /// <summary>True once a row was taken out of the result.</summary>
    public bool HasWithdrawn { get; private set; }

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
        _nodes.Add((PlanOperators.Create(plan, name), consumers));
        foreach (var (input, number) in PlanOperators.Inputs(plan).Select((n, i) => (n, i)))
        {
            AddInput(input, node, number);
        }
    }

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
            HasWithdrawn |= weight < 0;
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
}
