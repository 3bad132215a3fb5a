using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Transactions;

/// <summary>
/// Which manifests of one kind a commit keeps and which entries it writes anew: manifests that lose a file are rewritten, and when too many
/// have piled up the small ones are merged. What continues to exist goes into manifests of its own, so that files which come and go with every commit part
/// from those that stay; the work of a commit follows its own changes, however many files and commits there were.
/// </summary>
internal sealed class ManifestPlan
{
    /// <summary>Continuing entries that are too few for a manifest of their own.</summary>
    public const int FewEntries = 8;

    private ManifestPlan(IReadOnlyList<ManifestContents> kept, IReadOnlyList<IReadOnlyList<ManifestEntry>> written)
    {
        Kept = kept;
        Written = written;
    }

    /// <summary>Manifests that stay as they are.</summary>
    public IReadOnlyList<ManifestContents> Kept { get; }

    /// <summary>Entries of each new manifest.</summary>
    public IReadOnlyList<IReadOnlyList<ManifestEntry>> Written { get; }

    /// <param name="files">The table's files.</param>
    /// <param name="content">The kind of manifests to plan.</param>
    /// <param name="added">New files; their sequence numbers are those of the commit.</param>
    /// <param name="removed">Live files that leave.</param>
    /// <param name="defaultSpecId">Partition spec of new files that name none.</param>
    /// <param name="settings">When manifests are merged: smallest first, until half as many are left.</param>
    /// <param name="snapshotId">The commit's snapshot.</param>
    /// <param name="sequenceNumber">The commit's sequence number.</param>
    /// <param name="mergesAll">Bring all small manifests together.</param>
    /// <param name="dataSequence">Data sequence number of the added files; null is that of the commit.</param>
    public static ManifestPlan Of(
        TableFiles files, ManifestContent content, List<DataFile> added, List<DataFile> removed, int defaultSpecId, ManifestSettings settings, long snapshotId, long sequenceNumber, bool mergesAll = false,
        long? dataSequence = null)
    {
        var gone = removed.Select(f => f.Key).ToHashSet(StringComparer.Ordinal);
        var rewritten = new HashSet<ManifestContents>(removed.Select(f => files.ManifestOf(f)
            ?? throw new CatalogException($"A commit removes {f.Path}, which is not part of the table. This is a defect of the library; the table was not changed.")));
        var kept = files.Manifests.Where(m => m.Manifest.Content == content && !rewritten.Contains(m)).ToList();
        Merge(kept, rewritten, settings, mergesAll);

        var fresh = new List<ManifestEntry>();
        fresh.AddRange(added.Select(f => new ManifestEntry(EntryStatus.Added, snapshotId, dataSequence ?? sequenceNumber, sequenceNumber, f with { SpecId = f.SpecId ?? defaultSpecId })));
        var old = rewritten.SelectMany(m => m.Live).ToList();
        fresh.AddRange(old.Where(e => gone.Contains(e.File.Key)).Select(e => e.AsDeleted(snapshotId)));
        var existing = old.Where(e => !gone.Contains(e.File.Key)).Select(e => e.AsExisting()).ToList();
        if (existing.Count <= FewEntries)
        {
            fresh.AddRange(existing);
            existing.Clear();
        }

        return new ManifestPlan(kept, [.. BySpec(fresh), .. BySpec(existing)]);
    }

    /// <summary>A manifest has files of one partition spec, whose values are encoded alike: those of before a column was widened, and of other writers, may not be.</summary>
    private static IEnumerable<IReadOnlyList<ManifestEntry>> BySpec(List<ManifestEntry> entries) =>
        entries.GroupBy(e => (e.File.SpecId, e.File.Partition.Form)).SelectMany(g => g.Chunk(ManifestSettings.FullEntries));

    private static void Merge(List<ManifestContents> kept, HashSet<ManifestContents> rewritten, ManifestSettings settings, bool all)
    {
        var some = all ? kept.Count : kept.Count < settings.MergeAt ? 0 : kept.Count - (settings.MergeAt / 2) + 1;
        foreach (var small in kept.Where(m => !settings.IsFull(m)).OrderBy(m => m.Live.Count).Take(some).ToList())
        {
            kept.Remove(small);
            rewritten.Add(small);
        }
    }
}
