using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Transactions;

/// <summary>A catalog that knows tables by branch too: what is loaded of a branch looks like a table of its own, and what is committed to it changes the branch. See <see cref="BranchView"/>.</summary>
/// <param name="whole">The catalog, for which a table is all of its branches.</param>
internal sealed class BranchCatalog(ICatalog whole) : ICatalog
{
    public string Name => whole.Name;

    public bool CommitsTogether => whole.CommitsTogether;

    public Task CheckAsync(CancellationToken cancellationToken) => whole.CheckAsync(cancellationToken);

    public async Task<CatalogTable?> LoadAsync(TableIdentifier table, CancellationToken cancellationToken) =>
        Viewed(await whole.LoadAsync(table with { Branch = null }, cancellationToken).ConfigureAwait(false), table);

    public async Task<CatalogTable?> CreateAsync(TableIdentifier table, TableCreation creation, CancellationToken cancellationToken) =>
        Viewed(await whole.CreateAsync(table with { Branch = null }, table.Branch is { } branch ? new BranchView(branch).Real(creation) : creation, cancellationToken).ConfigureAwait(false), table);

    public async Task<CommitOutcome> CommitAsync(IReadOnlyList<TableCommit> commits, CancellationToken cancellationToken)
    {
        var outcome = await whole.CommitAsync([.. commits.Select(c => c.Identifier.Branch is { } branch ? new BranchView(branch).Real(c) : c)], cancellationToken).ConfigureAwait(false);
        return outcome switch
        {
            CommitOutcome.Committed committed => new CommitOutcome.Committed([.. committed.Tables.Zip(commits, (t, c) => Viewed(t, c.Identifier)!)]),
            CommitOutcome.Conflict conflict => conflict with { Table = commits.FirstOrDefault(c => c.Identifier with { Branch = null } == conflict.Table)?.Identifier ?? conflict.Table },
            _ => outcome,
        };
    }

    private static CatalogTable? Viewed(CatalogTable? table, TableIdentifier asked) => table is not null && asked.Branch is { } branch ? new BranchView(branch).Of(table) : table;
}
