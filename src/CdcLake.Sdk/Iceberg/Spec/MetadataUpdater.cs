using System.Collections.Immutable;

namespace CdcLake.Iceberg.Spec;

/// <summary>A version of a table while updates are applied to it, one after the other. Not thread-safe.</summary>
internal sealed class MetadataUpdater
{
    private readonly TableMetadata _before;
    private long? _snapshotTime;

    /// <param name="before">What the updates start from.</param>
    public MetadataUpdater(TableMetadata before)
    {
        _before = before;
        Table = before;
    }

    /// <summary>The table so far.</summary>
    public TableMetadata Table { get; set; }

    /// <summary>Id of the schema that was added last: what −1 means in <c>set-current-schema</c>.</summary>
    public int? AddedSchemaId { get; set; }

    /// <summary>Id of the partition spec that was added last.</summary>
    public int? AddedSpecId { get; set; }

    /// <summary>Id of the sort order that was added last.</summary>
    public int? AddedSortOrderId { get; set; }

    /// <summary>True once snapshots were removed.</summary>
    public bool RemovesSnapshots { get; set; }

    /// <summary>Appends a snapshot; its time becomes that of the version.</summary>
    public void Add(Snapshot snapshot)
    {
        Table = Table with
        {
            Snapshots = Table.Snapshots.Add(snapshot),
            LastSequenceNumber = snapshot.SequenceNumber,
            NextRowId = snapshot.FirstRowId is { } first ? first + (snapshot.AddedRows ?? 0) : Table.NextRowId,
        };
        _snapshotTime = snapshot.TimestampMs;
    }

    /// <summary>The finished version, with its time and the log of current snapshots.</summary>
    /// <param name="nowMs">Time of the commit, milliseconds since the Unix epoch.</param>
    public TableMetadata Finish(long nowMs)
    {
        var time = Math.Max(_snapshotTime ?? nowMs, _before.LastUpdatedMs);
        var log = Table.SnapshotLog;
        if (Table.CurrentSnapshotId is { } current && current != _before.CurrentSnapshotId)
        {
            log = log.Add(new SnapshotLogEntry(time, current));
        }

        return Table with { LastUpdatedMs = time, SnapshotLog = Kept(log) };
    }

    /// <summary>An entry whose snapshot is gone goes, and all before it: the log may have no gaps.</summary>
    private ImmutableArray<SnapshotLogEntry> Kept(ImmutableArray<SnapshotLogEntry> log)
    {
        if (!RemovesSnapshots)
        {
            return log;
        }

        var known = Table.Snapshots.Select(s => s.SnapshotId).ToHashSet();
        var first = log.Length;
        while (first > 0 && known.Contains(log[first - 1].SnapshotId))
        {
            first--;
        }

        return first == 0 ? log : log[first..];
    }
}
