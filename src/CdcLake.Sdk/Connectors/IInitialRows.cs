using CdcLake.Columnar;

namespace CdcLake.Connectors;

/// <summary>Replicas of a source's tables, from which a new pipeline takes its first rows in place of the source's own. Thread-safe.</summary>
internal interface IInitialRows
{
    /// <summary>For messages: <c>the Iceberg tables raw.*</c>.</summary>
    string Name { get; }

    /// <summary>Finds the newest position at which there is a whole replica of every table.</summary>
    /// <param name="tables">What is read of them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CatalogException">A table has no replica, one of which no position is known, or there is no position that all of them have.</exception>
    /// <exception cref="SchemaMismatchException">A replica has not the columns of its table, or not all of its rows.</exception>
    Task<IInitialTables> OpenAsync(IReadOnlyList<TableCapture> tables, CancellationToken cancellationToken);
}

/// <summary>The rows of all tables at one position, which stand still until they are released.</summary>
internal interface IInitialTables
{
    /// <summary>Properties of the position.</summary>
    IReadOnlyDictionary<string, string> Position { get; }

    /// <summary>When it was committed.</summary>
    DateTimeOffset Time { get; }

    /// <summary>About how many rows a table has; null where that is not known.</summary>
    long? EstimatedRows(int table);

    /// <summary>The rows are not needed any more: what kept them is given up. Read nothing afterwards.</summary>
    /// <returns>For people: what was left behind where that failed, and why; null when nothing was.</returns>
    Task<string?> ReleaseAsync();

    /// <summary>All rows of a table in the columns of its capture, in no particular order. Each batch belongs to the caller.</summary>
    /// <exception cref="CdcLakeException">Transient where the rows were removed while they were read: open again.</exception>
    IAsyncEnumerable<ChangeBatch> ReadAsync(int table, CancellationToken cancellationToken);
}
