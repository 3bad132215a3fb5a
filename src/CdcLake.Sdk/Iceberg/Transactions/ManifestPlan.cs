using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Transactions;

/// <summary>
/// Which manifests of one kind a commit keeps and which entries it writes anew: manifests that lose a file are rewritten, and when too many
/// have piled up the small ones are merged. So their number and the work of a commit stay bounded however many commits there were.
/// </summary>
internal sealed class ManifestPlan
{
    /// <summary>Manifests of one kind at which small ones are merged.</summary>
    public const int MergeAt = 16;

    /// <summary>Entries in a manifest beyond which it is not merged any more, and at which a new one is begun.</summary>
    public const int FullEntries = 2000;

    private ManifestPlan(IReadOnlyList<ManifestContents> kept, IReadOnlyList<ManifestEntry> entries)
    {
        Kept = kept;
        Entries = entries;
    }

    /// <summary>Manifests that stay as they are.</summary>
    public IReadOnlyList<ManifestContents> Kept { get; }

    /// <summary>Entries for new manifests: added and deleted ones first, then those that continue to exist.</summary>
    public IReadOnlyList<ManifestEntry> Entries { get; }

    /// <param name="manifests">Manifests of one kind.</param>
    /// <param name="added">New files; their sequence numbers are those of the commit.</param>
    /// <param name="removed">Live files that leave.</param>
    /// <param name="snapshotId">The commit's snapshot.</param>
    /// <param name="sequenceNumber">The commit's sequence number.</param>
    public static ManifestPlan Of(
        IReadOnlyList<ManifestContents> manifests,
        IReadOnlyList<DataFile> added,
        IReadOnlyList<DataFile> removed,
        long snapshotId,
        long sequenceNumber)
    {
        var gone = removed.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        var kept = new List<ManifestContents>();
        var rewritten = new List<ManifestContents>();
        foreach (var manifest in manifests)
        {
            (gone.Count > 0 && manifest.Live.Any(e => gone.Contains(e.File.Path)) ? rewritten : kept).Add(manifest);
        }

        if (kept.Count + 1 > MergeAt)
        {
            rewritten.AddRange(kept.Where(m => m.Live.Count < FullEntries));
            kept.RemoveAll(m => m.Live.Count < FullEntries);
        }

        var entries = new List<ManifestEntry>();
        entries.AddRange(added.Select(f => new ManifestEntry(EntryStatus.Added, snapshotId, sequenceNumber, sequenceNumber, f)));
        var old = rewritten.SelectMany(m => m.Live).ToList();
        entries.AddRange(old.Where(e => gone.Contains(e.File.Path)).Select(e => e.AsDeleted(snapshotId)));
        if (entries.Count - added.Count != removed.Count)
        {
            throw new CatalogException(
                $"A commit removes {removed.Count} files, of which only {entries.Count - added.Count} are part of the table. This is a defect of the library; the table was not changed.");
        }

        entries.AddRange(old.Where(e => !gone.Contains(e.File.Path)).Select(e => e.AsExisting()));
        return new ManifestPlan(kept, entries);
    }
}
