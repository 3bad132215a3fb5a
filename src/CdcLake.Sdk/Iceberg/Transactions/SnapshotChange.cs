using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Transactions;

/// <summary>
/// What one producer wants of a table in one commit: a sink new rows, compaction other files for the same rows, schema change another schema. Filled by the
/// producer, then given to <see cref="TableSession.PrepareAsync"/> and not touched again. Not thread-safe.
/// </summary>
internal sealed class SnapshotChange
{
    public List<DataFile> AddedData { get; } = [];

    public List<DataFile> AddedDeletes { get; } = [];

    /// <summary>Live data files that leave the table.</summary>
    public List<DataFile> RemovedData { get; } = [];

    /// <summary>Live delete files that leave the table.</summary>
    public List<DataFile> RemovedDeletes { get; } = [];

    /// <summary>Who commits what; null for a change that moves no position, such as compaction.</summary>
    public CommitMarker? Marker { get; init; }

    /// <summary>True when the rows stay the same (compaction): the snapshot's operation is <c>replace</c>.</summary>
    public bool KeepsRows { get; init; }

    /// <summary>
    /// Data sequence number of <see cref="AddedData"/>; null is the commit's own. Rows that were read at an older snapshot have that one's, so that equality deletes which were
    /// committed meanwhile still hide them.
    /// </summary>
    public long? DataSequenceNumber { get; init; }

    /// <summary>True when all small manifests are brought together, whatever files come and go.</summary>
    public bool MergesManifests { get; init; }

    /// <summary>Schemas that files of the change were written with, and that are not the table's current one, oldest first: the last one becomes current in the same act.</summary>
    public IReadOnlyList<IcebergSchema> Schemas { get; init; } = [];

    /// <summary>Further updates, made in the same act before the snapshot is added: schema, spec, properties.</summary>
    public List<TableUpdate> Updates { get; } = [];

    /// <summary>Further requirements than those that a snapshot always has.</summary>
    public List<TableRequirement> Requirements { get; } = [];

    /// <summary>Run once after the commit, before anybody else prepares one: the producer brings live files and key index up to date. May not fail.</summary>
    public List<Action> WhenCommitted { get; } = [];

    /// <summary>
    /// Makes the change again, from a version that others made meanwhile, as far as <see cref="Over"/> goes. Files that the change added stay usable. Null where that cannot be done: the
    /// commit is then a conflict. What it gives is null when nothing is left to do: the files are then removed, and the producer goes on from that version.
    /// </summary>
    public Func<TableVersion, CancellationToken, Task<SnapshotChange?>>? Remake { get; init; }

    /// <summary>What others may have done for <see cref="Remake"/> to be possible.</summary>
    public ForeignWork Over { get; init; } = ForeignWork.Rearranged;

    public bool HasFiles => AddedData.Count + AddedDeletes.Count + RemovedData.Count + RemovedDeletes.Count > 0;
}
