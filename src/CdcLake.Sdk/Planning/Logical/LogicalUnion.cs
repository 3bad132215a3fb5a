using CdcLake.Expressions;

namespace CdcLake.Planning.Logical;

/// <summary>The rows of two streams, one behind the other.</summary>
/// <param name="left">Some of the rows.</param>
/// <param name="right">The others.</param>
/// <param name="columns">Where each column comes from; null for untyped streams, whose columns are matched by name.</param>
internal sealed class LogicalUnion(LogicalNode left, LogicalNode right, IReadOnlyList<UnionColumn>? columns) : LogicalNode
{
    public LogicalNode Left { get; } = left;

    public LogicalNode Right { get; } = right;

    public IReadOnlyList<UnionColumn>? Columns { get; } = columns;

    public override IReadOnlyList<LogicalNode> Inputs { get; } = [left, right];

    public override string Line => "union all";

    public override void Want(ColumnSet wanted, IReadOnlyList<ColumnSet> inputs)
    {
        if (Columns is null)
        {
            inputs[0].AddAll(wanted);
            inputs[1].AddAll(wanted);
        }

        foreach (var column in (Columns ?? []).Where(c => wanted.Contains(c.Name)))
        {
            inputs[0].Add(column.Left);
            inputs[1].Add(column.Right);
        }
    }

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => new LogicalUnion(inputs[0], inputs[1], Columns);

    public override T Accept<T>(ILogicalVisitor<T> visitor) => visitor.Union(this);
}

/// <summary>A column of a union, and the columns of both sides that it is.</summary>
internal sealed record UnionColumn(string Name, ColumnExpr Left, ColumnExpr Right);
