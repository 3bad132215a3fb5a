using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Flink.Sql;

// A quotient is rounded twice: by Flink to the scale of its result type, and by the cast to the scale that is wanted. The second one is right as long as the first left enough digits: the
// quotient of two integers a ÷ b is either half of a last digit or at least 1 ÷ 2b away from it, so that as many digits more as the divisor has are enough. The dividend is cast so that Flink keeps
// them.

/// <summary>Exact division with the digits and the rounding of the plan.</summary>
/// <param name="place">Where.</param>
/// <param name="construct">What it is, for messages.</param>
internal sealed class DecimalDivision(Place place, string construct)
{
    // Digits of the number of rows of a group that a mean is exact for.
    private const int CountDigits = 9;

    /// <summary>A quotient; null for a zero divisor.</summary>
    public SqlValue Of(SqlValue a, SqlValue b, bool isNonZero, DataType result, bool isCutOff)
    {
        var divisor = FlinkTypes.AsDecimal(b.Type);
        return Of(a, isNonZero ? b.Operand : $"NULLIF({b.Text}, 0)", divisor, divisor.Precision, result, isCutOff);
    }

    /// <summary>A mean, from the values' sum and number.</summary>
    /// <param name="argument">What is averaged.</param>
    /// <param name="result">Its type.</param>
    public SqlValue Mean(SqlValue argument, DataType result)
    {
        var type = FlinkTypes.AsDecimal(argument.Type);
        var digits = type.Precision - type.Scale;
        var room = Math.Min(DataType.MaxDecimalPrecision - type.Scale, Math.Max(digits + 3, Math.Min(digits + CountDigits, DataType.MaxDecimalPrecision - result.Scale - CountDigits)));
        var sum = new SqlValue($"SUM({argument.To(type).Text})", DataType.Decimal(DataType.MaxDecimalPrecision, type.Scale)).To(DataType.Decimal(room + type.Scale, type.Scale));
        return Of(sum, $"NULLIF(COUNT({argument.Text}), 0)", FlinkTypes.AsDecimal(DataType.Int64), CountDigits, result, DecimalRules.IsCutOff(result));
    }

    private SqlValue Of(SqlValue a, string b, DataType divisor, int divisorDigits, DataType result, bool isCutOff)
    {
        var dividend = FlinkTypes.AsDecimal(a.Type);
        var digits = dividend.Precision - dividend.Scale;
        var scale = Math.Clamp(Math.Max(dividend.Scale, result.Scale - 1), 0, DataType.MaxDecimalPrecision - digits);
        var widened = DataType.Decimal(Math.Min(digits + scale, DataType.MaxDecimalPrecision), scale);
        var quotient = FlinkDecimals.Of(ScalarOp.Divide, widened, divisor);
        if (quotient.Scale < result.Scale)
        {
            throw place.Refuse(
                $"\"{construct}\"", $"Flink's division keeps {quotient.Scale} fractional digits of {dividend} by {divisor}, and {result.Scale} are wanted. Convert the operands to decimals of fewer digits");
        }

        if (quotient.Scale - result.Scale < divisorDigits)
        {
            place.Warn($"the last digit of \"{construct}\" may be rounded otherwise: Flink has no more than 38 digits for it.");
        }

        var wide = widened.Scale == dividend.Scale ? a : a.Cast(widened);
        var text = $"{wide.Operand} / {b}";
        return isCutOff
            ? new SqlValue($"TRUNCATE({text}, {result.Scale.ToString(CultureInfo.InvariantCulture)})", quotient).Cast(result)
            : SqlValue.Operation(text, quotient).To(result);
    }
}
