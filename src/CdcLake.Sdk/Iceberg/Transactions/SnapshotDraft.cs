using System.Globalization;
using CdcLake.Avro;
using CdcLake.Common;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Transactions;

/// <summary>A snapshot whose manifests and manifest list are written. Iceberg specification, "Commit Conflict Resolution and Retry". Immutable.</summary>
/// <param name="Snapshot">What the table's metadata will say of it.</param>
/// <param name="After">The live files with it.</param>
internal sealed record SnapshotDraft(Snapshot Snapshot, TableFiles After)
{
    /// <param name="version">What the change was made from.</param>
    /// <param name="change">The change.</param>
    /// <param name="snapshotId">The new snapshot's id.</param>
    /// <param name="attempt">Counts from 1.</param>
    /// <param name="written">Gets the name of each file before it is written.</param>
    /// <param name="clock">Time of the snapshot.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public static async Task<SnapshotDraft> WriteAsync(
        TableVersion version, SnapshotChange change, long snapshotId, int attempt, WrittenFiles written, TimeProvider clock, CancellationToken cancellationToken)
    {
        var table = version.Table.Metadata;
        var sequence = table.LastSequenceNumber + 1;
        var schema = change.Schemas.Count > 0 ? change.Schemas[^1] : table.Schema;
        var settings = ManifestSettings.Of(table.Properties, $"Table {version.Table.Identifier}");
        var output = new ManifestOutput(version.Table, schema, settings.Codec, snapshotId, attempt, sequence, written);
        var data = ManifestPlan.Of(version.Files, ManifestContent.Data, change.AddedData, change.RemovedData, table.DefaultSpecId, settings, snapshotId, sequence, change.MergesManifests, change.DataSequenceNumber);
        var deletes = ManifestPlan.Of(version.Files, ManifestContent.Deletes, change.AddedDeletes, change.RemovedDeletes, table.DefaultSpecId, settings, snapshotId, sequence, change.MergesManifests);
        var manifests = new List<ManifestContents>();
        var fresh = new List<ManifestContents>();
        var rowIds = new RowIdAssignment(table);
        foreach (var (plan, content) in new[] { (data, ManifestContent.Data), (deletes, ManifestContent.Deletes) })
        {
            foreach (var entries in plan.Written)
            {
                fresh.Add(rowIds.Assign(output.Add(entries, content)));
                manifests.Add(fresh[^1]);
            }

            foreach (var kept in plan.Kept)
            {
                manifests.Add(rowIds.Assign(kept));
                if (manifests[^1] != kept)
                {
                    fresh.Add(manifests[^1]);
                }
            }
        }

        var list = output.AddList(manifests);
        await output.WriteAsync(cancellationToken).ConfigureAwait(false);
        var after = version.Files.After(manifests, fresh, change.RemovedData.Concat(change.RemovedDeletes));
        var now = Math.Max(clock.GetUtcNow().ToUnixTimeMilliseconds(), table.LastUpdatedMs + 1);
        var summary = SnapshotSummary.Of(change, table, after);
        var snapshot = new Snapshot(snapshotId, table.CurrentSnapshotId, sequence, now, list, summary, schema.SchemaId) { FirstRowId = rowIds.First, AddedRows = rowIds.Count };
        return new SnapshotDraft(snapshot, after);
    }

    /// <summary>The manifests of one attempt, under names as Iceberg Java gives them. None is read before the commit, so all are written at once.</summary>
    private sealed class ManifestOutput(CatalogTable table, IcebergSchema schema, AvroCodec codec, long snapshotId, int attempt, long sequence, WrittenFiles written)
    {
        private readonly string _folder = (table.Metadata.Properties.GetValueOrDefault(TableProperties.MetadataPath)?.TrimEnd('/') ?? table.Metadata.Location + "/metadata") + "/";
        private readonly string _uuid = RandomIds.Uuid();
        private readonly List<(string Uri, byte[] Bytes)> _files = [];

        public ManifestContents Add(IReadOnlyList<ManifestEntry> entries, ManifestContent content)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{_folder}{_uuid}-m{_files.Count}.avro");
            var bytes = ManifestWriter.Write(table.Metadata.FormatVersion, codec, schema, SpecOf(entries[0].File), content, entries);
            _files.Add((name, bytes));
            return new ManifestContents(Describe(name, bytes.Length, content, entries), [.. entries.Where(e => e.Status != EntryStatus.Deleted)]);
        }

        public string AddList(IEnumerable<ManifestContents> manifests)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{_folder}snap-{snapshotId}-{attempt}-{_uuid}.avro");
            _files.Add((name, ManifestList.Write(table.Metadata.FormatVersion, codec, snapshotId, table.Metadata.CurrentSnapshotId, sequence, manifests.Select(m => m.Manifest))));
            return name;
        }

        /// <summary>Writes all of them; when one fails, the others have ended too.</summary>
        public Task WriteAsync(CancellationToken cancellationToken)
        {
            foreach (var (uri, _) in _files)
            {
                written.Add(uri);
            }

            return Task.WhenAll(_files.Select(f => table.Files.PutAsync(f.Uri, f.Bytes, cancellationToken)));
        }

        private PartitionSpec SpecOf(DataFile file) => table.Metadata.PartitionSpecs.FirstOrDefault(s => s.SpecId == file.SpecId)
            ?? throw new CatalogException($"{file.Path} was written with partition spec {file.SpecId}, which table {table.Identifier} does not have. Its metadata was damaged; roll the table back.");

        private ManifestFile Describe(string path, long length, ManifestContent content, IReadOnlyList<ManifestEntry> entries)
        {
            var (added, existing, deleted) = (Count(EntryStatus.Added), Count(EntryStatus.Existing), Count(EntryStatus.Deleted));
            return new ManifestFile
            {
                Path = path,
                Length = length,
                PartitionSpecId = entries[0].File.SpecId!.Value,
                Partitions = PartitionSummary.Of(entries.Select(e => e.File.Partition)),
                Content = content,
                SequenceNumber = sequence,
                MinSequenceNumber = entries.Where(e => e.Status != EntryStatus.Deleted).Select(e => e.Sequence).DefaultIfEmpty(sequence).Min(),
                AddedSnapshotId = snapshotId,
                AddedFiles = added.Files,
                ExistingFiles = existing.Files,
                DeletedFiles = deleted.Files,
                AddedRows = added.Rows,
                ExistingRows = existing.Rows,
                DeletedRows = deleted.Rows,
            };

            (int Files, long Rows) Count(EntryStatus status) =>
                (entries.Count(e => e.Status == status), entries.Where(e => e.Status == status).Sum(e => e.File.RecordCount));
        }
    }
}
