using CdcLake.Iceberg.Spec;

namespace CdcLake.Iceberg.Transactions;

/// <summary>
/// Which source position the rows of a table stand for. That is the position of the newest snapshot of the pipeline in the history of the main branch, as long
/// as whoever came after it only rearranged rows (operation <c>replace</c>: compaction), or, where they are kept, appended some. The properties are believed only where the snapshot they name is
/// that one and has been expired; a table that was rolled back stands where it was rolled back to.
/// </summary>
/// <param name="Marker">The position, or null when the table has none or it cannot be told.</param>
/// <param name="Foreign">What made the rows stand for no position, as a clause; null when nothing did.</param>
internal readonly record struct MarkedHistory(CommitMarker? Marker, string? Foreign)
{
    private const string Rearranged = "replace";
    private const string Appended = "append";

    /// <summary>True when others did no more to a table since one of its snapshots.</summary>
    /// <param name="work">Than this.</param>
    /// <param name="table">The table as it is now.</param>
    /// <param name="since">The snapshot; null when there was none.</param>
    public static bool IsWithin(ForeignWork work, TableMetadata table, long? since)
    {
        if (work == ForeignWork.Any)
        {
            return true;
        }

        var parent = table.CurrentSnapshotId;
        foreach (var snapshot in table.Ancestors().TakeWhile(s => s.SnapshotId != since))
        {
            if (!IsWithin(work, snapshot))
            {
                return false;
            }

            parent = snapshot.ParentId;
        }

        return parent == since; // which others may have expired
    }

    /// <summary>The snapshots that added rows since another one, oldest first.</summary>
    /// <param name="table">The table as it is now.</param>
    /// <param name="since">That one; null when there was none.</param>
    public static IEnumerable<Snapshot> AppendsSince(TableMetadata table, long? since) =>
        table.Ancestors().TakeWhile(s => s.SnapshotId != since).Where(s => s["operation"] == Appended).Reverse();

    /// <summary>What a pipeline appended is not the work of others: a second instance of it is at work.</summary>
    private static bool IsWithin(ForeignWork work, Snapshot snapshot) =>
        snapshot["operation"] == Rearranged || (work == ForeignWork.Appended && snapshot["operation"] == Appended && !CommitMarker.IsMarked(snapshot));

    /// <param name="table">The table.</param>
    /// <param name="pipeline">The pipeline that asks.</param>
    /// <param name="work">What others may have done on top without changing what the position means.</param>
    public static MarkedHistory Of(TableMetadata table, string pipeline, ForeignWork work = ForeignWork.Rearranged)
    {
        var oldest = (Snapshot?)null;
        foreach (var snapshot in table.Ancestors())
        {
            if (CommitMarker.Of(snapshot, pipeline) is { } marker)
            {
                return new MarkedHistory(marker, null);
            }

            if (!IsWithin(work, snapshot))
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
