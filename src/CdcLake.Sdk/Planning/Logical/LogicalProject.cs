namespace CdcLake.Planning.Logical;

/// <summary>New columns. Over a join, <see cref="Expressions.ColumnExpr.Input"/> names the side.</summary>
internal sealed class LogicalProject(LogicalNode input, IReadOnlyList<NamedExpr> columns) : LogicalNode
{
    public LogicalNode Input { get; } = input;

    public IReadOnlyList<NamedExpr> Columns { get; } = columns;

    public override IReadOnlyList<LogicalNode> Inputs { get; } = [input];

    public override string Line => $"select {string.Join(", ", Columns.Select(c => $"{c.Name} = {c.Value}"))}";

    public override void Want(ColumnSet wanted, IReadOnlyList<ColumnSet> inputs)
    {
        foreach (var column in Columns.Where(c => wanted.Contains(c.Name)))
        {
            inputs[0].AddColumnsOf(column.Value);
        }
    }

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => new LogicalProject(inputs[0], Columns);

    public override T Accept<T>(ILogicalVisitor<T> visitor) => visitor.Project(this);
}
