using System.Collections.Immutable;
using CdcLake.Common;

namespace CdcLake.Iceberg.Spec;

/// <summary>
/// One version of a table: what <c>vN.metadata.json</c> says. Immutable; a commit makes the next version from it. Members that we do not interpret are kept as
/// JSON and written back. Iceberg specification, "Table Metadata".
/// </summary>
internal sealed record TableMetadata
{
    /// <summary>The format of a table for which nobody asked for another.</summary>
    public const int DefaultFormatVersion = 2;

    /// <summary>The newest format that is written.</summary>
    public const int NewestFormatVersion = 3;

    /// <summary>The format from which on rows have ids, and deletion vectors take the place of position delete files.</summary>
    public const int RowLineageVersion = 3;

    /// <summary>Name of the branch that readers see unless they ask for another.</summary>
    public const string MainBranch = "main";

    /// <summary>A table that does not exist yet: what the updates of its creation are applied to.</summary>
    public static TableMetadata Nothing { get; } = new() { FormatVersion = DefaultFormatVersion, TableUuid = "", Location = "", PartitionSpecs = [], SortOrders = [] };

    public required int FormatVersion { get; init; }

    /// <summary>True for a format in which rows have ids; see <see cref="NextRowId"/>.</summary>
    public bool HasRowLineage => FormatVersion >= RowLineageVersion;

    /// <summary>Id of the next row that is added (format 3): above those of all rows that ever were in the table. 0 before that format.</summary>
    public long NextRowId { get; init; }

    /// <summary>Lower-case UUID of the table, the same for its whole life.</summary>
    public required string TableUuid { get; init; }

    /// <summary>Absolute URI of the table's folder, without trailing slash.</summary>
    public required string Location { get; init; }

    /// <summary>Highest sequence number given to any snapshot; 0 for a new table.</summary>
    public long LastSequenceNumber { get; init; }

    /// <summary>Milliseconds since the Unix epoch; never decreases.</summary>
    public long LastUpdatedMs { get; init; }

    /// <summary>Highest field id ever given; never decreases.</summary>
    public int LastColumnId { get; init; }

    public ImmutableArray<IcebergSchema> Schemas { get; init; } = [];

    public int CurrentSchemaId { get; init; }

    public ImmutableArray<PartitionSpec> PartitionSpecs { get; init; } = [PartitionSpec.Unpartitioned];

    public int DefaultSpecId { get; init; }

    public int LastPartitionId { get; init; } = PartitionSpec.LastIdWithoutFields;

    public ImmutableArray<SortOrder> SortOrders { get; init; } = [SortOrder.Unsorted];

    public int DefaultSortOrderId { get; init; }

    public ImmutableSortedDictionary<string, string> Properties { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Snapshot that readers of the main branch see; null for a table without any.</summary>
    public long? CurrentSnapshotId { get; init; }

    /// <summary>All snapshots that are kept, in the order of the file.</summary>
    public ImmutableArray<Snapshot> Snapshots { get; init; } = [];

    /// <summary>Branches and tags other than <see cref="CurrentSnapshotId"/> says, with their retention.</summary>
    public ImmutableArray<SnapshotRef> Refs { get; init; } = [];

    /// <summary>When which snapshot became current, oldest first.</summary>
    public ImmutableArray<SnapshotLogEntry> SnapshotLog { get; init; } = [];

    /// <summary>Former versions of this file, oldest first.</summary>
    public ImmutableArray<MetadataLogEntry> MetadataLog { get; init; } = [];

    /// <summary>Statistics of snapshots, in Puffin files.</summary>
    public ImmutableArray<SnapshotStatistics> Statistics { get; init; } = [];

    /// <summary>Statistics of partitions of snapshots.</summary>
    public ImmutableArray<SnapshotStatistics> PartitionStatistics { get; init; } = [];

    /// <summary>Members we do not interpret: name and JSON.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Unknown { get; init; } = [];

    /// <summary>Schema of the current version.</summary>
    public IcebergSchema Schema => Schemas.First(s => s.SchemaId == CurrentSchemaId);

    /// <summary>Spec of new files.</summary>
    public PartitionSpec DefaultSpec => PartitionSpecs.First(s => s.SpecId == DefaultSpecId);

    /// <summary>The current snapshot, or null.</summary>
    public Snapshot? CurrentSnapshot => CurrentSnapshotId is { } id ? FindSnapshot(id) : null;

    /// <summary>A branch or tag, or null.</summary>
    public SnapshotRef? FindRef(string name) => Refs.FirstOrDefault(r => r.Name == name);

    /// <summary>The snapshot that a branch or tag points at, or null when there is no such one. The main branch may be told by <see cref="CurrentSnapshotId"/> alone.</summary>
    public long? SnapshotOf(string name) => name == MainBranch ? CurrentSnapshotId : FindRef(name)?.SnapshotId;

    /// <summary>The version that the updates make of this one. Its metadata log is the catalog's to fill in.</summary>
    /// <param name="updates">Applied in this order.</param>
    /// <param name="nowMs">Time of the commit, milliseconds since the Unix epoch.</param>
    /// <exception cref="UpdateRejectedException">An update does not fit.</exception>
    public TableMetadata Apply(IEnumerable<TableUpdate> updates, long nowMs)
    {
        var updater = new MetadataUpdater(this);
        foreach (var update in updates)
        {
            update.ApplyTo(updater);
        }

        return updater.Finish(nowMs);
    }

    /// <summary>A random id that no snapshot of this table has.</summary>
    public long UnusedSnapshotId()
    {
        while (true)
        {
            var id = RandomIds.PositiveInt64();
            if (FindSnapshot(id) is null)
            {
                return id;
            }
        }
    }

    public Snapshot? FindSnapshot(long id)
    {
        // Newest last: what is asked for is mostly at the end.
        for (var i = Snapshots.Length - 1; i >= 0; i--)
        {
            if (Snapshots[i].SnapshotId == id)
            {
                return Snapshots[i];
            }
        }

        return null;
    }

    /// <summary>The current snapshot, its parent, and so on, as far as they are kept.</summary>
    public IEnumerable<Snapshot> Ancestors() => CurrentSnapshotId is { } current ? AncestorsOf(current) : [];

    /// <summary>A snapshot, its parent, and so on, as far as they are kept.</summary>
    public IEnumerable<Snapshot> AncestorsOf(long snapshotId)
    {
        var byId = new Dictionary<long, Snapshot>();
        foreach (var snapshot in Snapshots)
        {
            byId[snapshot.SnapshotId] = snapshot;
        }

        for (var id = (long?)snapshotId; id is { } current && byId.Remove(current, out var snapshot); id = snapshot.ParentId)
        {
            yield return snapshot;
        }
    }
}
