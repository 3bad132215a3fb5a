using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Transactions;

/// <summary>A commit of an update that may be made again without harm, such as setting properties: tried until the catalog says for certain that it stands.</summary>
internal static class PropertyCommit
{
    private const int MaxAttempts = 5;

    /// <exception cref="CatalogException">There is no such table, or the catalog could not be asked.</exception>
    public static async Task RunAsync(ICatalog catalog, TableIdentifier name, TableUpdate update, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var table = await catalog.LoadAsync(name, cancellationToken).ConfigureAwait(false) ?? throw DirectoryErrors.NoTable(name, catalog.Name);
            var commit = new TableCommit(name, [new TableRequirement.TableUuid(table.Metadata.TableUuid)], [update]);
            switch (await catalog.CommitAsync([commit], cancellationToken).ConfigureAwait(false))
            {
                case CommitOutcome.Committed:
                    return;
                case CommitOutcome.Unknown unknown when attempt == MaxAttempts:
                    throw unknown.Cause;
                case CommitOutcome.Conflict conflict when attempt == MaxAttempts:
                    throw new CommitConflictException($"Table {name} in {catalog.Name} changes all the time ({conflict.Reason}). Nothing was committed; try again.") { IsTransient = true };
            }
        }
    }
}
