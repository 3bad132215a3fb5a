using CdcLake.Expressions;

namespace CdcLake.Planning.Logical;

/// <summary>Rows for which the condition is true.</summary>
internal sealed class LogicalFilter(LogicalNode input, Expr condition) : LogicalNode
{
    public LogicalNode Input { get; } = input;

    public Expr Condition { get; } = condition;

    public override IReadOnlyList<LogicalNode> Inputs { get; } = [input];

    public override string Line => $"where {Condition}";

    public override void Want(ColumnSet wanted, IReadOnlyList<ColumnSet> inputs)
    {
        inputs[0].AddAll(wanted);
        inputs[0].AddColumnsOf(Condition);
    }

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => new LogicalFilter(inputs[0], Condition);

    public override T Accept<T>(ILogicalVisitor<T> visitor) => visitor.Filter(this);
}
