using CdcLake.Benchmarks.Children;
using CdcLake.Benchmarks.Logs;

namespace CdcLake.Benchmarks.Targets;

/// <summary>What a process needs to copy a table that is only inserted into: memory, allocations and bytes that pass the system, whole and for each further row.</summary>
internal static class MemoryTargets
{
    private const int KeyBytes = 24;
    private const double WantedBytes = 512e6;

    /// <param name="work">Where files lie.</param>
    /// <param name="rows">Rows of the larger copy; the other has a third of them.</param>
    public static async Task<IReadOnlyList<TargetLine>> ReplicaAsync(Workspace work, int rows)
    {
        await using var nothing = Child.Start(null, "nothing");
        await nothing.LineAsync("ready");
        var empty = (await nothing.FiguresAsync()).PeakWorkingSet;
        var few = rows / 3;
        var small = await RunAsync(work, few);
        var large = await RunAsync(work, rows);
        var beyond = large.End.PeakWorkingSet - empty - ((double)KeyBytes * rows);
        var smallBeyond = small.End.PeakWorkingSet - empty - ((double)KeyBytes * few);
        return
        [
            TargetLine.Against($"replication of {Millions(rows)} rows, peak memory beyond an empty process and {KeyBytes} bytes a key", beyond / 1e6, "MB", $"MB for {Millions(few)}", smallBeyond / 1e6,
                "< 512 for 100M rows", beyond < WantedBytes),
            TargetLine.Against("  peak memory for each further row", Further(r => r.End.PeakWorkingSet), "bytes/row", "bytes in the key index", KeyBytes),
            TargetLine.Against("  managed heap at its largest commit", large.Heap / 1e6, "MB", $"MB for {Millions(few)}", small.Heap / 1e6),
            new TargetLine("  allocated for each further row", Further(r => r.End.Allocated), "bytes/row"),
            TargetLine.Against("  read and written by system calls for each further row", Further(r => r.End.Transferred), "bytes/row", "bytes of the row in the log", SalesLog.SaleBytes),
        ];

        double Further(Func<FilesRun, long> figure) => (figure(large) - figure(small)) / (double)(rows - few);
    }

    private static async Task<FilesRun> RunAsync(Workspace work, int rows)
    {
        var log = work.Fresh("memory.log");
        new SalesLog { Statements = rows, RowsPerTransaction = 10_000 }.Write(log);
        var folder = work.Fresh("memory");
        var run = await Child.FilesAsync(SalesJob.Replica, log, folder);
        Directory.Delete(folder, recursive: true);
        File.Delete(log);
        return run;
    }

    private static string Millions(int rows) => $"{rows / 1e6:0.#}M";
}
