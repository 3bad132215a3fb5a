using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Transactions;

/// <summary>
/// Gives ids to the rows of a snapshot (format 3): each data manifest that has none gets the next ones, enough for all of its rows, and its files take theirs from them in
/// order. After a table's format was raised that includes the manifests it had before. Iceberg specification, "Row Lineage". Not thread-safe.
/// </summary>
/// <param name="table">The table before the snapshot.</param>
internal sealed class RowIdAssignment(TableMetadata table)
{
    private long _next = table.NextRowId;

    /// <summary>Lowest id that was given; null before format 3.</summary>
    public long? First => table.HasRowLineage ? table.NextRowId : null;

    /// <summary>Ids that were given so far; null before format 3.</summary>
    public long? Count => table.HasRowLineage ? _next - table.NextRowId : null;

    /// <summary>The manifest as the snapshot's list names it: the same object when nothing is to be given.</summary>
    public ManifestContents Assign(ManifestContents manifest)
    {
        var file = manifest.Manifest;
        if (!table.HasRowLineage || file.Content != ManifestContent.Data || file.FirstRowId is not null)
        {
            return manifest;
        }

        var first = _next;
        _next += Math.Max(file.AddedRows + file.ExistingRows, manifest.Live.Sum(e => e.File.RecordCount)); // lists of format version 1 need not count
        return new ManifestContents(file with { FirstRowId = first }, Inherit(manifest.Live, first));
    }

    private static List<ManifestEntry> Inherit(IReadOnlyList<ManifestEntry> live, long next)
    {
        var entries = new List<ManifestEntry>(live.Count);
        foreach (var entry in live)
        {
            if (entry.File.FirstRowId is null)
            {
                entries.Add(entry with { File = entry.File with { FirstRowId = next } });
                next += entry.File.RecordCount;
            }
            else
            {
                entries.Add(entry);
            }
        }

        return entries;
    }
}
