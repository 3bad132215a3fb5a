namespace CdcLake.Expressions;

/// <summary>
/// A scalar expression as the user wrote it: names and .NET types, no column types yet. Immutable, compared by content through its text.
/// <see cref="Binding.ExprBinder"/> gives it column types.
/// </summary>
/// <param name="Type">.NET type of the node in the lambda.</param>
internal abstract record Expr(Type Type)
{
    public sealed override string ToString() => ExprPrinter.Print(this);
}

/// <summary>A column of an input.</summary>
/// <param name="Input">0, or 1 for the right side of a join.</param>
/// <param name="Name">Name in the input: a property of a table's row type, a column of an untyped table, or an output column of the operator below.</param>
/// <param name="Type">.NET type of the property that was read.</param>
internal sealed record ColumnExpr(int Input, string Name, Type Type) : Expr(Type);

/// <summary>A literal or a captured variable, read once when the pipeline is built.</summary>
/// <param name="Value">Null, or a value of one of the scalar .NET types.</param>
/// <param name="Type">Type of the node, possibly nullable.</param>
internal sealed record ConstantExpr(object? Value, Type Type) : Expr(Type);

/// <summary>An operator or function.</summary>
internal sealed record CallExpr(ScalarOp Op, IReadOnlyList<Expr> Arguments, Type Type) : Expr(Type)
{
    public CallExpr(ScalarOp op, Expr argument, Type type)
        : this(op, [argument], type)
    {
    }

    public CallExpr(ScalarOp op, Expr left, Expr right, Type type)
        : this(op, [left, right], type)
    {
    }
}

/// <summary>An aggregate over the rows of a group; only inside the result of an aggregation.</summary>
/// <param name="Kind">The function.</param>
/// <param name="Argument">Over the columns of the aggregation's input; null when rows are counted.</param>
/// <param name="Type">.NET type of the result.</param>
internal sealed record AggregateExpr(AggregateKind Kind, Expr? Argument, Type Type) : Expr(Type);
