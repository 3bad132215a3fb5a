using System.Globalization;
using System.Text.Json;

namespace CdcLake.AspNetCore.Data;

/// <summary>Values of rows as JSON: numbers that a reader could round (decimals, and whole ones beyond 2^53) are text, and so is what JSON has no form for.</summary>
internal static class Cells
{
    private const long Exact = 1L << 53;
    private const int LongestText = 4096;
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    public static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                json.WriteNullValue();
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case sbyte or byte or short or ushort or int or uint:
                json.WriteNumberValue(Convert.ToInt64(value, Invariant));
                break;
            case long and >= -Exact and <= Exact:
                json.WriteNumberValue((long)value);
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case float number when float.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            default:
                json.WriteStringValue(Text(value));
                break;
        }
    }

    /// <summary>A value for people: times without zone as they stand in the table.</summary>
    public static string Text(object? value) => value switch
    {
        null => "null",
        string text => text.Length <= LongestText ? text : text[..LongestText] + "…",
        byte[] bytes => Convert.ToHexString(bytes.AsSpan(0, Math.Min(bytes.Length, LongestText / 2))) + (bytes.Length > LongestText / 2 ? "…" : ""),
        DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", Invariant),
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF'Z'", Invariant),
        DateOnly date => date.ToString("yyyy-MM-dd", Invariant),
        IFormattable formattable => formattable.ToString(null, Invariant),
        _ => value.ToString() ?? "",
    };

    /// <summary>Order of two values of a column: nulls first, text by its characters' codes.</summary>
    public static int Compare(object? a, object? b) => (a, b) switch
    {
        (null, null) => 0,
        (null, _) => -1,
        (_, null) => 1,
        (string x, string y) => string.CompareOrdinal(x, y),
        (byte[] x, byte[] y) => x.AsSpan().SequenceCompareTo(y),
        (IComparable x, _) when a.GetType() == b.GetType() => x.CompareTo(b),
        _ => string.CompareOrdinal(Text(a), Text(b)),
    };
}
