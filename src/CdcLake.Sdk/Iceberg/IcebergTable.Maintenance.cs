using CdcLake.Iceberg.Operations;

namespace CdcLake;

/// <content>Looking after a table, whoever writes to it.</content>
public sealed partial class IcebergTable
{
    private static readonly TimeSpan LeastOrphanAge = TimeSpan.FromDays(1);
    private static readonly TimeSpan DefaultOrphanAge = TimeSpan.FromDays(3);

    internal NamedTable Named => new(_catalog.Open(), _identifier, TimeProvider.System);

    /// <summary>
    /// Does what a table needs now and then: compacts files that make reading slow, brings small manifests together, and removes expired snapshots with their files, all by
    /// the table's own properties. Sinks of this library look after their tables by themselves; this is for tables of others. Writers go on meanwhile.
    /// </summary>
    /// <param name="cancellationToken">Ends it; what was committed by then stays.</param>
    /// <exception cref="CatalogException">There is no such table, or it is damaged.</exception>
    /// <exception cref="CommitConflictException">Other writers touched the same files again and again.</exception>
    public async Task<IcebergMaintenance> MaintainAsync(CancellationToken cancellationToken = default)
    {
        var compacted = await CompactAsync(cancellationToken).ConfigureAwait(false);
        var manifests = await RewriteManifestsAsync(cancellationToken).ConfigureAwait(false);
        var expired = await ExpireSnapshotsAsync(null, cancellationToken).ConfigureAwait(false);
        return compacted with { ManifestsMerged = manifests.ManifestsMerged, SnapshotsExpired = expired.SnapshotsExpired, FilesRemoved = expired.FilesRemoved };
    }

    /// <summary>Rewrites data files that are small or have many deleted rows, as Iceberg's <c>rewrite_data_files</c> does.</summary>
    /// <inheritdoc cref="MaintainAsync"/>
    public async Task<IcebergMaintenance> CompactAsync(CancellationToken cancellationToken = default)
    {
        var (files, rows) = await new TableCompaction(Named).RunAsync(cancellationToken).ConfigureAwait(false);
        return new IcebergMaintenance { FilesCompacted = files, RowsRewritten = rows };
    }

    /// <summary>Brings small manifests together, as Iceberg's <c>rewrite_manifests</c> does.</summary>
    /// <inheritdoc cref="MaintainAsync"/>
    public async Task<IcebergMaintenance> RewriteManifestsAsync(CancellationToken cancellationToken = default) =>
        new() { ManifestsMerged = await new ManifestRewriting(Named).RunAsync(cancellationToken).ConfigureAwait(false) };

    /// <summary>
    /// Removes snapshots that have expired, and the files that no other one has, as Iceberg's <c>expire_snapshots</c> does. Tags, branches and the snapshot with a
    /// pipeline's position stay, and so do those that were current until a quarter of an hour ago (<c>cdclake.expire.keep-files-ms</c>).
    /// </summary>
    /// <param name="olderThan">Snapshots of before this time go, beyond <c>history.expire.min-snapshots-to-keep</c>; null for <c>history.expire.max-snapshot-age-ms</c>.</param>
    /// <param name="cancellationToken">Ends it; files of snapshots that are gone are left to orphan removal then.</param>
    /// <exception cref="CatalogException">There is no such table, it is damaged, or <c>gc.enabled</c> is false.</exception>
    public async Task<IcebergMaintenance> ExpireSnapshotsAsync(DateTimeOffset? olderThan = null, CancellationToken cancellationToken = default)
    {
        var (snapshots, files) = await new SnapshotExpiration(Named).RunAsync(olderThan, cancellationToken).ConfigureAwait(false);
        return new IcebergMaintenance { SnapshotsExpired = snapshots, FilesRemoved = files };
    }

    /// <summary>
    /// Finds files below the table's folders that it does not refer to, as processes leave behind that were killed, and removes them when asked to. Nothing else may keep files
    /// there, such as another table.
    /// </summary>
    /// <param name="olderThan">Age of files from which on they count, at least a day: younger ones may belong to a commit on its way. Null for three days.</param>
    /// <param name="dryRun">Only say which; true unless given.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>URIs of the files.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Less than a day.</exception>
    /// <exception cref="CatalogException">There is no such table, it is damaged, or <c>gc.enabled</c> is false.</exception>
    public Task<IReadOnlyList<string>> RemoveOrphanFilesAsync(TimeSpan? olderThan = null, bool dryRun = true, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(olderThan ?? DefaultOrphanAge, LeastOrphanAge, nameof(olderThan));
        return new OrphanRemoval(Named).RunAsync(olderThan ?? DefaultOrphanAge, dryRun, cancellationToken);
    }
}
