using CdcLake.Expressions;

namespace CdcLake.Planning.Logical;

/// <summary>One row per group; emits the keys and the calls.</summary>
internal sealed class LogicalAggregate(LogicalNode input, IReadOnlyList<NamedExpr> keys, IReadOnlyList<LogicalCall> calls) : LogicalNode
{
    public LogicalNode Input { get; } = input;

    public IReadOnlyList<NamedExpr> Keys { get; } = keys;

    public IReadOnlyList<LogicalCall> Calls { get; } = calls;

    public override IReadOnlyList<LogicalNode> Inputs { get; } = [input];

    public override string Line =>
        $"aggregate by {(Keys.Count == 0 ? "nothing" : string.Join(", ", Keys.Select(k => k.Value)))}: {string.Join(", ", Calls.Select(c => c.Name))}";

    public override void Want(ColumnSet wanted, IReadOnlyList<ColumnSet> inputs)
    {
        foreach (var key in Keys)
        {
            inputs[0].AddColumnsOf(key.Value);
        }

        foreach (var call in Calls.Where(c => wanted.Contains(c.Name)))
        {
            inputs[0].AddColumnsOf(call.Argument);
        }
    }

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => new LogicalAggregate(inputs[0], Keys, Calls);

    public override T Accept<T>(ILogicalVisitor<T> visitor) => visitor.Aggregate(this);
}

/// <summary>One aggregate of a <see cref="LogicalAggregate"/>; no argument counts rows.</summary>
/// <param name="Name">Column of the result.</param>
/// <param name="Kind">The function.</param>
/// <param name="Argument">What it is over.</param>
/// <param name="IsWhole">A mean with all digits that MySQL computes, for use inside of an expression.</param>
/// <param name="Fraction">Of percentiles.</param>
internal sealed record LogicalCall(string Name, AggregateKind Kind, Expr? Argument, bool IsWhole, decimal Fraction = 0)
{
    /// <summary>True when both compute the same, whatever it is called.</summary>
    public bool IsSame(LogicalCall other) => Kind == other.Kind && IsWhole == other.IsWhole && Fraction == other.Fraction && Equals(Argument, other.Argument);
}
