using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Writing;

/// <summary>
/// Which data files a commit writes anew without their dead rows (mode <c>adaptive</c>); the others keep them under position deletes. Rewriting is paid for by
/// deleting: each dead row earns <see cref="EarnedPerDead"/> times its size, and a file is rewritten, the one with most dead rows first, when a fifth of it is dead and
/// what was earned suffices. Beyond that a commit may rewrite <see cref="FreeBytes"/> of small files with dead rows, and a table that is no larger than that is always
/// one clean file for each partition. Small files that commits leave behind are folded when several of about the same size have come together in a partition. Not thread-safe.
/// </summary>
/// <remarks>
/// Bound: with A bytes of rows added, D bytes of rows deleted and n commits, at most R = 4 D + n × 256 KB are written anew because of deletes, and folding writes a
/// byte at most once in each of four sizes: all in all at most 5 × (A + R). A row counts at least <see cref="LeastRowBytes"/> bytes, so that what takes little space
/// but has many rows is not rewritten all the time either. Nothing depends on the size of the table.
/// </remarks>
/// <param name="settings">Sizes.</param>
internal sealed class RewritePolicy(IcebergSinkSettings settings)
{
    /// <summary>Bytes that may be rewritten for each byte that died.</summary>
    public const int EarnedPerDead = 4;

    /// <summary>Bytes that any commit may rewrite: about what it costs anyway to make a file and a snapshot.</summary>
    public const long FreeBytes = 256 << 10;

    /// <summary>What a row counts at least.</summary>
    public const int LeastRowBytes = 8;

    private const int SizeFactor = 8;
    private const long SmallestSize = 16 << 10;
    private const int MostEarnedFiles = 4;
    private long _earned;

    /// <summary>Files whose live rows the commit writes anew. Called once for each commit.</summary>
    /// <param name="files">All complete data files, committed and new; those without live rows are left out.</param>
    /// <param name="open">Partitions in which the commit writes a data file anyway.</param>
    public HashSet<LiveFile> Choose(IReadOnlyCollection<LiveFile> files, IReadOnlySet<FilePartition> open)
    {
        var chosen = new HashSet<LiveFile>();
        var dirty = files.Where(f => f.LiveRows > 0 && f.Deleted.Count > 0).ToList();
        _earned += EarnedPerDead * files.Sum(f => Weight(f, f.FreshDeletes));
        RewriteDeadliest(dirty, chosen);
        _earned = Math.Min(_earned, MostEarnedFiles * settings.TargetFileSizeBytes);
        RewriteFree(files, dirty, chosen, open);
        Fold(files, chosen);
        return chosen;
    }

    /// <summary>Counts what the dead rows of a table that was just opened have earned before.</summary>
    public void Load(IEnumerable<LiveFile> files) => _earned = EarnedPerDead * files.Sum(f => Weight(f, f.Deleted.Count));

    private void RewriteDeadliest(List<LiveFile> dirty, HashSet<LiveFile> chosen)
    {
        var worth = dirty.FindAll(f => f.Deleted.Count * EarnedPerDead >= f.LiveRows);
        worth.Sort((a, b) => DeadShare(b).CompareTo(DeadShare(a)));
        foreach (var file in worth)
        {
            var weight = Weight(file, file.LiveRows);
            if (weight <= _earned)
            {
                _earned -= weight;
                chosen.Add(file);
            }
        }
    }

    private void RewriteFree(IReadOnlyCollection<LiveFile> files, List<LiveFile> dirty, HashSet<LiveFile> chosen, IReadOnlySet<FilePartition> open)
    {
        var left = Math.Min(FreeBytes, settings.SmallFileBytes);
        var rest = files.Where(f => f.LiveRows > 0 && !chosen.Contains(f)).ToList();
        if (rest.Sum(f => Weight(f, f.LiveRows)) <= left)
        {
            foreach (var partition in rest.GroupBy(PartitionOf))
            {
                if (open.Contains(partition.Key) || partition.Count() > 1 || partition.Any(f => f.Deleted.Count > 0))
                {
                    chosen.UnionWith(partition);
                }
            }

            return;
        }

        foreach (var file in dirty.Where(f => !chosen.Contains(f)).OrderBy(f => Weight(f, f.LiveRows)))
        {
            left -= Weight(file, file.LiveRows);
            if (left < 0)
            {
                return;
            }

            chosen.Add(file);
        }
    }

    private void Fold(IReadOnlyCollection<LiveFile> files, HashSet<LiveFile> chosen)
    {
        var small = files.Where(f => f.LiveRows > 0 && f.LiveBytes < settings.SmallFileBytes && !chosen.Contains(f));
        foreach (var partition in small.GroupBy(PartitionOf))
        {
            FoldPartition([.. partition], chosen);
        }
    }

    private void FoldPartition(IReadOnlyCollection<LiveFile> small, HashSet<LiveFile> chosen)
    {
        var below = 0;
        foreach (var tier in small.GroupBy(f => Tier(f.LiveBytes)).OrderBy(g => g.Key))
        {
            // Folding a tier makes one more file of the next.
            if (tier.Count() + below >= settings.FoldAt)
            {
                chosen.UnionWith(tier);
                below = 1;
            }
            else
            {
                below = 0;
            }
        }
    }

    private static FilePartition PartitionOf(LiveFile file) => new(file.File!.SpecId ?? PartitionSpec.Unpartitioned.SpecId, file.File.Partition, "");

    private static double DeadShare(LiveFile file) => file.Deleted.Count / (double)file.File!.RecordCount;

    private static long Weight(LiveFile file, long rows) => Math.Max(file.BytesOf(rows), rows * LeastRowBytes);

    private static int Tier(long bytes)
    {
        var tier = 0;
        for (var limit = SmallestSize; bytes >= limit; limit *= SizeFactor)
        {
            tier++;
        }

        return tier;
    }
}
