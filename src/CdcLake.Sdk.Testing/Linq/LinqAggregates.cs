using System.Globalization;

namespace CdcLake.Testing.Linq;

/// <summary>Aggregates over the rows of a group as SQL means them: nulls do not count, and over nothing all but counts are null.</summary>
internal static class LinqAggregates
{
    public static object Count(IReadOnlyList<object?> rows, Delegate? selector, Type type) => (long)(selector is null ? rows.Count : rows.Count(r => LinqLambda.Call(selector, r) is not (null or false)));

    public static object CountDistinct(IReadOnlyList<object?> rows, Delegate? selector, Type type)
    {
        var keys = Values(rows, selector!).Select(LinqKey.Of).Distinct(StringComparer.Ordinal).ToList();
        LinqKey.RequireDistinct(keys);
        return (long)keys.Count;
    }

    public static object? Sum(IReadOnlyList<object?> rows, Delegate? selector, Type type)
    {
        var values = Values(rows, selector!).ToList();
        return values.Count == 0 ? Empty(type) : IsFloat(type) ? values.Sum(v => Convert.ToDouble(v, CultureInfo.InvariantCulture)) : As(type, values.Sum(Exact));
    }

    public static object? Average(IReadOnlyList<object?> rows, Delegate? selector, Type type)
    {
        var values = Values(rows, selector!).ToList();
        return values.Count == 0 ? Empty(type) : IsFloat(type) ? values.Average(v => Convert.ToDouble(v, CultureInfo.InvariantCulture)) : As(type, values.Average(Exact));
    }

    public static object? Min(IReadOnlyList<object?> rows, Delegate? selector, Type type) => Ordered(rows, selector!).Min() ?? Empty(type);

    public static object? Max(IReadOnlyList<object?> rows, Delegate? selector, Type type) => Ordered(rows, selector!).Max() ?? Empty(type);

    private static IEnumerable<object> Values(IReadOnlyList<object?> rows, Delegate selector) => rows.Select(r => LinqLambda.Call(selector, r)).OfType<object>();

    private static IEnumerable<object> Ordered(IReadOnlyList<object?> rows, Delegate selector) => Values(rows, selector).Select(v => v is not (string or byte[] or Enum) ? v : throw new NotInLinqException("MIN and MAX of texts, by a collation that only their columns know"));

    private static decimal Exact(object value) => Convert.ToDecimal(value, CultureInfo.InvariantCulture);

    private static bool IsFloat(Type type) => (Nullable.GetUnderlyingType(type) ?? type) == typeof(double);

    private static object As(Type type, decimal value) => Convert.ChangeType(value, Nullable.GetUnderlyingType(type) ?? type, CultureInfo.InvariantCulture);

    private static object? Empty(Type type) => Nullable.GetUnderlyingType(type) is not null || !type.IsValueType ? null : throw new NotInLinqException("an aggregate over no rows in a type without null");
}
