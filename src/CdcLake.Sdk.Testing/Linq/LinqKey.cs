using System.Globalization;
using System.Reflection;

namespace CdcLake.Testing.Linq;

/// <summary>
/// Rows and keys as text that is equal when MySQL says that they are: decimals without trailing zeros, and texts as they are. Texts of which two differ only in letter case, accents or spaces at the
/// end are refused, since there the columns' collation decides, which LINQ does not know.
/// </summary>
internal static class LinqKey
{
    /// <summary>Of a key or a whole row; nulls are equal.</summary>
    public static string Of(object? value) => value is null || IsScalar(value.GetType())
        ? Scalar(value) ?? "NULL"
        : string.Join('|', Members(value.GetType()).Select(p => Of(p.GetValue(value))));

    /// <summary>Of a key of a join; null where a part of it is.</summary>
    public static string? OfJoin(object? value)
    {
        if (value is null || IsScalar(value.GetType()))
        {
            return Scalar(value);
        }

        var parts = Members(value.GetType()).Select(p => OfJoin(p.GetValue(value))).ToList();
        return parts.Contains(null) ? null : string.Join('|', parts);
    }

    /// <summary>Values in the order of their declaration.</summary>
    public static IEnumerable<PropertyInfo> Members(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0);

    /// <summary>One value, of a column.</summary>
    public static bool IsScalar(Type type) => Nullable.GetUnderlyingType(type) is not null || type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(byte[])
        || type == typeof(decimal) || type == typeof(DateTime) || type == typeof(DateTimeOffset) || type == typeof(DateOnly) || type == typeof(TimeSpan) || type == typeof(Guid);

    private static string? Scalar(object? value) => value switch
    {
        null => null,
        string text => $"'{Plain(text)}'",
        byte[] bytes => Convert.ToHexString(bytes),
        DateTime moment => moment.Ticks.ToString(CultureInfo.InvariantCulture),
        DateTimeOffset instant => instant.UtcTicks.ToString(CultureInfo.InvariantCulture),
        bool truth => truth ? "1" : "0",
        decimal exact => (exact / 1.0000000000000000000000000000m).ToString(CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new NotInLinqException($"keys of type {value.GetType().Name}"),
    };

    // Within ASCII texts that are not the same are equal by letter case alone, or by spaces at their end.
    private static string Plain(string text) => text.All(c => c is >= ' ' and <= '~') && !text.EndsWith(' ') ? text : throw new NotInLinqException("keys with texts beyond ASCII, which the columns' collation compares");

    /// <summary>Refuses texts that differ by letter case alone.</summary>
    /// <param name="keys">As they were made here.</param>
    public static void RequireDistinct(IEnumerable<string> keys)
    {
        var folded = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var key in keys.Where(k => !folded.TryAdd(k, k) && folded[k] != k))
        {
            throw new NotInLinqException($"keys that differ by letter case alone, such as {key}, which the columns' collation compares");
        }
    }
}
