using CdcLake.Connectors;
using CdcLake.Iceberg.Catalogs;

namespace CdcLake.Iceberg.Transactions;

/// <summary>A sink's part of a commit in an Iceberg catalog.</summary>
internal interface ITablePart : IPreparedCommit
{
    /// <summary>The prepared change, or null when the table already says everything.</summary>
    PreparedTable? Table { get; }

    /// <summary>Called once, when <see cref="Table"/> is visible (or there was none).</summary>
    /// <returns>The commit; null when there was none.</returns>
    SinkCommit? Published();
}

/// <summary>
/// Publishes the tables of one catalog: in one act where the catalog can, else one after the other in the order given. One object for each catalog object, so
/// that sinks of the same catalog meet in it. Safe for concurrent use by different pipelines.
/// </summary>
internal sealed class CatalogCommitGroup : ICommitGroup
{
    /// <param name="catalog">Where the tables are.</param>
    public CatalogCommitGroup(ICatalog catalog) => (Whole, Catalog) = (catalog, new BranchCatalog(catalog));

    /// <summary>The catalog as it was given, for which a table is all of its branches.</summary>
    public ICatalog Whole { get; }

    /// <summary>The same, which knows tables by branch too.</summary>
    public ICatalog Catalog { get; }

    public string Name => Catalog.Name;

    public bool IsAtomic => Catalog.CommitsTogether;

    public async Task<IReadOnlyList<SinkCommit?>> PublishAsync(IReadOnlyList<IPreparedCommit> parts, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested(); // the last moment: once the catalog is asked, the answer is waited for
        var mine = parts.Cast<ITablePart>().ToList();
        var tables = mine.Select(p => p.Table).OfType<PreparedTable>().ToList();
        foreach (var act in IsAtomic ? Acts(tables) : tables.Chunk(1))
        {
            await TablePublisher.PublishAsync(Catalog, act).ConfigureAwait(false);
        }

        return [.. mine.Select(p => p.Published())];
    }

    // One, but where there are several branches of a table: a catalog takes one change of a table at a time.
    private static IEnumerable<PreparedTable[]> Acts(IEnumerable<PreparedTable> tables) => tables
        .GroupBy(t => t.Identifier with { Branch = null })
        .SelectMany(branches => branches.Select((table, turn) => (Table: table, Turn: turn)))
        .GroupBy(t => t.Turn, t => t.Table)
        .OrderBy(turn => turn.Key)
        .Select(turn => turn.ToArray());
}
