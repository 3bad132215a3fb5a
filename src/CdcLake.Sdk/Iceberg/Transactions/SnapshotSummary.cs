using System.Globalization;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Transactions;

/// <summary>The summary of a snapshot. Iceberg specification, appendix F, "Optional Snapshot Summary Fields".</summary>
internal static class SnapshotSummary
{
    /// <param name="change">What the commit does.</param>
    /// <param name="table">Before it. The totals of its snapshot are carried on, and its properties say whether partitions are told of (<c>write.summary.partition-limit</c>).</param>
    /// <param name="after">The live files after it: counted only where the parent lacks a total.</param>
    public static IReadOnlyDictionary<string, string> Of(SnapshotChange change, TableMetadata table, TableFiles after)
    {
        var summary = new Dictionary<string, string>(StringComparer.Ordinal) { ["operation"] = OperationOf(change) };
        foreach (var (key, value) in change.Marker?.ToSummary() ?? [])
        {
            summary[key] = value;
        }

        var difference = AddChanges(summary, change.AddedData, change.AddedDeletes, change.RemovedData, change.RemovedDeletes);
        if (change.HasFiles)
        {
            AddPartitions(summary, change, table);
        }

        AddTotals(summary, FileTotals.Of(table.CurrentSnapshot) is { } before ? before + difference : FileTotals.Of(after));
        return summary;
    }

    /// <summary><c>append</c> adds only rows, <c>delete</c> removes only rows, <c>overwrite</c> does both, <c>replace</c> neither.</summary>
    private static string OperationOf(SnapshotChange change) =>
        change.KeepsRows ? "replace"
        : change.AddedDeletes.Count + change.RemovedData.Count + change.RemovedDeletes.Count == 0 ? "append"
        : change.AddedData.Count == 0 ? "delete"
        : "overwrite";

    /// <returns>How much more there is afterwards.</returns>
    private static FileTotals AddChanges(
        Dictionary<string, string> summary, IReadOnlyList<DataFile> addedData, IReadOnlyList<DataFile> addedDeletes, IReadOnlyList<DataFile> removedData, IReadOnlyList<DataFile> removedDeletes)
    {
        var added = FileTotals.Of(addedData, addedDeletes);
        var removed = FileTotals.Of(removedData, removedDeletes);
        AddPositive(summary, "added-data-files", added.DataFiles);
        AddPositive(summary, "deleted-data-files", removed.DataFiles);
        AddPositive(summary, "added-records", added.Records);
        AddPositive(summary, "deleted-records", removed.Records);
        AddPositive(summary, "added-files-size", added.Size);
        AddPositive(summary, "removed-files-size", removed.Size);
        AddDeletes(summary, "added", added, addedDeletes);
        AddDeletes(summary, "removed", removed, removedDeletes);
        return added - removed;
    }

    private static void AddPartitions(Dictionary<string, string> summary, SnapshotChange change, TableMetadata table)
    {
        var lists = new[] { change.AddedData, change.AddedDeletes, change.RemovedData, change.RemovedDeletes };
        var changed = lists.SelectMany(f => f).DistinctBy(KeyOf).ToList();
        AddPositive(summary, "changed-partition-count", changed.Count);
        if (changed.Count == 0 || changed.Count > TableProperties.Number(table.Properties, TableProperties.SummaryPartitionLimit, 0))
        {
            return;
        }

        summary["partition-summaries-included"] = "true";
        foreach (var partition in changed)
        {
            var of = lists.Select(l => l.Where(f => KeyOf(f).Equals(KeyOf(partition))).ToList()).ToList();
            var entries = new Dictionary<string, string>(StringComparer.Ordinal);
            AddChanges(entries, of[0], of[1], of[2], of[3]);
            var spec = table.PartitionSpecs.FirstOrDefault(s => s.SpecId == KeyOf(partition).Spec) ?? table.DefaultSpec;
            summary[$"partitions.{PartitionPath.Of(spec, table.Schema, partition.Partition)}"] = string.Join(',', entries.Select(e => $"{e.Key}={e.Value}"));
        }

        (int Spec, PartitionTuple Values) KeyOf(DataFile file) => (file.SpecId ?? table.DefaultSpecId, file.Partition);
    }

    private static void AddDeletes(Dictionary<string, string> summary, string verb, FileTotals totals, IReadOnlyList<DataFile> files)
    {
        AddPositive(summary, $"{verb}-delete-files", totals.DeleteFiles);
        AddPositive(summary, $"{verb}-position-delete-files", files.Count(f => f.Content == FileContent.PositionDeletes && !f.IsDeletionVector));
        AddPositive(summary, $"{verb}-dvs", files.Count(f => f.IsDeletionVector));
        AddPositive(summary, $"{verb}-position-deletes", totals.PositionDeletes);
        AddPositive(summary, $"{verb}-equality-delete-files", files.Count(f => f.Content == FileContent.EqualityDeletes));
        AddPositive(summary, $"{verb}-equality-deletes", totals.EqualityDeletes);
    }

    private static void AddTotals(Dictionary<string, string> summary, FileTotals totals)
    {
        foreach (var (key, value) in totals.ToSummary())
        {
            summary[key] = value.ToString(CultureInfo.InvariantCulture);
        }
    }

    private static void AddPositive(Dictionary<string, string> summary, string key, long value)
    {
        if (value > 0)
        {
            summary[key] = value.ToString(CultureInfo.InvariantCulture);
        }
    }
}
