using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Transactions;

/// <summary>How often a commit is made again on top of others' before it counts as a conflict, as the properties of a table say.</summary>
/// <param name="Retries">Attempts behind the first; <c>commit.retry.num-retries</c>.</param>
/// <param name="Time">Time after which no further one is begun; <c>commit.retry.total-timeout-ms</c>.</param>
internal readonly record struct CommitRetry(int Retries, TimeSpan Time)
{
    /// <summary>More than Iceberg's four: what is made again is a few manifests, and who gives up has to read the log once more.</summary>
    private const long DefaultRetries = 9;

    private const long DefaultMilliseconds = 30 * 60 * 1000;

    /// <summary>Reads the properties of a table.</summary>
    /// <param name="properties">The table's.</param>
    /// <param name="where">Which table, for errors.</param>
    /// <exception cref="CatalogException">A property has a value that cannot be followed.</exception>
    public static CommitRetry Of(IReadOnlyDictionary<string, string> properties, string where) => new(
        (int)Math.Min(TableProperties.Number(properties, TableProperties.CommitRetries, DefaultRetries, least: 0, where), int.MaxValue - 1),
        TimeSpan.FromMilliseconds(Math.Min(TableProperties.Number(properties, TableProperties.CommitRetryTime, DefaultMilliseconds, least: 0, where), int.MaxValue)));
}
