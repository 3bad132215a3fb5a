using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Writing;

/// <summary>
/// What a commit does with each data file it touches (mode <c>adaptive</c>): rewrite it without its dead rows where that is cheap, else leave it and give it
/// position deletes; and which untouched small files it folds into the new one, so that a stream of small commits does not pile up files.
/// </summary>
internal static class RewritePolicy
{
    /// <summary>Rows that are always cheap enough to rewrite: about what creating one more file costs.</summary>
    public const int CheapRows = 32_768;

    private const int CheapFactor = 2;
    private const int SizeFactor = 8;
    private const long SmallestSize = 16 << 10;

    /// <summary>Files whose live rows the commit writes anew.</summary>
    /// <param name="files">All complete data files, committed and new.</param>
    /// <param name="newRows">Rows that the commit adds.</param>
    /// <param name="settings">Sizes.</param>
    public static List<LiveFile> Choose(IEnumerable<LiveFile> files, long newRows, IcebergSinkSettings settings)
    {
        var chosen = new List<LiveFile>();
        var rest = new List<LiveFile>();
        var cheap = Math.Max(CheapRows, newRows * CheapFactor);
        foreach (var file in files.Where(f => f.LiveRows > 0))
        {
            (file.IsTouched && IsWorthIt(file, cheap, settings) ? chosen : rest).Add(file);
        }

        // Where rows are written anyway, one small file is not left beside them for nothing.
        Fold(rest, chosen, settings);
        return chosen;
    }

    private static bool IsWorthIt(LiveFile file, long cheapRows, IcebergSinkSettings settings)
    {
        var isMostlyDead = file.Deleted.Count * 2 >= file.File!.RecordCount;
        return isMostlyDead || (file.File.FileSize < settings.SmallFileBytes && file.LiveRows <= cheapRows);
    }

    private static void Fold(List<LiveFile> files, List<LiveFile> chosen, IcebergSinkSettings settings)
    {
        var bySize = files.Where(f => f.LiveBytes < settings.SmallFileBytes).GroupBy(f => Tier(f.LiveBytes)).OrderBy(g => g.Key);
        var below = 0;
        foreach (var tier in bySize)
        {
            // Folding a tier makes one more file of the next.
            if (tier.Count() + below >= settings.FoldAt)
            {
                chosen.AddRange(tier);
                below = 1;
            }
            else
            {
                below = 0;
            }
        }
    }

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
