namespace CdcLake.Planning.Logical;

/// <summary>New rows by a function of the user, one from each.</summary>
/// <param name="input">The rows.</param>
/// <param name="function">What makes them.</param>
internal sealed class LogicalRows(LogicalNode input, UserFunction function) : LogicalNode
{
    public LogicalNode Input { get; } = input;

    public UserFunction Function { get; } = function;

    public override IReadOnlyList<LogicalNode> Inputs { get; } = [input];

    public override string Line => $"rows by function \"{Function.Version}\": {string.Join(", ", Function.Output.Fields.Select(f => f.Name))}";

    /// <summary>All columns: nobody knows which of them the function looks at.</summary>
    public override void Want(ColumnSet wanted, IReadOnlyList<ColumnSet> inputs)
    {
        inputs[0].All |= Function.Reads is null;
        foreach (var column in Function.Reads ?? [])
        {
            inputs[0].AddColumnsOf(column.Value);
        }
    }

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => new LogicalRows(inputs[0], Function);

    public override T Accept<T>(ILogicalVisitor<T> visitor) => visitor.Rows(this);
}
