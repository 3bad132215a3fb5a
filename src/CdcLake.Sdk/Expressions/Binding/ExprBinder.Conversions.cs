using CdcLake.Columnar;

namespace CdcLake.Expressions.Binding;

internal sealed partial class ExprBinder
{
    /// <summary>The value under another type; constants are converted at once. Narrowing checks every value.</summary>
    public static BoundExpr Convert(BoundExpr value, DataType target, bool isImplicit = true)
    {
        var source = value.Type;
        if (source == target)
        {
            return value;
        }

        if (value is BoundConstant { Value: null } none)
        {
            return none.As(target);
        }

        if (value is BoundConstant constant && source.IsInteger && target.Kind == TypeKind.Decimal && Constants.AsDecimal(constant) is { } exact && exact.Type == target)
        {
            return exact;
        }

        var call = new BoundCall(ScalarOp.Cast, [value], target, value.Nullable, CanFail(source, target), isImplicit);
        return value is BoundConstant ? Kernels.ConstantFolder.Evaluate(call) : call;
    }

    /// <summary>An exact number as a decimal; integer constants with exactly their digits.</summary>
    private static BoundExpr ToDecimal(BoundExpr value) => value is BoundConstant { Value: not null, Type.IsInteger: true } constant
        ? Constants.AsDecimal(constant)
        : Convert(value, DecimalRules.Of(value.Type));

    private BoundExpr ExplicitCast(CallExpr call)
    {
        var value = Bind(call.Arguments[0]);
        var clr = ClrTypes.Strip(call.Type);
        if (ClrTypes.Strip(call.Arguments[0].Type) is { IsEnum: true } enumType && value is not BoundConstant { Value: null })
        {
            value = clr == typeof(string) ? EnumLabels.TextOf(enumType, value) : EnumLabels.NumberOf(enumType, value);
        }

        if (clr == typeof(string) && ClrTypes.Strip(call.Arguments[0].Type) == typeof(Guid))
        {
            return GuidForms.Text(value);
        }

        if (clr == typeof(string) && value.Type.IsNumeric && call.Arguments[0] is CallExpr { Op: ScalarOp.If } choice)
        {
            return Bind(TextOfChoice(choice)); // each value has its own digits, as in MySQL, though as a number it has those of both
        }

        if (clr == typeof(string))
        {
            return value.Type.Kind is TypeKind.String ? value : Convert(value, DataType.String, isImplicit: false);
        }

        if (clr == typeof(decimal))
        {
            return CommonTypes.IsFloat(value.Type)
                ? throw new UnsupportedExpressionException(
                    $"\"{call}\" converts floating point to decimal, whose digits are not known before the values are. Keep double, or store the column as DECIMAL.")
                : ToDecimal(value);
        }

        if (clr == typeof(DateTime) || clr == typeof(DateTimeOffset))
        {
            return clr == typeof(DateTimeOffset) && value.Type.Kind == TypeKind.DateTime && value is not BoundConstant
                ? throw new UnsupportedExpressionException($"\"{call}\" takes a DATETIME without zone as an instant. Use DateTime for it, or a TIMESTAMP column.")
                : value;
        }

        var target = ClrTypes.ColumnType(clr)!.Value;
        return value.Type.IsNumeric && target.IsNumeric
            ? Convert(value, target, isImplicit: false)
            : throw new UnsupportedExpressionException($"\"{call}\" converts {value.Type} to {target}, which has no meaning here. Convert between numbers only.");
    }

    private static CallExpr TextOfChoice(CallExpr choice) =>
        new(ScalarOp.If, [choice.Arguments[0], .. choice.Arguments.Skip(1).Select(a => new CallExpr(ScalarOp.Cast, a, typeof(string)))], typeof(string));

    private static bool CanFail(DataType source, DataType target)
    {
        if (!IsExact(target) || target.Kind == TypeKind.Boolean)
        {
            return false;
        }

        if (CommonTypes.IsFloat(source))
        {
            return true;
        }

        if (!IsExact(source))
        {
            return false;
        }

        var from = IntegerRange.Of(source);
        var shift = target.Scale - source.Scale;
        if (shift > 0)
        {
            // A value with d digits before the point needs d there in the target too.
            return DecimalRules.Of(source).Precision - source.Scale > target.Precision - target.Scale;
        }

        var divisor = PowersOfTen.Of(-shift);
        return !IntegerRange.Of(target).Contains(new IntegerRange(from.Min / divisor, from.Max / divisor));
    }

    private static bool IsExact(DataType type) => type.IsInteger || type.Kind is TypeKind.Decimal or TypeKind.Boolean;
}
