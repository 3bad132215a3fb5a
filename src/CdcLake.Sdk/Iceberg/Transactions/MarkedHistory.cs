using CdcLake.Iceberg.Spec;

namespace CdcLake.Iceberg.Transactions;

/// <summary>
/// Which source position the rows of a table stand for. That is the position of the newest snapshot of the pipeline in the history of the main branch, as long
/// as whoever came after it only rearranged rows (operation <c>replace</c>: compaction). The properties are believed only where the snapshot they name is
/// that one and has been expired; a table that was rolled back stands where it was rolled back to.
/// </summary>
/// <param name="Marker">The position, or null when the table has none or it cannot be told.</param>
/// <param name="Foreign">What made the rows stand for no position, as a clause; null when nothing did.</param>
internal readonly record struct MarkedHistory(CommitMarker? Marker, string? Foreign)
{
    private const string Rearranged = "replace";

    /// <summary>True when all that others made of a table since one of its snapshots is the same rows in other files.</summary>
    /// <param name="table">The table as it is now.</param>
    /// <param name="since">The snapshot; null when there was none.</param>
    public static bool IsRearranged(TableMetadata table, long? since)
    {
        foreach (var snapshot in table.Ancestors())
        {
            if (snapshot.SnapshotId == since)
            {
                return true;
            }

            if (snapshot["operation"] != Rearranged)
            {
                return false;
            }
        }

        return false;
    }

    /// <param name="table">The table.</param>
    /// <param name="pipeline">The pipeline that asks.</param>
    public static MarkedHistory Of(TableMetadata table, string pipeline)
    {
        var oldest = (Snapshot?)null;
        foreach (var snapshot in table.Ancestors())
        {
            if (CommitMarker.Of(snapshot, pipeline) is { } marker)
            {
                return new MarkedHistory(marker, null);
            }

            if (snapshot["operation"] != Rearranged)
            {
                var time = DateTimeOffset.FromUnixTimeMilliseconds(snapshot.TimestampMs);
                return new MarkedHistory(
                    null, $"snapshot {snapshot.SnapshotId} (operation {snapshot["operation"]}, {time:yyyy-MM-dd HH:mm:ss} UTC), which changed rows, was made by another writer");
            }

            oldest = snapshot;
        }

        if (CommitMarker.OfProperties(table, pipeline) is not { } known)
        {
            return default;
        }

        return oldest is not null && oldest.ParentId == known.SnapshotId
            ? new MarkedHistory(known.Marker, null)
            : new MarkedHistory(null, $"snapshot {known.SnapshotId}, up to which the pipeline had written, is not in the history of the main branch any more (a rollback, or the branch was moved)");
    }
}
