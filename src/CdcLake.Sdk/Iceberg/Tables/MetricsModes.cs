using System.Globalization;

namespace CdcLake.Iceberg.Tables;

/// <summary>What manifests say of a column.</summary>
/// <param name="HasCounts">Values, nulls and NaNs are counted.</param>
/// <param name="BoundLength">Characters or bytes that bounds keep; 0 for no bounds.</param>
internal readonly record struct MetricsMode(bool HasCounts, int BoundLength)
{
    public static MetricsMode None => default;

    public static MetricsMode Counts => new(true, 0);

    public static MetricsMode Full => new(true, int.MaxValue);

    /// <summary>Iceberg's default: <c>truncate(16)</c>.</summary>
    public static MetricsMode Truncated => new(true, 16);

    /// <summary>Reads <c>none</c>, <c>counts</c>, <c>truncate(N)</c> or <c>full</c>; null for anything else, which Iceberg takes for its default.</summary>
    public static MetricsMode? Parse(string text)
    {
        var lower = text.Trim().ToLowerInvariant();
        return lower switch
        {
            "none" => None,
            "counts" => Counts,
            "full" => Full,
            _ when lower.StartsWith("truncate(", StringComparison.Ordinal) && lower.EndsWith(')')
                && int.TryParse(lower.AsSpan("truncate(".Length, lower.Length - "truncate()".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length > 0
                => new MetricsMode(true, length),
            _ => null,
        };
    }
}

/// <summary>The metrics modes of a table's columns, by its properties (<c>write.metadata.metrics.…</c>). Immutable.</summary>
/// <param name="properties">Of the table.</param>
internal sealed class MetricsModes(IReadOnlyDictionary<string, string> properties)
{
    private const int DefaultColumns = 100;

    private readonly MetricsMode? _default = properties.TryGetValue(TableProperties.MetricsDefault, out var text) ? MetricsMode.Parse(text) ?? MetricsMode.Truncated : null;
    private readonly long _columns = TableProperties.Number(properties, TableProperties.MetricsColumns, DefaultColumns);

    /// <param name="column">Name of a column.</param>
    /// <param name="ordinal">Its place: without a default of the table only the first hundred have metrics.</param>
    /// <param name="isKey">Keys always have bounds: lookups and other writers need them.</param>
    public MetricsMode Of(string column, int ordinal, bool isKey)
    {
        var mode = properties.TryGetValue(TableProperties.MetricsColumn + column, out var text) && MetricsMode.Parse(text) is { } own ? own
            : _default ?? (ordinal < _columns ? MetricsMode.Truncated : MetricsMode.None);
        return isKey && mode.BoundLength < MetricsMode.Truncated.BoundLength ? MetricsMode.Truncated : mode;
    }
}
