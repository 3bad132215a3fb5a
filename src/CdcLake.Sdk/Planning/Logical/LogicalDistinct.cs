using CdcLake.Expressions;

namespace CdcLake.Planning.Logical;

/// <summary>Every different row once.</summary>
/// <param name="input">The rows.</param>
/// <param name="columns">What a row consists of; null for all columns of an untyped stream.</param>
internal sealed class LogicalDistinct(LogicalNode input, IReadOnlyList<ColumnExpr>? columns) : LogicalNode
{
    public LogicalNode Input { get; } = input;

    public IReadOnlyList<ColumnExpr>? Columns { get; } = columns;

    public override IReadOnlyList<LogicalNode> Inputs { get; } = [input];

    public override string Line => "distinct";

    /// <summary>All columns, wanted or not: leaving one out would make other rows equal.</summary>
    public override void Want(ColumnSet wanted, IReadOnlyList<ColumnSet> inputs)
    {
        inputs[0].AddAll(wanted);
        inputs[0].All |= Columns is null;
        foreach (var column in Columns ?? [])
        {
            inputs[0].Add(column);
        }
    }

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => new LogicalDistinct(inputs[0], Columns);

    public override T Accept<T>(ILogicalVisitor<T> visitor) => visitor.Distinct(this);
}
