using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Flink.Sql;

/// <summary>Arithmetic, rounding and conversions in Flink SQL: the digits, the rounding and the null of a zero divisor that MySQL has.</summary>
/// <param name="place">The operator.</param>
/// <param name="expressions">Gives the operands.</param>
internal sealed class NumberSql(Place place, ExpressionSql expressions)
{
    /// <summary>A sum, difference, product, quotient or rest.</summary>
    public SqlValue Arithmetic(BoundCall call)
    {
        var isDecimal = call.Type.Kind is TypeKind.Decimal or TypeKind.UInt64;
        var (a, b) = (isDecimal ? Exact(call.Arguments[0]) : expressions.Of(call.Arguments[0]).To(call.Type), isDecimal ? Exact(call.Arguments[1]) : expressions.Of(call.Arguments[1]).To(call.Type));
        if (call.CanFail && !CommonTypes.IsFloat(call.Type))
        {
            place.Warn("a number that does not fit its type is an error in the pipeline; in Flink integers wrap around and decimals become NULL.");
        }

        switch (call.Op)
        {
            case ScalarOp.Divide when isDecimal:
                return new DecimalDivision(place, call.Text).Of(a, b, IsNonZero(call.Arguments[1]), call.Type, DecimalRules.IsCutOff(call.Type, call.Arguments[1].Type));
            case ScalarOp.Divide:
                return SqlValue.Operation($"{a.Operand} / {Divisor(call.Arguments[1], b)}", FlinkTypes.Of(call.Type));
            case ScalarOp.Remainder:
                return Remainder(call, a, b);
            default:
                var sign = call.Op switch { ScalarOp.Add => "+", ScalarOp.Subtract => "-", _ => "*" };
                var type = isDecimal ? FlinkDecimals.Of(call.Op, FlinkTypes.AsDecimal(a.Type), FlinkTypes.AsDecimal(b.Type)) : FlinkTypes.Of(call.Type);
                var result = SqlValue.Operation($"{a.Operand} {sign} {b.Operand}", type);
                return type.Scale < call.Type.Scale
                    ? throw place.Refuse($"\"{call.Text}\"", $"it has up to {call.Type.Scale} fractional digits, of which Flink would keep {type.Scale}: cast an operand to a narrower type with Math.Round")
                    : type.Scale > call.Type.Scale ? result.To(call.Type) : result;
        }
    }

    // Flink's % of floating point is refused by its planner; a − b × trunc(a ÷ b) is not the same number.
    private SqlValue Remainder(BoundCall call, SqlValue a, SqlValue b)
    {
        if (CommonTypes.IsFloat(call.Type))
        {
            throw place.Refuse($"\"{call.Text}\"", "Flink's MOD takes exact numbers only. Convert to decimal or integers first");
        }

        return new SqlValue($"MOD({a.Text}, {Divisor(call.Arguments[1], b)})", FlinkTypes.Of(call.Type)).Cast(call.Type);
    }

    /// <summary>A value of exact arithmetic: conversions that keep it are left to Flink, which makes them by itself.</summary>
    private SqlValue Exact(BoundExpr value)
    {
        while (value is BoundCall { Op: ScalarOp.Cast, CanFail: false, Type.Kind: TypeKind.Decimal } cast && cast.Arguments[0].Type is var inner
            && (inner.IsInteger || (inner.Kind == TypeKind.Decimal && inner.Scale <= cast.Type.Scale)))
        {
            value = cast.Arguments[0];
        }

        return expressions.Of(value);
    }

    private static string Divisor(BoundExpr divisor, SqlValue value) => IsNonZero(divisor) ? value.Operand : $"NULLIF({value.Text}, 0)";

    private static bool IsNonZero(BoundExpr divisor) => divisor is BoundConstant { Value: { } value } && Convert.ToDouble(value is Int128 wide ? (double)wide : value, CultureInfo.InvariantCulture) != 0;

    /// <summary>A number with fewer digits.</summary>
    public SqlValue Rounding(BoundCall call)
    {
        var value = expressions.Of(call.Arguments[0]);
        var digits = call.Op is ScalarOp.RoundEven or ScalarOp.RoundAway ? (int)((BoundConstant)call.Arguments[1]).Value! : 0;
        if (call.Op is ScalarOp.RoundEven or ScalarOp.RoundAway && digits > 0 && CommonTypes.IsFloat(value.Type))
        {
            throw place.Refuse($"\"{call.Text}\"", "Flink rounds the decimal text of a floating-point number, .NET the number itself. Keep all its digits, or use a decimal");
        }

        var n = digits.ToString(CultureInfo.InvariantCulture);
        var text = call.Op switch
        {
            ScalarOp.Abs => $"ABS({value.Text})",
            ScalarOp.Floor => $"FLOOR({value.Text})",
            ScalarOp.Ceiling => $"CEIL({value.Text})",
            ScalarOp.Truncate => $"TRUNCATE({value.Text}, 0)",
            ScalarOp.RoundAway => $"ROUND({value.Text}, {n})",
            _ when !CommonTypes.IsFloat(value.Type) && value.Type.Scale <= digits => value.Text,
            _ => HalfEven(value, digits),
        };
        return new SqlValue(text, value.Type).Cast(call.Type);
    }

    // Half away from zero, except where exactly half is left and the digit before it is even.
    private static string HalfEven(SqlValue value, int digits)
    {
        var half = DecimalText.Of(5, digits + 1);
        var two = DecimalText.Of(2, digits);
        var n = digits.ToString(CultureInfo.InvariantCulture);
        var cut = $"TRUNCATE({value.Text}, {n})";
        var isEven = CommonTypes.IsFloat(value.Type) ? $"FLOOR({cut} / 2) * 2 = {cut}" : $"MOD({cut}, {two}) = 0";
        return $"CASE WHEN ABS({value.Operand} - {cut}) = {half} AND {isEven} THEN {cut} ELSE ROUND({value.Text}, {n}) END";
    }

    /// <summary>A value under another type.</summary>
    public SqlValue Cast(BoundCall call)
    {
        var value = expressions.Of(call.Arguments[0]);
        var source = call.Arguments[0].Type;
        var target = call.Type;
        if (target.Kind == TypeKind.Boolean && source.Kind != TypeKind.Boolean)
        {
            return SqlValue.Operation($"{value.Operand} <> 0", DataType.Boolean);
        }

        if (target.Kind == TypeKind.String && !source.IsInteger && source.Kind != TypeKind.Decimal)
        {
            throw place.Refuse($"\"{call.Text}\"", $"the text of {source} is written otherwise by Flink");
        }

        if (call.CanFail)
        {
            place.Warn("a conversion whose value does not fit is an error in the pipeline; in Flink integers wrap around and decimals become NULL.");
        }

        if (source.Kind == TypeKind.Date && target.Kind == TypeKind.Timestamp)
        {
            return value.Cast(DataType.DateTime(target.Scale)).Cast(target);
        }

        var isCut = target.Kind == TypeKind.Decimal && source.Kind == TypeKind.Decimal && target.Scale < source.Scale;
        return isCut ? new SqlValue($"TRUNCATE({value.Text}, {target.Scale.ToString(CultureInfo.InvariantCulture)})", value.Type).Cast(target) : value.To(target);
    }
}
