using CdcLake.AspNetCore.Api;

namespace CdcLake.AspNetCore.Data;

/// <summary>What a sink holds, as the dashboard reads it.</summary>
internal interface IReadableResult
{
    /// <summary>As the sink's.</summary>
    string Name { get; }

    /// <summary>Columns, sizes, versions.</summary>
    Task<TableInfo> DescribeAsync(CancellationToken cancellationToken);

    /// <summary>Reads rows of one version.</summary>
    /// <param name="version">Which one.</param>
    /// <param name="columns">These alone, in this order; null for all.</param>
    /// <param name="limit">Rows to read at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<ResultRows> ReadAsync(ResultVersion version, IReadOnlyList<string>? columns, int limit, CancellationToken cancellationToken);
}

/// <summary>A version of a result: the current one where both are null.</summary>
/// <param name="Snapshot">An Iceberg snapshot.</param>
/// <param name="Gtid">A GTID set: the newest snapshot that it includes.</param>
internal sealed record ResultVersion(long? Snapshot, string? Gtid);

/// <summary>Rows that were read.</summary>
/// <param name="Columns">Of the rows.</param>
/// <param name="Rows">Values in the order of the columns.</param>
/// <param name="IsCut">There are more rows than were asked for.</param>
internal sealed record ResultRows(IReadOnlyList<TableColumn> Columns, List<IReadOnlyList<object?>> Rows, bool IsCut)
{
    /// <summary>Ordinal of a column.</summary>
    public int IndexOf(string column, string parameter)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (Columns[i].Name == column)
            {
                return i;
            }
        }

        throw NoColumn(parameter, Columns);
    }

    /// <summary>An error in a parameter that names a column.</summary>
    public static ApiException NoColumn(string parameter, IReadOnlyList<TableColumn> columns) => Requests.Bad(parameter, $"it names a column; there are {string.Join(", ", columns.Select(c => c.Name))}");
}
