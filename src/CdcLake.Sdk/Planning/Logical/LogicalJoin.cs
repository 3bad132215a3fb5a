using CdcLake.Expressions;

namespace CdcLake.Planning.Logical;

/// <summary>
/// Join on pairwise equal keys; emits the columns of both sides, or, where the kind only asks whether there is a partner, those of the left (<see cref="JoinKinds.IsTest"/>).
/// </summary>
internal sealed class LogicalJoin(JoinKind kind, LogicalNode left, LogicalNode right, IReadOnlyList<Expr> leftKey, IReadOnlyList<Expr> rightKey) : LogicalNode
{
    public JoinKind Kind { get; } = kind;

    public LogicalNode Left { get; } = left;

    public LogicalNode Right { get; } = right;

    /// <summary>Over the left side's columns.</summary>
    public IReadOnlyList<Expr> LeftKey { get; } = leftKey;

    /// <summary>Over the right side's columns (as input 0).</summary>
    public IReadOnlyList<Expr> RightKey { get; } = rightKey;

    public override IReadOnlyList<LogicalNode> Inputs { get; } = [left, right];

    public override string Line => $"{Kind.Word()} on {string.Join(", ", LeftKey.Zip(RightKey, (l, r) => $"{l} = {r}"))}";

    /// <summary>Stands for a value of one side that is null exactly where the side has no row.</summary>
    public static ColumnExpr Partner(int input) => new(input, "(partner)", typeof(int?));

    public override void Want(ColumnSet wanted, IReadOnlyList<ColumnSet> inputs)
    {
        inputs[0].All |= Kind.IsTest() && wanted.All;
        foreach (var column in wanted.Columns.Where(c => c != Partner(c.Input)))
        {
            inputs[column.Input].Add(column with { Input = 0 });
        }

        foreach (var (left, right) in LeftKey.Zip(RightKey))
        {
            inputs[0].AddColumnsOf(left);
            inputs[1].AddColumnsOf(right);
        }
    }

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => new LogicalJoin(Kind, inputs[0], inputs[1], LeftKey, RightKey);

    public override T Accept<T>(ILogicalVisitor<T> visitor) => visitor.Join(this);
}
