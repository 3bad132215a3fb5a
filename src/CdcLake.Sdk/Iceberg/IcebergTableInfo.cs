using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake;

/// <summary>What is known of an <see cref="IcebergTable"/> at the moment it was loaded; its files can be listed for any snapshot that has not expired. Immutable and thread-safe.</summary>
public sealed class IcebergTableInfo
{
    private readonly IcebergTableReader _reader;

    internal IcebergTableInfo(IcebergTableReader reader)
    {
        _reader = reader;
        var table = reader.Metadata;
        Snapshots = [.. table.Snapshots.OrderBy(s => s.SequenceNumber).ThenBy(s => s.TimestampMs).Select(s => new IcebergSnapshot(
            s.SnapshotId, s.ParentId, s.SequenceNumber, DateTimeOffset.FromUnixTimeMilliseconds(s.TimestampMs), s["operation"] ?? "", s.Summary))];
        History = [.. table.SnapshotLog.Select(e => (DateTimeOffset.FromUnixTimeMilliseconds(e.TimestampMs), e.SnapshotId))];
        Refs = [.. MainOf(table), .. table.Refs.Where(r => r.Name != TableMetadata.MainBranch).Select(r => new IcebergRef(r.Name, r.SnapshotId, r.IsBranch))];
        Columns = [.. table.Schema.Fields.Select(f => (f.Name, f.Type.Text, f.Required))];
    }

    /// <summary>1, 2 or 3.</summary>
    public int FormatVersion => _reader.Metadata.FormatVersion;

    /// <summary>Absolute URI of the table's folder.</summary>
    public string Location => _reader.Metadata.Location;

    /// <summary>Identity of the table, which it keeps for its whole life; empty in old tables of format version 1.</summary>
    public string Uuid => _reader.Metadata.TableUuid;

    /// <summary>Names, types as Iceberg spells them (structs, lists and maps as its JSON), and whether null is impossible; in order.</summary>
    public IReadOnlyList<(string Name, string Type, bool Required)> Columns { get; }

    /// <summary>Table properties, among them those by which engines write.</summary>
    public IReadOnlyDictionary<string, string> Properties => _reader.Metadata.Properties;

    /// <summary>The snapshot that readers of the main branch see; null when the table has none.</summary>
    public long? CurrentSnapshotId => _reader.Metadata.CurrentSnapshotId;

    /// <summary>All that have not expired, of every branch, in the order of their commits.</summary>
    public IReadOnlyList<IcebergSnapshot> Snapshots { get; }

    /// <summary>Which snapshot became current when, oldest first; a rollback makes one current again.</summary>
    public IReadOnlyList<(DateTimeOffset At, long SnapshotId)> History { get; }

    /// <summary>Branches and tags, <c>main</c> first.</summary>
    public IReadOnlyList<IcebergRef> Refs { get; }

    /// <summary>Lists the data and delete files that a snapshot consists of.</summary>
    /// <param name="snapshotId">Null: the current one; a table without any has no files.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="CatalogException">There is no such snapshot, or a manifest is damaged.</exception>
    public async Task<IReadOnlyList<IcebergFile>> ListFilesAsync(long? snapshotId = null, CancellationToken cancellationToken = default)
    {
        if (Find(snapshotId) is not { } snapshot)
        {
            return [];
        }

        var files = await TableFiles.ReadAsync(_reader.Table.Files, snapshot, cancellationToken).ConfigureAwait(false);
        return [.. files.Manifests.SelectMany(m => m.Live).Select(FileOf)];
    }

    /// <summary>Lists the manifests of a snapshot.</summary>
    /// <param name="snapshotId">Null: the current one; a table without any has no manifests.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="CatalogException">There is no such snapshot, or its manifest list is damaged.</exception>
    public async Task<IReadOnlyList<IcebergManifest>> ListManifestsAsync(long? snapshotId = null, CancellationToken cancellationToken = default)
    {
        if (Find(snapshotId) is not { } snapshot)
        {
            return [];
        }

        var list = await TableFiles.ReadFileAsync(_reader.Table.Files, snapshot.ManifestList, cancellationToken).ConfigureAwait(false);
        return
        [
            .. ManifestList.Read(list, snapshot.ManifestList).Select(m => new IcebergManifest(
                m.Path, m.Length, m.Content == ManifestContent.Deletes, m.PartitionSpecId, m.SequenceNumber, m.AddedSnapshotId, m.AddedFiles, m.ExistingFiles, m.DeletedFiles)),
        ];
    }

    /// <summary>Sums the files of a snapshot up by partition; an unpartitioned table has one partition without values.</summary>
    /// <param name="snapshotId">Null: the current one; a table without any has no partitions.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="CatalogException">There is no such snapshot, or a manifest is damaged.</exception>
    public async Task<IReadOnlyList<IcebergPartition>> ListPartitionsAsync(long? snapshotId = null, CancellationToken cancellationToken = default) =>
    [
        .. (await ListFilesAsync(snapshotId, cancellationToken).ConfigureAwait(false)).GroupBy(f => (f.SpecId, string.Join('/', f.Partition.Select(p => $"{p.Key}={p.Value}")))).Select(g => new IcebergPartition(
            g.Key.SpecId,
            g.First().Partition,
            g.Count(f => f.Content == "data"),
            g.Where(f => f.Content == "data").Sum(f => f.RecordCount),
            g.Where(f => f.Content == "data").Sum(f => f.FileSizeBytes),
            g.Count(f => f.Content != "data"))),
    ];

    private static IEnumerable<IcebergRef> MainOf(TableMetadata table) =>
        table.CurrentSnapshotId is { } current ? [new IcebergRef(TableMetadata.MainBranch, current, IsBranch: true)] : [];

    private Snapshot? Find(long? id) => id is { } wanted ? _reader.Metadata.FindSnapshot(wanted) ?? throw _reader.NoSuch($"snapshot {wanted}") : _reader.Current;

    private IcebergFile FileOf(ManifestEntry entry)
    {
        var file = entry.File;
        return new IcebergFile(file.Path)
        {
            Content = file.Content switch
            {
                FileContent.Data => "data",
                FileContent.EqualityDeletes => "equality deletes",
                _ when file.IsDeletionVector => "deletion vector",
                _ => "position deletes",
            },
            Format = file.Format.ToLowerInvariant(),
            SpecId = file.SpecId ?? 0,
            Partition = PartitionCells.Of(file, _reader.Metadata),
            RecordCount = file.RecordCount,
            FileSizeBytes = file.FileSize,
            SequenceNumber = entry.Sequence,
            ReferencedDataFile = file.ReferencedDataFile,
        };
    }
}
