using CdcLake.Expressions;

namespace CdcLake.Planning.Logical;

/// <summary>The rows whose time is at most so long before the newest commit; emits them as they are.</summary>
/// <param name="input">The rows.</param>
/// <param name="time">A date, date-time or instant.</param>
/// <param name="period">How long.</param>
internal sealed class LogicalRecent(LogicalNode input, Expr time, TimeSpan period) : LogicalNode
{
    public LogicalNode Input { get; } = input;

    public Expr Time { get; } = time;

    public TimeSpan Period { get; } = period;

    public override IReadOnlyList<LogicalNode> Inputs { get; } = [input];

    public override string Line => $"the last {Period} by {Time}";

    public override void Want(ColumnSet wanted, IReadOnlyList<ColumnSet> inputs)
    {
        inputs[0].AddAll(wanted);
        inputs[0].AddColumnsOf(Time);
    }

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => new LogicalRecent(inputs[0], Time, Period);

    public override T Accept<T>(ILogicalVisitor<T> visitor) => visitor.Recent(this);
}
