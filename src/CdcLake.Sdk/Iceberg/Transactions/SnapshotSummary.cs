using System.Globalization;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Transactions;

/// <summary>The summary of a snapshot. Iceberg specification, appendix F, "Optional Snapshot Summary Fields".</summary>
internal static class SnapshotSummary
{
    /// <param name="change">What the commit does.</param>
    /// <param name="parent">The snapshot before it, whose totals are carried on; null when there is none.</param>
    /// <param name="after">The live files after it: counted only where the parent lacks a total.</param>
    public static IReadOnlyDictionary<string, string> Of(SnapshotChange change, Snapshot? parent, TableFiles after)
    {
        var summary = new Dictionary<string, string>(StringComparer.Ordinal) { ["operation"] = OperationOf(change) };
        foreach (var (key, value) in change.Marker?.ToSummary() ?? [])
        {
            summary[key] = value;
        }

        var added = FileTotals.Of(change.AddedData, change.AddedDeletes);
        var removed = FileTotals.Of(change.RemovedData, change.RemovedDeletes);
        AddPositive(summary, "added-data-files", added.DataFiles);
        AddPositive(summary, "deleted-data-files", removed.DataFiles);
        AddPositive(summary, "added-records", added.Records);
        AddPositive(summary, "deleted-records", removed.Records);
        AddPositive(summary, "added-files-size", added.Size);
        AddPositive(summary, "removed-files-size", removed.Size);
        AddDeletes(summary, "added", added, change.AddedDeletes);
        AddDeletes(summary, "removed", removed, change.RemovedDeletes);
        if (change.HasFiles)
        {
            var changed = new[] { change.AddedData, change.AddedDeletes, change.RemovedData, change.RemovedDeletes }.SelectMany(f => f).Select(f => (f.SpecId, f.Partition)).Distinct();
            AddPositive(summary, "changed-partition-count", changed.Count());
        }

        AddTotals(summary, FileTotals.Of(parent) is { } before ? before + added - removed : FileTotals.Of(after));
        return summary;
    }

    /// <summary><c>append</c> adds only rows, <c>delete</c> removes only rows, <c>overwrite</c> does both, <c>replace</c> neither.</summary>
    private static string OperationOf(SnapshotChange change) =>
        change.KeepsRows ? "replace"
        : change.AddedDeletes.Count + change.RemovedData.Count + change.RemovedDeletes.Count == 0 ? "append"
        : change.AddedData.Count == 0 ? "delete"
        : "overwrite";

    private static void AddDeletes(Dictionary<string, string> summary, string verb, FileTotals totals, List<DataFile> files)
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
