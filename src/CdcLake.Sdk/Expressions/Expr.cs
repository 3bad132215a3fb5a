namespace CdcLake.Expressions;

/// <summary>
/// A scalar expression as the user wrote it: names and .NET types, no column types yet. Immutable; equal when structure, .NET types and values are, whatever it prints like.
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

/// <summary>A literal or a captured variable, read once when the operator is called.</summary>
/// <param name="Value">Null, or a value of one of the scalar .NET types.</param>
/// <param name="Type">Type of the node, possibly nullable.</param>
internal sealed record ConstantExpr(object? Value, Type Type) : Expr(Type)
{
    public bool Equals(ConstantExpr? other) => other is not null && Type == other.Type && AreSame(Value, other.Value);

    public override int GetHashCode() => HashCode.Combine(Type, Value is byte[] bytes ? bytes.Length : Value?.GetHashCode());

    /// <summary>The very same value: 1.0 is not 1.00 (its scale decides result types), −0.0 is not 0.0, a local time is not the UTC one with the same digits.</summary>
    private static bool AreSame(object? a, object? b) => (a, b) switch
    {
        (byte[] x, byte[] y) => x.AsSpan().SequenceEqual(y),
        (decimal x, decimal y) => x == y && x.Scale == y.Scale,
        (double x, double y) => BitConverter.DoubleToInt64Bits(x) == BitConverter.DoubleToInt64Bits(y),
        (float x, float y) => BitConverter.SingleToInt32Bits(x) == BitConverter.SingleToInt32Bits(y),
        (DateTime x, DateTime y) => x == y && x.Kind == y.Kind,
        _ => Equals(a, b),
    };
}

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

    public CallExpr(ScalarFunction function, Type type, params IReadOnlyList<Expr> arguments)
        : this(ScalarOp.Function, arguments, type) => Function = function;

    /// <summary>Which one, for <see cref="ScalarOp.Function"/>.</summary>
    public ScalarFunction? Function { get; }

    public bool Equals(CallExpr? other) =>
        other is not null && Op == other.Op && Equals(Function, other.Function) && Type == other.Type && Arguments.SequenceEqual(other.Arguments);

    public override int GetHashCode() => Arguments.Aggregate(HashCode.Combine(Op, Function, Type), HashCode.Combine);
}

/// <summary>An aggregate over the rows of a group; only inside the result of an aggregation.</summary>
/// <param name="Kind">The function.</param>
/// <param name="Argument">Over the columns of the aggregation's input; null when rows are counted.</param>
/// <param name="Type">.NET type of the result.</param>
/// <param name="Fraction">Of percentiles.</param>
internal sealed record AggregateExpr(AggregateKind Kind, Expr? Argument, Type Type, decimal Fraction = 0) : Expr(Type);
