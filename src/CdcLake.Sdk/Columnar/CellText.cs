using System.Globalization;
using System.Text;

namespace CdcLake.Columnar;

/// <summary>Values as people read them in error messages; never parsed back.</summary>
internal static class CellText
{
    private const int Longest = 64;

    /// <summary>One cell; long texts are cut.</summary>
    public static string Of(Column column, int row) => column.IsNull(row) ? "null" : column switch
    {
        FixedColumn<byte> c => Of(c.Values[row] != 0),
        FixedColumn<int> c => Of(column.Type, c.Values[row]),
        FixedColumn<long> c => Of(column.Type, c.Values[row]),
        FixedColumn<Int128> c => Of(column.Type, c.Values[row]),
        FixedColumn<float> c => Of(c.Values[row]),
        FixedColumn<double> c => Of(c.Values[row]),
        _ => Of(column.Type, ((BytesColumn)column)[row]),
    };

    public static string Of(bool value) => value ? "true" : "false";

    /// <summary>An exact value or a time in its storage.</summary>
    public static string Of(DataType type, Int128 value) => type.Kind switch
    {
        TypeKind.Date => Day(value),
        TypeKind.DateTime => Moment(value, ""),
        TypeKind.Timestamp => Moment(value, "Z"),
        TypeKind.Time => TimeSpan.FromMicroseconds((long)value).ToString("c", CultureInfo.InvariantCulture),
        TypeKind.Decimal => DecimalText.Of(value, type.Scale),
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    public static string Of(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    public static string Of(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Text in quotes or bytes in hex, at most 64 bytes of the value.</summary>
    public static string Of(DataType type, ReadOnlySpan<byte> value)
    {
        var shown = value[..Math.Min(Longest, value.Length)];
        var text = type.Kind == TypeKind.String ? $"\"{Encoding.UTF8.GetString(shown)}\"" : $"0x{Convert.ToHexString(shown)}";
        return shown.Length < value.Length ? text + "..." : text;
    }

    private static string Day(Int128 value) =>
        value >= -719_162 && value <= 2_932_896
            ? DateOnly.FromDayNumber((int)value + 719_162).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : value.ToString(CultureInfo.InvariantCulture);

    private static string Moment(Int128 value, string zone)
    {
        var ticks = value * 10 + DateTime.UnixEpoch.Ticks;
        return ticks >= 0 && ticks <= DateTime.MaxValue.Ticks
            ? new DateTime((long)ticks).ToString("yyyy-MM-ddTHH:mm:ss.FFFFFF", CultureInfo.InvariantCulture) + zone
            : value.ToString(CultureInfo.InvariantCulture);
    }
}
