using System.Globalization;
using CdcLake.Common;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Transactions;

/// <summary>
/// Makes a snapshot out of file changes: writes manifests and manifest list, then has the catalog replace the table's version. Either all of it becomes
/// visible or nothing. Iceberg specification, "Commit Conflict Resolution and Retry". Not thread-safe.
/// </summary>
internal sealed class TableCommitter
{
    private const int MaxRebases = 10;
    private readonly IIcebergCatalog _catalog;
    private readonly TimeProvider _clock;

    public TableCommitter(IIcebergCatalog catalog, TimeProvider clock)
    {
        _catalog = catalog;
        _clock = clock;
    }

    /// <summary>Commits on top of <paramref name="current"/> and returns the new version.</summary>
    /// <param name="current">What the changes were made from.</param>
    /// <param name="changes">Files that come and go.</param>
    /// <param name="marker">Who commits what.</param>
    /// <param name="written">The new data and delete files; they are removed when the commit certainly failed.</param>
    /// <param name="cancellationToken">Honoured until the catalog is asked.</param>
    /// <exception cref="CommitConflictException">Another writer changed rows or schema meanwhile. Nothing was committed.</exception>
    public async Task<TableVersion> CommitAsync(
        TableVersion current, FileChanges changes, CommitMarker marker, WrittenFiles written, CancellationToken cancellationToken)
    {
        var snapshotId = current.Table.Metadata.UnusedSnapshotId();
        for (var attempt = 1; ; attempt++)
        {
            var own = new WrittenFiles(current.Table.Files);
            var next = await PrepareAsync(current, changes, marker, snapshotId, attempt, own, written, cancellationToken).ConfigureAwait(false);
            var (committed, now) = await TryCommitAsync(current.Table, next.Metadata, snapshotId, own, written).ConfigureAwait(false);
            if (committed)
            {
                return new TableVersion(now!, next.Files);
            }

            await own.DeleteAllAsync().ConfigureAwait(false);
            var conflict = Conflict(current.Table.Metadata, now?.Metadata);
            if (conflict is not null || attempt == MaxRebases)
            {
                await written.DeleteAllAsync().ConfigureAwait(false);
                throw new CommitConflictException(
                    $"Table {current.Table.Identifier} in {_catalog.Name} was changed by another writer while a commit was being made: "
                    + $"{conflict ?? "its metadata changes all the time"}. Nothing was committed. "
                    + "Opening the table again continues from its current state; make sure that only one instance of a pipeline runs.")
                {
                    IsTransient = now is not null,
                };
            }

            current = current with { Table = now! };
        }
    }

    /// <summary>
    /// Asks the catalog. When it does not answer clearly, or answers that somebody was faster, the table itself is asked whether our snapshot is in it.
    /// </summary>
    private async Task<(bool Committed, CatalogTable? Now)> TryCommitAsync(
        CatalogTable current, TableMetadata next, long snapshotId, WrittenFiles own, WrittenFiles written)
    {
        // From here on an error leaves it open whether the commit takes effect, and the files stay.
        var manifests = own.Detach();
        var data = written.Detach();
        CatalogTable? reloaded;
        try
        {
            if (await _catalog.TryCommitAsync(current, next, CancellationToken.None).ConfigureAwait(false) is { } committed)
            {
                return (true, committed);
            }

            reloaded = await _catalog.LoadAsync(current.Identifier, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ObjectStoreException)
        {
            reloaded = await _catalog.LoadAsync(current.Identifier, CancellationToken.None).ConfigureAwait(false);
            if (reloaded?.Metadata.FindSnapshot(snapshotId) is null)
            {
                throw;
            }
        }

        if (reloaded?.Metadata.FindSnapshot(snapshotId) is not null)
        {
            return (true, reloaded);
        }

        own.Attach(manifests);
        written.Attach(data);
        return (false, reloaded);
    }

    /// <summary>Why the changes cannot be put on top of what another writer made of the table; null when they can.</summary>
    private static string? Conflict(TableMetadata mine, TableMetadata? theirs) => theirs switch
    {
        null => "it was dropped",
        _ when theirs.TableUuid != mine.TableUuid => "it was dropped and created again",
        _ when theirs.CurrentSnapshotId != mine.CurrentSnapshotId => $"snapshot {theirs.CurrentSnapshotId} was committed or restored",
        _ when theirs.CurrentSchemaId != mine.CurrentSchemaId => "its schema was altered",
        _ when theirs.DefaultSpecId != mine.DefaultSpecId => "its partitioning was altered",
        _ when theirs.FormatVersion != mine.FormatVersion => "its format version was raised",
        _ => null,
    };

    private async Task<(TableMetadata Metadata, TableFiles Files)> PrepareAsync(
        TableVersion current, FileChanges changes, CommitMarker marker, long snapshotId, int attempt, WrittenFiles own, WrittenFiles written,
        CancellationToken cancellationToken)
    {
        try
        {
            var table = current.Table.Metadata;
            var sequence = table.LastSequenceNumber + 1;
            var names = new AttemptNames(current.Table, snapshotId, attempt);
            var data = ManifestPlan.Of(Of(current, ManifestContent.Data), changes.AddedData, changes.RemovedData, snapshotId, sequence);
            var deletes = ManifestPlan.Of(Of(current, ManifestContent.Deletes), changes.AddedDeletes, changes.RemovedDeletes, snapshotId, sequence);
            var manifests = new List<ManifestContents>();
            foreach (var (plan, content) in new[] { (data, ManifestContent.Data), (deletes, ManifestContent.Deletes) })
            {
                foreach (var entries in plan.Entries.Chunk(ManifestPlan.FullEntries))
                {
                    manifests.Add(await WriteAsync(current.Table, entries, content, snapshotId, sequence, names, own, cancellationToken).ConfigureAwait(false));
                }

                manifests.AddRange(plan.Kept);
            }

            var list = names.ManifestList;
            own.Add(list);
            var bytes = ManifestList.Write(snapshotId, table.CurrentSnapshotId, sequence, manifests.Select(m => m.Manifest));
            await current.Table.Files.PutAsync(list, bytes, cancellationToken).ConfigureAwait(false);

            var after = new TableFiles([.. manifests.Where(m => m.Live.Count > 0)]);
            var now = Math.Max(_clock.GetUtcNow().ToUnixTimeMilliseconds(), table.LastUpdatedMs + 1);
            var snapshot = new Snapshot(
                snapshotId, table.CurrentSnapshotId, sequence, now, current.Table.Files.UriOf(list),
                SnapshotSummary.Of(changes, after, marker.ToSummary()), table.CurrentSchemaId);
            return (marker.ApplyTo(WithSnapshot(table, snapshot)), after);
        }
        catch
        {
            await own.DeleteAllAsync().ConfigureAwait(false);
            await written.DeleteAllAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static List<ManifestContents> Of(TableVersion version, ManifestContent content) =>
        [.. version.Files.Manifests.Where(m => m.Manifest.Content == content)];

    private static async Task<ManifestContents> WriteAsync(
        CatalogTable table, ManifestEntry[] entries, ManifestContent content, long snapshotId, long sequence, AttemptNames names, WrittenFiles written,
        CancellationToken cancellationToken)
    {
        var name = names.NextManifest();
        written.Add(name);
        var bytes = ManifestWriter.Write(table.Metadata.Schema, table.Metadata.DefaultSpecId, content, entries);
        await table.Files.PutAsync(name, bytes, cancellationToken).ConfigureAwait(false);
        var live = entries.Where(e => e.Status != EntryStatus.Deleted).ToList();
        return new ManifestContents(
            new ManifestFile
            {
                Path = table.Files.UriOf(name),
                Length = bytes.Length,
                PartitionSpecId = table.Metadata.DefaultSpecId,
                Content = content,
                SequenceNumber = sequence,
                MinSequenceNumber = live.Count == 0 ? sequence : live.Min(e => e.Sequence),
                AddedSnapshotId = snapshotId,
                AddedFiles = entries.Count(e => e.Status == EntryStatus.Added),
                ExistingFiles = entries.Count(e => e.Status == EntryStatus.Existing),
                DeletedFiles = entries.Count(e => e.Status == EntryStatus.Deleted),
                AddedRows = entries.Where(e => e.Status == EntryStatus.Added).Sum(e => e.File.RecordCount),
                ExistingRows = entries.Where(e => e.Status == EntryStatus.Existing).Sum(e => e.File.RecordCount),
                DeletedRows = entries.Where(e => e.Status == EntryStatus.Deleted).Sum(e => e.File.RecordCount),
            },
            live);
    }

    private static TableMetadata WithSnapshot(TableMetadata table, Snapshot snapshot)
    {
        var main = table.Refs.FirstOrDefault(r => r.Name == TableMetadata.MainBranch);
        return table with
        {
            LastSequenceNumber = snapshot.SequenceNumber,
            LastUpdatedMs = snapshot.TimestampMs,
            CurrentSnapshotId = snapshot.SnapshotId,
            Snapshots = table.Snapshots.Add(snapshot),
            SnapshotLog = table.SnapshotLog.Add(new SnapshotLogEntry(snapshot.TimestampMs, snapshot.SnapshotId)),
            Refs = main is null
                ? table.Refs.Add(SnapshotRef.Branch(TableMetadata.MainBranch, snapshot.SnapshotId))
                : table.Refs.Replace(main, main with { SnapshotId = snapshot.SnapshotId }),
        };
    }

    /// <summary>Names of the files of one attempt, as Iceberg Java gives them.</summary>
    private sealed class AttemptNames(CatalogTable table, long snapshotId, int attempt)
    {
        private readonly string _folder = table.Files.NameOf(table.Metadata.Location) + "/metadata/";
        private readonly string _uuid = RandomIds.Uuid();
        private int _manifests;

        public string ManifestList => string.Create(CultureInfo.InvariantCulture, $"{_folder}snap-{snapshotId}-{attempt}-{_uuid}.avro");

        public string NextManifest() => string.Create(CultureInfo.InvariantCulture, $"{_folder}{_uuid}-m{_manifests++}.avro");
    }
}
