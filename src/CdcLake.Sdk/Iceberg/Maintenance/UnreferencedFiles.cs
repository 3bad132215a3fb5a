using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Maintenance;

/// <summary>
/// The files that no kept snapshot of a table refers to once others have expired. The cost follows the expired snapshots, not the table: a file leaves the table
/// with an entry that says so in the snapshot that removes it, so it is of no use any more when that snapshot is the oldest of the main branch, or expired too.
/// What tags, other branches and snapshots off the main branch hold is spared; only where one of those expires all of the table is looked through.
/// </summary>
internal sealed class UnreferencedFiles
{
    private readonly FileIO _files;
    private readonly TableMetadata _table;
    private readonly HashSet<string> _found = new(StringComparer.Ordinal);
    private readonly HashSet<string> _vectors = new(StringComparer.Ordinal);

    private UnreferencedFiles(FileIO files, TableMetadata table)
    {
        _files = files;
        _table = table;
    }

    /// <summary>URIs of the files, in no particular order. Manifest lists are to be removed last, so that a removal cut short can be done again.</summary>
    /// <param name="files">Where the table's files are.</param>
    /// <param name="table">The table after the expiry.</param>
    /// <param name="expired">Snapshots that expired.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ObjectStoreException">A file that a kept snapshot refers to is missing: nothing is known for certain then.</exception>
    public static async Task<IReadOnlyList<string>> FindAsync(
        FileIO files, TableMetadata table, IReadOnlyCollection<Snapshot> expired, CancellationToken cancellationToken)
    {
        var search = new UnreferencedFiles(files, table);
        await search.RunAsync(expired, cancellationToken).ConfigureAwait(false);
        return [.. search._found];
    }

    private async Task RunAsync(IReadOnlyCollection<Snapshot> expired, CancellationToken cancellationToken)
    {
        var kept = _table.Ancestors().ToList();
        if (kept.Count == 0)
        {
            return;
        }

        var oldest = kept[^1];
        var listed = (await ListAsync(oldest, isKept: true, cancellationToken).ConfigureAwait(false))!;
        await AddRemovedByAsync(oldest, listed, cancellationToken).ConfigureAwait(false);
        var others = expired.ToDictionary(s => s.SnapshotId);
        foreach (var snapshot in Before(oldest, expired))
        {
            var manifests = await ListAsync(snapshot, isKept: false, cancellationToken).ConfigureAwait(false) ?? [];
            await AddRemovedByAsync(snapshot, manifests, cancellationToken).ConfigureAwait(false);
            if (others.Remove(snapshot.SnapshotId))
            {
                _found.UnionWith(manifests.Select(m => m.Path));
                _found.Add(snapshot.ManifestList);
            }
        }

        _found.UnionWith(await EmptiedAsync(listed, cancellationToken).ConfigureAwait(false));
        _found.UnionWith(await HeldByAsync(others.Values, isKept: false, cancellationToken).ConfigureAwait(false));
        _found.ExceptWith(listed.Select(m => m.Path));
        _found.ExceptWith(await HeldByAsync(others.Count > 0 ? _table.Snapshots : _table.Snapshots.Except(kept), isKept: true, cancellationToken).ConfigureAwait(false));
    }

    /// <summary>The snapshots that led to the oldest of the main branch: expired ones, and those that a tag keeps.</summary>
    private IEnumerable<Snapshot> Before(Snapshot oldest, IReadOnlyCollection<Snapshot> expired)
    {
        var byId = expired.Concat(_table.Snapshots).ToDictionary(s => s.SnapshotId);
        for (var id = oldest.ParentId; id is { } parent && byId.Remove(parent, out var snapshot); id = snapshot.ParentId)
        {
            yield return snapshot;
        }
    }

    /// <summary>
    /// Of the Puffin files that deletion vectors were removed from, those without any that stays. One that a kept snapshot has was live in the oldest of them already, or its file is
    /// younger than that.
    /// </summary>
    /// <param name="listed">Manifests of the oldest kept snapshot.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    private async Task<HashSet<string>> EmptiedAsync(List<ManifestFile> listed, CancellationToken cancellationToken)
    {
        foreach (var manifest in listed.Where(m => _vectors.Count > 0 && m.Content == ManifestContent.Deletes))
        {
            var entries = await EntriesAsync(manifest, isKept: true, cancellationToken).ConfigureAwait(false);
            _vectors.ExceptWith(entries.Where(e => e.Status != EntryStatus.Deleted).Select(e => e.File.Path));
        }

        return _vectors;
    }

    /// <summary>Adds the data and delete files that a snapshot removed from the table.</summary>
    private async Task AddRemovedByAsync(Snapshot snapshot, List<ManifestFile> manifests, CancellationToken cancellationToken)
    {
        foreach (var manifest in manifests.Where(m => m.AddedSnapshotId == snapshot.SnapshotId && m.DeletedFiles > 0))
        {
            foreach (var entry in await EntriesAsync(manifest, isKept: false, cancellationToken).ConfigureAwait(false))
            {
                if (entry.Status == EntryStatus.Deleted && entry.SnapshotId == snapshot.SnapshotId)
                {
                    (entry.File.IsDeletionVector ? _vectors : _found).Add(entry.File.Path);
                }
            }
        }
    }

    /// <summary>Everything that snapshots refer to.</summary>
    private async Task<HashSet<string>> HeldByAsync(IEnumerable<Snapshot> snapshots, bool isKept, CancellationToken cancellationToken)
    {
        var held = new HashSet<string>(StringComparer.Ordinal);
        foreach (var snapshot in snapshots)
        {
            held.Add(snapshot.ManifestList);
            foreach (var manifest in await ListAsync(snapshot, isKept, cancellationToken).ConfigureAwait(false) ?? [])
            {
                if (held.Add(manifest.Path))
                {
                    var entries = await EntriesAsync(manifest, isKept, cancellationToken).ConfigureAwait(false);
                    held.UnionWith(entries.Where(e => e.Status != EntryStatus.Deleted).Select(e => e.File.Path));
                }
            }
        }

        return held;
    }

    /// <summary>The manifests of a snapshot; null when the list of an expired one is gone, since an earlier removal came that far.</summary>
    private async Task<List<ManifestFile>?> ListAsync(Snapshot snapshot, bool isKept, CancellationToken cancellationToken) =>
        await ReadAsync(snapshot.ManifestList, isKept, cancellationToken).ConfigureAwait(false) is { } bytes ? ManifestList.Read(bytes, snapshot.ManifestList) : null;

    private async Task<List<ManifestEntry>> EntriesAsync(ManifestFile manifest, bool isKept, CancellationToken cancellationToken) =>
        await ReadAsync(manifest.Path, isKept, cancellationToken).ConfigureAwait(false) is { } bytes ? ManifestReader.Read(bytes, manifest) : [];

    private async Task<byte[]?> ReadAsync(string uri, bool isKept, CancellationToken cancellationToken) =>
        isKept
            ? await TableFiles.ReadFileAsync(_files, uri, cancellationToken).ConfigureAwait(false)
            : await _files.TryReadAsync(uri, cancellationToken).ConfigureAwait(false);
}
