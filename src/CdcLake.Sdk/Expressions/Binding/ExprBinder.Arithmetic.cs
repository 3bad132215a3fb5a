using CdcLake.Columnar;

namespace CdcLake.Expressions.Binding;

internal sealed partial class ExprBinder
{
    private BoundCall Arithmetic(CallExpr call)
    {
        var a = BindOperand(call.Arguments[0]);
        var b = BindOperand(call.Arguments[1]);
        if (!a.Type.IsNumeric || !b.Type.IsNumeric)
        {
            throw new SchemaMismatchException($"\"{call}\" computes with {a.Type} and {b.Type}; arithmetic needs numbers.");
        }

        var byZero = call.Op is ScalarOp.Divide or ScalarOp.Remainder && !IsNonZero(b);
        var target = ClrTypes.ColumnType(call.Type)!.Value;
        if (target.Kind != TypeKind.Decimal)
        {
            // Integers add up and multiply in 64 bits, as in MySQL, whatever C# says.
            target = target == DataType.Int32 && call.Op is ScalarOp.Add or ScalarOp.Subtract or ScalarOp.Multiply ? DataType.Int64 : target;
            var canFail = target.IsInteger ? !Fits(call.Op, a.Type, b.Type, target) : call.Op != ScalarOp.Remainder;
            return new BoundCall(call.Op, [Convert(a, target), Convert(b, target)], target, a.Nullable || b.Nullable || byZero, canFail);
        }

        if (CommonTypes.IsFloat(a.Type) || CommonTypes.IsFloat(b.Type))
        {
            throw new SchemaMismatchException($"\"{call}\" computes decimals from {a.Type} and {b.Type}. Use double properties for floating-point columns.");
        }

        (a, b) = (ToDecimal(a), ToDecimal(b));
        if (a.ShownScale != a.Type.Scale || b.ShownScale != b.Type.Scale)
        {
            return OfMeans(call.Op, a, b, a.Nullable || b.Nullable || byZero);
        }
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

    /// <summary>Arithmetic with operands that have more digits than they show: so has the result. A quotient has what it shows, as in MySQL.</summary>
    private static BoundCall OfMeans(ScalarOp op, BoundExpr a, BoundExpr b, bool nullable)
    {
        var shownA = DataType.Decimal(a.Type.Precision, a.ShownScale);
        var shownB = DataType.Decimal(b.Type.Precision, b.ShownScale);
        switch (op)
        {
            case ScalarOp.Multiply:
                return new BoundCall(op, [a, b], DecimalRules.Product(a.Type, b.Type), nullable, canFail: true).Showing(DecimalRules.Product(shownA, shownB).Scale);
            case ScalarOp.Divide:
                var shown = DecimalRules.Quotient(shownA, shownB).Scale;
                var type = DataType.Decimal(DataType.MaxDecimalPrecision, Math.Max(shown, a.Type.Scale - b.Type.Scale));
                return (BoundCall)Settle(new BoundCall(op, [a, b], type, nullable, canFail: true).Showing(shown));
            case ScalarOp.Remainder:
                var common = DecimalRules.Common(a.Type, b.Type);
                return new BoundCall(op, [Convert(a, common), Convert(b, common)], common, nullable).Showing(Math.Max(a.ShownScale, b.ShownScale));
            default:
                var sum = DecimalRules.Sum(a.Type, b.Type);
                return new BoundCall(op, [Convert(a, sum), Convert(b, sum)], sum, nullable, canFail: true).Showing(Math.Max(a.ShownScale, b.ShownScale));
        }
    }

    /// <summary>The value with the digits it has as a column, rounded half away from zero.</summary>
    private static BoundExpr Settle(BoundExpr value) => value.ShownScale >= value.Type.Scale
        ? value
        : new BoundCall(
            ScalarOp.RoundAway, [value, Constants.Bind(new ConstantExpr(value.ShownScale, typeof(int)))], Rounded(value.Type, value.ShownScale), value.Nullable, isImplicit: true);

    /// <summary>True when no two integers of these types have a result that the target does not hold.</summary>
    private static bool Fits(ScalarOp op, DataType a, DataType b, DataType target)
    {
        if (op is not (ScalarOp.Add or ScalarOp.Subtract or ScalarOp.Multiply) || !IsShort(a) || !IsShort(b))
        {
            return false;
        }

        var (x, y) = (IntegerRange.Of(a), IntegerRange.Of(b));
        Int128[] ends = op switch
        {
            ScalarOp.Add => [x.Min + y.Min, x.Max + y.Max],
            ScalarOp.Subtract => [x.Min - y.Max, x.Max - y.Min],
            _ => [x.Min * y.Min, x.Min * y.Max, x.Max * y.Min, x.Max * y.Max],
        };
        return IntegerRange.Of(target).Contains(new IntegerRange(ends.Min(), ends.Max()));
    }

    private static bool IsShort(DataType type) => type.IsInteger && type.Kind is not (TypeKind.Int64 or TypeKind.UInt64);

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
