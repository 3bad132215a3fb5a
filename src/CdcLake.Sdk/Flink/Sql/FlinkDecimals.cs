using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Flink.Sql;

// Flink's result types of exact arithmetic (flink-table-common, LogicalTypeMerging):
//
//   a + b, a − b   scale max(s1, s2), digits before the point max(p1 − s1, p2 − s2) + 1
//   a × b          scale s1 + s2, precision p1 + p2 + 1
//   a ÷ b          scale max(6, s1 + p2 + 1), precision p1 − s1 + s2 + scale
//
// Beyond 38 digits fractional ones are given up, down to 6 or as many as there were.

/// <summary>Which decimals Flink's arithmetic gives.</summary>
internal static class FlinkDecimals
{
    /// <summary>Fractional digits that Flink keeps where there are too many digits, if there are as many.</summary>
    public const int KeptScale = 6;

    public static DataType Of(ScalarOp op, DataType a, DataType b)
    {
        var scale = op switch
        {
            ScalarOp.Multiply => a.Scale + b.Scale,
            ScalarOp.Divide => Math.Max(KeptScale, a.Scale + b.Precision + 1),
            _ => Math.Max(a.Scale, b.Scale),
        };
        var precision = op switch
        {
            ScalarOp.Multiply => a.Precision + b.Precision + 1,
            ScalarOp.Divide => a.Precision - a.Scale + b.Scale + scale,
            _ => Math.Max(a.Precision - a.Scale, b.Precision - b.Scale) + scale + 1,
        };
        if (precision <= DataType.MaxDecimalPrecision)
        {
            return DataType.Decimal(precision, scale);
        }

        var kept = Math.Max(DataType.MaxDecimalPrecision - (precision - scale), Math.Min(scale, KeptScale));
        return DataType.Decimal(DataType.MaxDecimalPrecision, kept);
    }
}
