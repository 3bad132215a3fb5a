using System.Text;
using CdcLake.Columnar;
using CdcLake.Columnar.Collations;

namespace CdcLake.Expressions.Binding;

/// <summary>
/// Gives an expression the types of real columns: adds the conversions that C# and SQL imply, decides result types and nullability, folds constants.
/// </summary>
internal sealed partial class ExprBinder
{
    private readonly Func<ColumnExpr, BoundColumn> _resolve;

    /// <param name="resolve">Finds a column of the input.</param>
    public ExprBinder(Func<ColumnExpr, BoundColumn> resolve) => _resolve = resolve;

    /// <summary>A condition.</summary>
    public BoundExpr BindCondition(Expr expression) => ToBoolean(Bind(expression), expression);

    /// <summary>The argument of a sum or mean: a number as its property's .NET type sees it, so that a decimal property adds up exactly and a double one does not.</summary>
    public BoundExpr BindNumber(Expr expression)
    {
        var value = Bind(expression);
        var kind = ClrTypes.ColumnType(expression.Type)?.Kind;
        if (!value.Type.IsNumeric)
        {
            throw new SchemaMismatchException($"\"{expression}\" is {value.Type}, which cannot be added up. Sum and Average need numbers.");
        }

        return kind switch
        {
            TypeKind.Decimal when !CommonTypes.IsFloat(value.Type) => ToDecimal(value),
            TypeKind.Float32 or TypeKind.Float64 => Convert(value, DataType.Float64),
            _ => value,
        };
    }

    /// <summary>A value. A bare column keeps the type that the source gave it, unless its property is a bool.</summary>
    public BoundExpr Bind(Expr expression) => Settle(BindOperand(expression));

    /// <summary>A value with all digits it has inside of arithmetic and comparisons, where <see cref="Bind"/> gives those that it shows.</summary>
    public BoundExpr BindWhole(Expr expression) => BindOperand(expression);

    /// <summary>A value inside arithmetic or a comparison, with all its digits.</summary>
    private BoundExpr BindOperand(Expr expression) => expression switch
    {
        ColumnExpr column => BindColumn(column),
        ConstantExpr constant => Constants.Bind(constant),
        CallExpr call => Fold(BindCall(call)),
        _ => throw new UnsupportedExpressionException($"\"{expression}\" is an aggregate outside the result of an aggregation. Use it on the group's parameter only."),
    };

    /// <summary>A column as its property's .NET type sees it: a number read as bool is true unless it is 0.</summary>
    private BoundExpr BindColumn(ColumnExpr column)
    {
        var bound = _resolve(column);
        return ClrTypes.Strip(column.Type) == typeof(bool) ? ToBoolean(bound, column) : bound;
    }

    private BoundExpr BindCall(CallExpr call) => call.Op switch
    {
        >= ScalarOp.Add and <= ScalarOp.Remainder => Arithmetic(call),
        >= ScalarOp.Equal and <= ScalarOp.Compare => Comparison(call),
        ScalarOp.And or ScalarOp.Or or ScalarOp.Not => Logic(call),
        ScalarOp.IsNull or ScalarOp.IsNotNull => NullTest(call),
        ScalarOp.If => Conditional(call),
        ScalarOp.Coalesce => Coalesce(call),
        ScalarOp.Cast => ExplicitCast(call),
        >= ScalarOp.Concat and <= ScalarOp.Replace => Text(call),
        >= ScalarOp.Year and <= ScalarOp.AddTime => Dates(call),
        ScalarOp.Function => Function(call),
        ScalarOp.Binary => ByBytes(call),
        _ => Numeric(call),
    };

    private BoundCall Comparison(CallExpr call)
    {
        var (a, b) = Unify(call, call.Arguments[0], BindOperand(call.Arguments[0]), call.Arguments[1], BindOperand(call.Arguments[1]));
        var type = call.Op == ScalarOp.Compare ? DataType.Int32 : DataType.Boolean;
        return new BoundCall(call.Op, [a, b], type, a.Nullable || b.Nullable) { ComparedBy = AreLabels(call.Op, a, b) ? null : ComparedBy(call, a, b) };
    }

    /// <summary>What two texts compare by; null where that is bytes.</summary>
    /// <exception cref="UnsupportedTypeException">By a collation that is not known.</exception>
    private static TextCollation? ComparedBy(CallExpr call, BoundExpr a, BoundExpr b) =>
        a.Type.Kind == TypeKind.String && TextCollation.Combine(a.Collation, b.Collation) is { IsBytes: false } collation ? collation.For($"\"{call}\"") : null;

    /// <summary>True for (in)equality of labels of one list: none of them equals another one, whatever the collation.</summary>
    private static bool AreLabels(ScalarOp op, BoundExpr a, BoundExpr b) =>
        op is ScalarOp.Equal or ScalarOp.NotEqual && (IsLabel(a, b) || IsLabel(b, a) || (!a.Labels.IsEmpty && a.Labels.SequenceEqual(b.Labels)));

    private static bool IsLabel(BoundExpr column, BoundExpr constant) =>
        !column.Labels.IsEmpty && constant is BoundConstant { Value: byte[] text } && column.Labels.Contains(Encoding.UTF8.GetString(text));

    private BoundCall Logic(CallExpr call)
    {
        var arguments = call.Arguments.Select(BindCondition).ToArray();
        return new BoundCall(call.Op, arguments, DataType.Boolean, Array.Exists(arguments, a => a.Nullable));
    }

    private BoundExpr NullTest(CallExpr call)
    {
        var argument = Bind(call.Arguments[0]);
        return argument.Nullable || argument.CanFail
            ? new BoundCall(call.Op, [argument], DataType.Boolean, nullable: false)
            : Constants.Bind(new ConstantExpr(call.Op == ScalarOp.IsNotNull, typeof(bool)));
    }

    private BoundCall Conditional(CallExpr call)
    {
        var test = BindCondition(call.Arguments[0]);
        var (a, b) = Unify(call, call.Arguments[1], call.Arguments[2]);
        return new BoundCall(ScalarOp.If, [test, a, b], a.Type, a.Nullable || b.Nullable);
    }

    private BoundExpr Coalesce(CallExpr call)
    {
        var (a, b) = Unify(call, call.Arguments[0], call.Arguments[1]);
        return a.Nullable ? new BoundCall(ScalarOp.Coalesce, [a, b], a.Type, b.Nullable) : a;
    }

    private (BoundExpr Left, BoundExpr Right) Unify(CallExpr call, Expr left, Expr right) => Unify(call, left, Bind(left), right, Bind(right));

    private static (BoundExpr Left, BoundExpr Right) Unify(CallExpr call, Expr left, BoundExpr a, Expr right, BoundExpr b)
    {
        (a, b) = EnumLabels.Align(left, a, right, b);
        (a, b) = GuidForms.Align(left, a, right, b);
        var type = a switch
        {
            BoundConstant { Value: null } => b.Type,
            _ when b is BoundConstant { Value: null } => a.Type,
            _ when TimeOfConstant(a, b) is { } time => time,
            _ => CommonTypes.Of(a.Type, b.Type) ?? throw new SchemaMismatchException(
                $"\"{call}\" brings {a.Type} ({a.Text}) and {b.Type} ({b.Text}) together, which have no common type. Convert one of the two, or compare columns of one kind."),
        };
        return (Convert(a, type), Convert(b, type));
    }

    /// <summary>A DateTime constant takes the kind of the column beside it: UTC beside an instant.</summary>
    private static DataType? TimeOfConstant(BoundExpr a, BoundExpr b) => (a, b) switch
    {
        ({ Type.Kind: TypeKind.Timestamp }, BoundConstant { Type.Kind: TypeKind.DateTime }) or (BoundConstant { Type.Kind: TypeKind.DateTime }, { Type.Kind: TypeKind.Timestamp })
            or ({ Type.Kind: TypeKind.DateTime }, BoundConstant { Type.Kind: TypeKind.Timestamp }) or (BoundConstant { Type.Kind: TypeKind.Timestamp }, { Type.Kind: TypeKind.DateTime })
            => (a is BoundConstant ? b.Type : a.Type) with { Scale = 6 },
        _ => null,
    };

    private static BoundExpr ToBoolean(BoundExpr value, Expr source) => value.Type.Kind switch
    {
        TypeKind.Boolean => value,
        _ when value.Type.IsInteger => Convert(value, DataType.Boolean),
        _ => throw new SchemaMismatchException($"\"{source}\" is {value.Type}, which is no truth value. Compare it with something."),
    };

    /// <summary>Computes a call over constants once, now.</summary>
    private static BoundExpr Fold(BoundExpr expression)
    {
        if (expression is not BoundCall { Op: not ScalarOp.Cast } call || !call.Arguments.All(a => a is BoundConstant))
        {
            return expression;
        }

        return Kernels.ConstantFolder.Evaluate(call);
    }
}
