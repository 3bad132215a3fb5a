using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Catalogs;

/// <summary>
/// Knows which metadata file is the current version of each table, and takes changes of tables: requirements and updates, never finished metadata.
/// Safe for concurrent use by any number of callers, here and in other processes.
/// </summary>
internal interface ICatalog
{
    /// <summary>For messages: <c>warehouse /data/lake</c>.</summary>
    string Name { get; }

    /// <summary>True when <see cref="CommitAsync"/> takes several tables and makes all of their changes visible in one act, or none.</summary>
    bool CommitsTogether { get; }

    /// <summary>Asks before anything is written whether commits are possible at all, where that is not certain: of a store, whether it refuses a second writer of a name.</summary>
    /// <exception cref="CdcLakeException">They are not.</exception>
    Task CheckAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The current version of a table, or null when there is no such table.</summary>
    /// <exception cref="CatalogException">Its metadata is damaged, not readable, or of an unknown format.</exception>
    Task<CatalogTable?> LoadAsync(TableIdentifier table, CancellationToken cancellationToken);

    /// <summary>Creates a table without snapshots. Null: there is one of that name.</summary>
    Task<CatalogTable?> CreateAsync(TableIdentifier table, TableCreation creation, CancellationToken cancellationToken);

    /// <summary>
    /// Makes changes visible. Each commit is applied to its table as it is at that moment, if its requirements hold there. A catalog that does not
    /// commit together takes one commit at a time.
    /// </summary>
    /// <returns>What became of it. An exception means that nothing was committed and nothing will be.</returns>
    /// <exception cref="CdcLakeException">The catalog could not be asked, or a table in it is damaged.</exception>
    Task<CommitOutcome> CommitAsync(IReadOnlyList<TableCommit> commits, CancellationToken cancellationToken);
}
