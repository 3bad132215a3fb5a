using CdcLake.Columnar;

namespace CdcLake.Expressions.Binding;

internal sealed partial class ExprBinder
{
    private BoundCall Arithmetic(CallExpr call)
    {
        var a = Bind(call.Arguments[0]);
        var b = Bind(call.Arguments[1]);
        if (!a.Type.IsNumeric || !b.Type.IsNumeric)
        {
            throw new SchemaMismatchException($"\"{call}\" computes with {a.Type} and {b.Type}; arithmetic needs numbers.");
        }

        var byZero = call.Op is ScalarOp.Divide or ScalarOp.Remainder && !IsNonZero(b);
        var target = ClrTypes.ColumnType(call.Type)!.Value;
        if (target.Kind != TypeKind.Decimal)
        {
            var nullable = a.Nullable || b.Nullable || (byZero && true);
            return new BoundCall(call.Op, [Convert(a, target), Convert(b, target)], target, nullable, canFail: target.IsInteger);
        }

        if (CommonTypes.IsFloat(a.Type) || CommonTypes.IsFloat(b.Type))
        {
            throw new SchemaMismatchException($"\"{call}\" computes decimals from {a.Type} and {b.Type}. Use double properties for floating-point columns.");
        }

        (a, b) = (ToDecimal(a), ToDecimal(b));
        var capped = DecimalRules.IsCapped(call.Op, a.Type, b.Type);
        var isNull = a.Nullable || b.Nullable || byZero;
        switch (call.Op)
        {
            case ScalarOp.Multiply:
                return new BoundCall(call.Op, [a, b], DecimalRules.Product(a.Type, b.Type), isNull, capped);
            case ScalarOp.Divide:
                return new BoundCall(call.Op, [a, b], DecimalRules.Quotient(a.Type, b.Type), isNull, capped);
            case ScalarOp.Remainder:
                var common = DecimalRules.Common(a.Type, b.Type);
                return new BoundCall(call.Op, [Convert(a, common), Convert(b, common)], common, isNull);
            default:
                var sum = DecimalRules.Sum(a.Type, b.Type);
                return new BoundCall(call.Op, [Convert(a, sum), Convert(b, sum)], sum, isNull, capped);
        }
    }

    private static bool IsNonZero(BoundExpr divisor) => divisor is BoundConstant { Value: { } value } && value switch
    {
        int v => v != 0,
        long v => v != 0,
        Int128 v => v != 0,
        float v => v != 0,
        double v => v != 0,
        _ => false,
    };

    private BoundCall Numeric(CallExpr call)
    {
        var value = Bind(call.Arguments[0]);
        if (!value.Type.IsNumeric)
        {
            throw new SchemaMismatchException($"\"{call}\" needs a number, but {value.Text} is {value.Type}.");
        }

        if (ClrTypes.Strip(call.Type) == typeof(decimal))
        {
            value = ToDecimal(value);
        }
        else
        {
            value = Convert(value, ClrTypes.ColumnType(call.Type)!.Value);
        }

        var isDecimal = value.Type.Kind == TypeKind.Decimal;
        switch (call.Op)
        {
            case ScalarOp.Negate or ScalarOp.Abs:
                return new BoundCall(call.Op, [value], value.Type, value.Nullable, canFail: value.Type.IsInteger);
            case ScalarOp.RoundEven or ScalarOp.RoundAway:
                var digits = (int)((ConstantExpr)call.Arguments[1]).Value!;
                var rounded = isDecimal && digits < value.Type.Scale ? Rounded(value.Type, digits) : value.Type;
                return new BoundCall(call.Op, [value, Constants.Bind((ConstantExpr)call.Arguments[1])], rounded, value.Nullable);
            default:
                return new BoundCall(call.Op, [value], isDecimal && value.Type.Scale > 0 ? Rounded(value.Type, 0) : value.Type, value.Nullable);
        }
    }

    /// <summary>One digit more before the point: 9.9 rounds to 10.</summary>
    private static DataType Rounded(DataType type, int digits) =>
        DataType.Decimal(Math.Min(type.Precision - type.Scale + 1 + digits, DataType.MaxDecimalPrecision), digits);
}
