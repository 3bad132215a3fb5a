using System.Collections.Immutable;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Maintenance;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;

namespace CdcLake.Iceberg.Operations;

/// <summary>
/// Removes the snapshots of a table that have expired by its own retention, and then the files that no other snapshot has. A snapshot that was current until a short
/// time ago is left for later, so that queries end that began on it.
/// </summary>
/// <param name="table">The table.</param>
internal sealed class SnapshotExpiration(NamedTable table)
{
    private const int MostConflicts = 5;

    /// <param name="olderThan">Snapshots from before this time go, beyond those that are kept by number; null for the age that the table says.</param>
    /// <param name="cancellationToken">Ends it; a snapshot that is gone then may leave files for orphan removal.</param>
    /// <returns>Snapshots and files that were removed.</returns>
    /// <exception cref="CatalogException"><c>gc.enabled</c> is false, or there is no such table.</exception>
    public async Task<(int Snapshots, int Files)> RunAsync(DateTimeOffset? olderThan, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var version = await table.LoadAsync(cancellationToken).ConfigureAwait(false);
            var plan = Plan(version.Metadata, olderThan);
            if (plan.Snapshots.IsEmpty && plan.Refs.IsEmpty)
            {
                return (0, 0);
            }

            // Commits meanwhile do not matter: what they would need of an expired snapshot makes the catalog refuse this one.
            var commit = new TableCommit(table.Name, [new TableRequirement.TableUuid(version.Metadata.TableUuid)], [.. plan.ToUpdates()]);
            switch (await table.Catalog.CommitAsync([commit], cancellationToken).ConfigureAwait(false))
            {
                case CommitOutcome.Committed committed:
                    return (plan.Snapshots.Length, await RemoveFilesAsync(committed.Tables[0], plan.Snapshots, cancellationToken).ConfigureAwait(false));
                case CommitOutcome.Unknown unknown:
                    throw new CatalogException($"Whether snapshots of table {table.Name} in {table.Catalog.Name} expired is not known: {unknown.Cause.Message} Run it again.", unknown.Cause) { IsTransient = true };
                case CommitOutcome.Conflict conflict when attempt == MostConflicts:
                    throw new CommitConflictException($"Table {table.Name} in {table.Catalog.Name} is changed by another writer all the time ({conflict.Reason}). No snapshot expired; run it again.") { IsTransient = true };
            }
        }
    }

    private SnapshotExpiry Plan(TableMetadata metadata, DateTimeOffset? olderThan)
    {
        var retention = SnapshotRetention.Of(metadata.Properties)
            ?? throw new CatalogException($"Table {table.Name} in {table.Catalog.Name} has {TableProperties.GcEnabled}=false: its files may belong to others, and none is removed. Set it to true if they do not.");
        var now = table.NowMs;
        var plan = (olderThan is { } time ? retention with { MaxAgeMs = Math.Max(0, now - time.ToUnixTimeMilliseconds()) } : retention).Plan(metadata, now);
        var keep = TableProperties.Number(metadata.Properties, TableProperties.KeepExpiredFiles, ExpiredSnapshots.KeepFilesMs);
        var replaced = metadata.Snapshots.Where(s => s.ParentId is not null).GroupBy(s => s.ParentId!.Value).ToDictionary(g => g.Key, g => g.Max(s => s.TimestampMs));
        return plan with { Snapshots = [.. plan.Snapshots.Where(s => now - replaced.GetValueOrDefault(s.SnapshotId, s.TimestampMs) >= keep)] };
    }

    private static async Task<int> RemoveFilesAsync(CatalogTable table, ImmutableArray<Snapshot> expired, CancellationToken cancellationToken)
    {
        var files = await UnreferencedFiles.FindAsync(table.Files, table.Metadata, expired, cancellationToken).ConfigureAwait(false);
        foreach (var uri in files)
        {
            await table.Files.DeleteAsync(uri, cancellationToken).ConfigureAwait(false);
        }

        return files.Count;
    }
}
