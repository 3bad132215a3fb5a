using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Binding;

/// <summary>What is known of a plan over real tables: types, keys and origins of every operator's columns, and who reads it.</summary>
internal sealed class PlanFacts
{
    private readonly IReadOnlyDictionary<LogicalNode, BoundStream> _streams;
    private readonly IReadOnlyDictionary<LogicalNode, ColumnSet> _read;
    private readonly Dictionary<LogicalNode, int> _readers = new(ReferenceEqualityComparer.Instance);

    /// <param name="plan">The plan.</param>
    /// <param name="order">Its operators, inputs first.</param>
    /// <param name="bound">What would run.</param>
    /// <param name="streams">What each operator became.</param>
    /// <param name="read">Columns of each that others read; the rest is not there.</param>
    public PlanFacts(
        LogicalPlan plan, IReadOnlyList<LogicalNode> order, BoundPlan bound, IReadOnlyDictionary<LogicalNode, BoundStream> streams, IReadOnlyDictionary<LogicalNode, ColumnSet> read)
    {
        (Plan, Order, Bound, _streams, _read) = (plan, order, bound, streams, read);
        foreach (var node in order.SelectMany(n => n.Inputs).Concat(plan.Sinks.Select(s => s.Input)))
        {
            _readers[node] = _readers.GetValueOrDefault(node) + 1;
        }
    }

    public LogicalPlan Plan { get; }

    /// <summary>Every operator once, inputs before their consumers.</summary>
    public IReadOnlyList<LogicalNode> Order { get; }

    public BoundPlan Bound { get; }

    public BoundStream Of(LogicalNode node) => _streams[node];

    /// <summary>True when a column of an operator is needed; else it is not there.</summary>
    public bool IsRead(LogicalNode node, string column) => _read[node].Contains(column);

    /// <summary>True when others would miss the operator if it were no longer there.</summary>
    public bool IsShared(LogicalNode node) => _readers[node] > 1;
}
