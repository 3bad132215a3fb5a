using System.Globalization;
using System.Text;
using CdcLake.Columnar;

namespace CdcLake.State.Rows;

/// <summary>Values as people read them in error messages; never parsed back.</summary>
internal static class ValueText
{
    public static string Of(DataType type, Int128 value) => type.Kind switch
    {
        TypeKind.Date => Day(value),
        TypeKind.DateTime => Moment(value, ""),
        TypeKind.Timestamp => Moment(value, "Z"),
        TypeKind.Time => TimeSpan.FromMicroseconds((long)value).ToString("c", CultureInfo.InvariantCulture),
        TypeKind.Decimal => Fixed(value, type.Scale),
        _ => value.ToString(CultureInfo.InvariantCulture),
    };

    public static string Of(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    public static string Of(float value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Text in quotes or bytes in hex, at most <paramref name="longest"/> bytes of the value.</summary>
    public static string Of(DataType type, ReadOnlySpan<byte> value, int longest)
    {
        var shown = value[..Math.Min(longest, value.Length)];
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

    private static string Fixed(Int128 value, int scale)
    {
        var digits = Int128.Abs(value).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var text = scale == 0 ? digits : $"{digits[..^scale]}.{digits[^scale..]}";
        return value < 0 ? "-" + text : text;
    }
}
