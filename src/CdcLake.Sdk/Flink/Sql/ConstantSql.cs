using System.Globalization;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Flink.Sql;

/// <summary>Constants as literals whose type Flink's planner derives as it is said here.</summary>
internal static class ConstantSql
{
    public static SqlValue Of(BoundConstant constant) => constant.Value is null
        ? new SqlValue($"CAST(NULL AS {FlinkTypes.Text(constant.Type)})", FlinkTypes.Of(constant.Type), SqlForm.Literal)
        : Of(constant.Value, constant.Type) with { Form = SqlForm.Literal };

    private static SqlValue Of(object value, DataType type) => type.Kind switch
    {
        TypeKind.Boolean => new SqlValue((byte)value != 0 ? "TRUE" : "FALSE", type),
        TypeKind.String => new SqlValue(FlinkText.Literal(Encoding.UTF8.GetString((byte[])value)), type),
        TypeKind.Binary => new SqlValue($"X'{Convert.ToHexString((byte[])value)}'", type),
        TypeKind.Float32 => new SqlValue(((float)value).ToString("R", CultureInfo.InvariantCulture), type).Quoted(),
        TypeKind.Float64 => new SqlValue(((double)value).ToString("R", CultureInfo.InvariantCulture), type).Quoted(),
        TypeKind.Date => new SqlValue($"DATE '{DateTime.UnixEpoch.AddDays((int)value).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}'", type),
        TypeKind.DateTime => new SqlValue(Moment((long)value), type).To(type),
        TypeKind.Timestamp => new SqlValue(Moment((long)value), DataType.DateTime(6)).Cast(type),
        TypeKind.Decimal when type.Scale > 0 => new SqlValue(DecimalText.Of(Wide(value), type.Scale), type).Cast(type),
        _ => Integer(Wide(value)),
    };

    private static SqlValue Quoted(this SqlValue value) => new SqlValue($"'{value.Text}'", DataType.String).Cast(value.Type);

    private static SqlValue Integer(Int128 value)
    {
        var text = value.ToString(CultureInfo.InvariantCulture);
        var shown = value < 0 ? $"({text})" : text;
        return value > int.MinValue && value <= int.MaxValue ? new SqlValue(shown, DataType.Int32)
            : value > long.MinValue && value <= long.MaxValue ? new SqlValue(shown, DataType.Int64)
            : new SqlValue($"'{text}'", DataType.String).Cast(DataType.Decimal(DataType.MaxDecimalPrecision, 0));
    }

    private static Int128 Wide(object value) => value switch
    {
        byte b => b,
        int i => i,
        long l => l,
        _ => (Int128)value,
    };

    private static string Moment(long microseconds) =>
        $"TIMESTAMP '{DateTime.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond).ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)}'";
}
