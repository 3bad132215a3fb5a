using System.Globalization;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Transactions;

/// <summary>The summary of a snapshot. Iceberg specification, appendix F, "Optional Snapshot Summary Fields".</summary>
internal static class SnapshotSummary
{
    /// <param name="changes">What the commit does.</param>
    /// <param name="after">The live files after it, for the totals.</param>
    /// <param name="own">Entries of our own (<c>cdclake.…</c>).</param>
    public static IReadOnlyDictionary<string, string> Of(FileChanges changes, TableFiles after, IEnumerable<KeyValuePair<string, string>> own)
    {
        var summary = new Dictionary<string, string>(StringComparer.Ordinal) { ["operation"] = OperationOf(changes) };
        foreach (var (key, value) in own)
        {
            summary[key] = value;
        }

        AddPositive(summary, "added-data-files", changes.AddedData.Count);
        AddPositive(summary, "deleted-data-files", changes.RemovedData.Count);
        AddPositive(summary, "added-records", Rows(changes.AddedData));
        AddPositive(summary, "deleted-records", Rows(changes.RemovedData));
        AddPositive(summary, "added-files-size", Size(changes.AddedData) + Size(changes.AddedDeletes));
        AddPositive(summary, "removed-files-size", Size(changes.RemovedData) + Size(changes.RemovedDeletes));
        AddDeletes(summary, "added", changes.AddedDeletes);
        AddDeletes(summary, "removed", changes.RemovedDeletes);
        if (!changes.IsEmpty)
        {
            summary["changed-partition-count"] = "1";
        }

        AddTotals(summary, after);
        return summary;
    }

    /// <summary><c>append</c> adds only rows, <c>delete</c> removes only rows, <c>overwrite</c> does both.</summary>
    private static string OperationOf(FileChanges changes) =>
        changes.AddedDeletes.Count + changes.RemovedData.Count + changes.RemovedDeletes.Count == 0 ? "append"
        : changes.AddedData.Count == 0 ? "delete"
        : "overwrite";

    private static void AddDeletes(Dictionary<string, string> summary, string verb, List<DataFile> files)
    {
        var positions = files.FindAll(f => f.Content == FileContent.PositionDeletes);
        var equality = files.FindAll(f => f.Content == FileContent.EqualityDeletes);
        AddPositive(summary, $"{verb}-delete-files", files.Count);
        AddPositive(summary, $"{verb}-position-delete-files", positions.Count);
        AddPositive(summary, $"{verb}-position-deletes", Rows(positions));
        AddPositive(summary, $"{verb}-equality-delete-files", equality.Count);
        AddPositive(summary, $"{verb}-equality-deletes", Rows(equality));
    }

    private static void AddTotals(Dictionary<string, string> summary, TableFiles after)
    {
        var data = after.Entries(ManifestContent.Data).Select(e => e.File).ToList();
        var deletes = after.Entries(ManifestContent.Deletes).Select(e => e.File).ToList();
        summary["total-data-files"] = Text(data.Count);
        summary["total-delete-files"] = Text(deletes.Count);
        summary["total-records"] = Text(Rows(data));
        summary["total-files-size"] = Text(Size(data) + Size(deletes));
        summary["total-position-deletes"] = Text(Rows(deletes.FindAll(f => f.Content == FileContent.PositionDeletes)));
        summary["total-equality-deletes"] = Text(Rows(deletes.FindAll(f => f.Content == FileContent.EqualityDeletes)));
    }

    private static void AddPositive(Dictionary<string, string> summary, string key, long value)
    {
        if (value > 0)
        {
            summary[key] = Text(value);
        }
    }

    private static long Rows(List<DataFile> files) => files.Sum(f => f.RecordCount);

    private static long Size(List<DataFile> files) => files.Sum(f => f.FileSize);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
