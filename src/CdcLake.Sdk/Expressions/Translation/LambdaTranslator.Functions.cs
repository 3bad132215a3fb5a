using System.Linq.Expressions;
using CdcLake.Columnar;

namespace CdcLake.Expressions.Translation;

internal sealed partial class LambdaTranslator
{
    private CallExpr? MathCall(MethodCallExpression e)
    {
        if (e.Arguments.Count == 0)
        {
            return null;
        }

        var first = Scalar(e.Arguments[0]);
        switch (e.Method.Name)
        {
            case "Abs" when e.Arguments.Count == 1:
                return new CallExpr(ScalarOp.Abs, first, e.Type);
            case "Floor" when e.Arguments.Count == 1:
                return new CallExpr(ScalarOp.Floor, first, e.Type);
            case "Ceiling" when e.Arguments.Count == 1:
                return new CallExpr(ScalarOp.Ceiling, first, e.Type);
            case "Truncate" when e.Arguments.Count == 1:
                return new CallExpr(ScalarOp.Truncate, first, e.Type);
            case "Round":
                return Round(e, first);
            case "Min" or "Max" when e.Arguments.Count == 2:
                var second = Scalar(e.Arguments[1]);
                var test = new CallExpr(e.Method.Name == "Min" ? ScalarOp.LessOrEqual : ScalarOp.GreaterOrEqual, first, second, typeof(bool));
                var either = new CallExpr(ScalarOp.If, [test, first, second], e.Type);
                return new CallExpr(ScalarOp.If, [new CallExpr(ScalarOp.IsNull, first, typeof(bool)), first, either], e.Type);
            default:
                return null;
        }
    }

    private CallExpr? Round(MethodCallExpression e, Expr value)
    {
        var digits = 0;
        var op = ScalarOp.RoundEven;
        foreach (var argument in e.Arguments.Skip(1))
        {
            switch (Scalar(argument))
            {
                case ConstantExpr { Value: int n and >= 0 and <= 28 }:
                    digits = n;
                    break;
                case ConstantExpr { Value: MidpointRounding.AwayFromZero }:
                    op = ScalarOp.RoundAway;
                    break;
                case ConstantExpr { Value: MidpointRounding.ToEven }:
                    break;
                default:
                    throw Unsupported.Error(e, "digits (0 to 28) and rounding mode (ToEven or AwayFromZero) must be constants", "Write Math.Round(x, 2).");
            }
        }

        return new CallExpr(op, value, new ConstantExpr(digits, typeof(int)), e.Type);
    }

    private CallExpr? DateCall(MethodCallExpression e)
    {
        if (e is { Method.Name: "FromDateTime", Object: null })
        {
            return new CallExpr(ScalarOp.Date, Scalar(e.Arguments[0]), typeof(DateOnly));
        }

        if (e.Object is null || e.Arguments.Count != 1)
        {
            return null;
        }

        var value = Scalar(e.Object);
        if (e.Method.Name == "Equals")
        {
            return new CallExpr(ScalarOp.Equal, value, Scalar(e.Arguments[0]), typeof(bool));
        }

        var unit = e.Method.Name switch
        {
            "AddDays" => TimeSpan.FromDays(1),
            "AddHours" => TimeSpan.FromHours(1),
            "AddMinutes" => TimeSpan.FromMinutes(1),
            "AddSeconds" => TimeSpan.FromSeconds(1),
            "AddMilliseconds" => TimeSpan.FromMilliseconds(1),
            _ => TimeSpan.Zero,
        };
        if (e.Method.Name is "Add" or "Subtract" && Scalar(e.Arguments[0]) is ConstantExpr { Value: TimeSpan span })
        {
            return AddTime(e, value, e.Method.Name == "Add" ? span : span.Negate());
        }

        if (unit == TimeSpan.Zero || Scalar(e.Arguments[0]) is not ConstantExpr { Value: { } amount })
        {
            return null;
        }

        return AddTime(e, value, unit * Convert.ToDouble(amount, System.Globalization.CultureInfo.InvariantCulture));
    }

    /// <summary>Text of a value as <c>ToString()</c> gives it under the invariant culture; null for types whose text depends on a format.</summary>
    private Expr? AsText(Expression e)
    {
        var value = Scalar(e);
        if (ClrTypes.Strip(value.Type) == typeof(string))
        {
            return value;
        }

        var isExact = ClrTypes.Strip(value.Type).IsEnum || ClrTypes.ColumnType(value.Type) is { IsNumeric: true, Kind: not (TypeKind.Float32 or TypeKind.Float64) };
        return isExact ? new CallExpr(ScalarOp.Cast, value, typeof(string)) : null;
    }
}
