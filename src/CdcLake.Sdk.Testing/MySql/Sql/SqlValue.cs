using System.Globalization;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Columnar.Collations;
using CdcLake.MySql.Tables;

namespace CdcLake.Testing.MySql.Sql;

/// <summary>A text with what it compares by; null for the usual collation.</summary>
internal sealed record SqlText(byte[] Utf8, string? Collation);

/// <summary>Values inside an expression: null, <see cref="decimal"/>, <see cref="double"/>, <see cref="DateTime"/>, bytes, or <see cref="SqlText"/>.</summary>
internal static class SqlValue
{
    private const string Usual = "utf8mb4_0900_ai_ci";

    /// <summary>A stored value of a column.</summary>
    public static object? Of(MySqlColumn column, object? stored) => stored switch
    {
        null => null,
        byte[] bytes when column.IsBinary || column.Type is MySqlTypeCode.Geometry or MySqlTypeCode.Vector => bytes,
        byte[] text => new SqlText(text, column.Collation.Length > 0 ? column.Collation : null),
        float or double => Convert.ToDouble(stored, CultureInfo.InvariantCulture),
        _ => column.Type switch
        {
            MySqlTypeCode.NewDecimal => decimal.Parse(DecimalText.Of(Whole(stored), column.Scale), CultureInfo.InvariantCulture),
            MySqlTypeCode.Date => DateTime.UnixEpoch.AddDays((int)stored),
            MySqlTypeCode.DateTime2 or MySqlTypeCode.Timestamp2 => DateTime.UnixEpoch.AddTicks((long)stored * TimeSpan.TicksPerMicrosecond),
            _ => (decimal)Whole(stored),
        },
    };

    /// <summary>How a value of an expression is printed.</summary>
    public static string? Print(object? value) => value switch
    {
        null => null,
        SqlText text => Encoding.UTF8.GetString(text.Utf8),
        byte[] bytes => Encoding.Latin1.GetString(bytes),
        DateTime at => at.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    /// <summary>Order of two values that are not null.</summary>
    public static int Compare(object left, object right)
    {
        switch (left, right)
        {
            case (DateTime a, DateTime b):
                return a.CompareTo(b);
            case (byte[] a, byte[] b):
                return a.AsSpan().SequenceCompareTo(b);
            case (SqlText a, SqlText b):
                var collation = TextCollation.Of(a.Collation ?? b.Collation ?? Usual);
                return collation.IsKnown ? collation.Compare(a.Utf8, b.Utf8, (new KeyBuffer(), new KeyBuffer())) : a.Utf8.AsSpan().SequenceCompareTo(b.Utf8);
            case (decimal a, decimal b):
                return a.CompareTo(b);
            default:
                return Number(left).CompareTo(Number(right));
        }
    }

    /// <summary>True for what counts as true.</summary>
    public static bool IsTrue(object? value) => value is not null && Number(value) != 0;

    private static double Number(object value) => value is SqlText or byte[] or DateTime
        ? double.TryParse(Print(value), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0
        : Convert.ToDouble(value, CultureInfo.InvariantCulture);

    private static Int128 Whole(object value) => value as Int128? ?? Convert.ToInt64(value, CultureInfo.InvariantCulture);
}
