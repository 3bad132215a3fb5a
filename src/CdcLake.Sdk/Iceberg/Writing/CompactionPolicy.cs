using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Writing;

/// <summary>
/// Which data files are worth being written anew beside the stream, so that reading costs little more than from a table written at once. What they cost a reader is
/// counted in rows that live: <see cref="DeadRowCost"/> for each row that is dead, <see cref="IcebergSinkSettings.FileReadCost"/> for each file more than needed. Where that exceeds a quarter
/// of a partition's rows, the files with most of it in proportion to their rows are chosen: all that cost more than a quarter of their own rows, and others until a tenth is left. Not thread-safe.
/// </summary>
/// <remarks>
/// Both numbers were measured with ClickHouse: a sum over one column of 2 million rows took 2.3 times as long with 400,000 of them dead, and a lookup 1.5 ms longer for
/// each further file. In a table of 200,000 rows to which commits of ten rows went, 32 of 100 were followed by a compaction of four tiny files when four were worth it, and none when twelve were: commits fold such files
/// by themselves (eight of a size), and a reader found 5.5 files on average in place of 3.0, while 0.3 MB were written in place of 1.9. Bound: at most <see cref="EarnedPerChange"/> rows are rewritten for each row that was added or deleted.
/// </remarks>
/// <param name="settings">Sizes.</param>
internal sealed class CompactionPolicy(IcebergSinkSettings settings)
{
    /// <summary>Live rows that cost a reader as much as one that is dead.</summary>
    public const int DeadRowCost = 6;

    /// <summary>Rows that may be rewritten for each row added or deleted.</summary>
    public const int EarnedPerChange = 16;

    /// <summary>Times that dead rows count more where a partition costs little: unlike small files, nothing else takes them away.</summary>
    private const int DeadWeight = 2;
    private const int WorstShare = 4;
    private const int BestShare = 10;
    private const int MostOutputFiles = 1;
    private const double FullShare = 0.75;

    private static readonly IReadOnlyDictionary<LiveFile, long> Nothing = new Dictionary<LiveFile, long>();

    private IReadOnlyDictionary<LiveFile, long> _hidden = Nothing;
    private long _earned;

    /// <summary>Rows that may be rewritten now.</summary>
    public long Earned => _earned;

    /// <summary>Counts what a table that was just opened has earned before: its dead rows, and those that were never brought together.</summary>
    public void Load(IEnumerable<LiveFile> files) =>
        _earned = files.Sum(f => EarnedPerChange * (f.Deleted.Count + (IsFull(f) ? 0 : f.File!.RecordCount)));

    /// <summary>Rows were added or deleted by a commit.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="tableRows">Rows of the table: no more than twice as many are ever saved up.</param>
    public void Changed(long rows, long tableRows) => _earned = Math.Min(_earned + (rows * EarnedPerChange), 2 * Math.Max(tableRows, rows));

    /// <summary>Files of one partition to be written anew together; empty when there is nothing worth it, or not yet. Nothing is spent.</summary>
    /// <param name="files">Files of the table; those that are not committed are left out.</param>
    /// <param name="hidden">Dead rows that files have, or cost as much as, beside those that are marked in them.</param>
    public IReadOnlyList<LiveFile> Choose(IEnumerable<LiveFile> files, IReadOnlyDictionary<LiveFile, long>? hidden = null)
    {
        _hidden = hidden ?? Nothing;
        foreach (var partition in files.Where(f => f.IsCommitted && f.LiveRows > 0).GroupBy(f => (f.File!.SpecId, f.File.Partition)))
        {
            if (Choose([.. partition]) is { Count: > 0 } chosen)
            {
                return chosen;
            }
        }

        return [];
    }

    /// <summary>The rows of these files are being rewritten.</summary>
    public void Spend(IEnumerable<LiveFile> files) => _earned -= files.Sum(f => f.LiveRows);

    private List<LiveFile> Choose(List<LiveFile> files)
    {
        var live = files.Sum(f => f.LiveRows);
        var dead = files.Sum(f => DeadRowCost * DeadRows(f));
        var cost = dead + (settings.FileReadCost * (files.Count - FilesOf(files.Sum(f => f.LiveBytes))));
        var chosen = new List<LiveFile>();
        if (cost + (DeadWeight * dead) < settings.LeastFiles * settings.FileReadCost || cost * WorstShare < live)
        {
            return chosen;
        }

        var bytes = 0L;
        var rows = 0L;
        foreach (var file in files.Where(f => CostOf(f) > 0).OrderByDescending(f => CostOf(f) / (double)f.LiveRows))
        {
            var isDone = cost * BestShare < live && CostOf(file) * WorstShare < file.LiveRows;
            if (isDone || rows + file.LiveRows > _earned || (chosen.Count > 0 && bytes + file.LiveBytes > MostOutputFiles * settings.TargetFileSizeBytes))
            {
                break;
            }

            chosen.Add(file);
            cost += (settings.FileReadCost * (FilesOf(bytes + file.LiveBytes) - (bytes == 0 ? 0 : FilesOf(bytes)))) - CostOf(file);
            bytes += file.LiveBytes;
            rows += file.LiveRows;
        }

        return chosen.Count > 1 || chosen.Exists(f => DeadRows(f) > 0) ? chosen : [];
    }

    private long DeadRows(LiveFile file) => file.Deleted.Count + _hidden.GetValueOrDefault(file);

    private long CostOf(LiveFile file) => (DeadRowCost * DeadRows(file)) + (IsFull(file) ? 0 : settings.FileReadCost);

    private bool IsFull(LiveFile file) => file.LiveBytes >= FullShare * settings.TargetFileSizeBytes;

    private long FilesOf(long bytes) => Math.Max(1, (bytes + settings.TargetFileSizeBytes - 1) / settings.TargetFileSizeBytes);
}
