using CdcLake.Expressions;

namespace CdcLake.Planning.Logical;

/// <summary>The first rows of each group in an order; emits them as they are.</summary>
/// <param name="input">The rows.</param>
/// <param name="keys">What makes a group; nothing for one group over all rows.</param>
/// <param name="order">What they are ordered by. Rows that are equal in it are ordered by their other columns.</param>
/// <param name="descending">Whether the largest come first.</param>
/// <param name="count">How many of each group are kept.</param>
internal sealed class LogicalTop(LogicalNode input, IReadOnlyList<Expr> keys, IReadOnlyList<Expr> order, bool descending, int count) : LogicalNode
{
    /// <summary>Most rows of a group: its former and its present ones are compared in memory when an epoch ends.</summary>
    public const int MostRows = 100_000;

    public LogicalNode Input { get; } = input;

    public IReadOnlyList<Expr> Keys { get; } = keys;

    public IReadOnlyList<Expr> Order { get; } = order;

    public bool Descending { get; } = descending;

    public int Count { get; } = count;

    public override IReadOnlyList<LogicalNode> Inputs { get; } = [input];

    public override string Line =>
        $"{(Descending ? "last" : "first")} {Count} by {string.Join(", ", Order)}{(Keys.Count == 0 ? "" : $" of each {string.Join(", ", Keys)}")}";

    public override void Want(ColumnSet wanted, IReadOnlyList<ColumnSet> inputs)
    {
        inputs[0].AddAll(wanted);
        foreach (var value in Keys.Concat(Order))
        {
            inputs[0].AddColumnsOf(value);
        }
    }

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => new LogicalTop(inputs[0], Keys, Order, Descending, Count);

    public override T Accept<T>(ILogicalVisitor<T> visitor) => visitor.Top(this);
}
