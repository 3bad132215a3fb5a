using CdcLake.Benchmarks.Children;
using CdcLake.Benchmarks.Logs;

namespace CdcLake.Benchmarks.Targets;

/// <summary>From the start of a process to the first rows in a table, beside a process that only starts. Fresh processes, the runtime's default settings.</summary>
internal static class StartTargets
{
    private const double WantedSeconds = 1;
    private const int Runs = 5;

    /// <summary>The sales-by-product job over a log file of 10,000 sales.</summary>
    public static async Task<IReadOnlyList<TargetLine>> FilesAsync(Workspace work)
    {
        var log = work.Fresh("start.log");
        new SalesLog { Statements = 10_000 }.Write(log);
        var runs = new List<(double Wall, Figures First)>();
        for (var i = 0; i <= Runs; i++)
        {
            var folder = work.Fresh("start");
            var run = await Child.FilesAsync(SalesJob.ByProduct, log, folder);
            Directory.Delete(folder, recursive: true);
            runs.Add((run.First.Time - run.Started, run.First));
        }

        return await LinesAsync("process start → first committed row, from a log file", runs.Skip(1));
    }

    /// <summary>The same job on a server with a thousand rows in each table.</summary>
    public static async Task<IReadOnlyList<TargetLine>> MySqlAsync(Workspace work, LiveTables tables)
    {
        var runs = new List<(double Wall, Figures First)>();
        for (var i = 0; i <= Runs; i++)
        {
            var folder = work.Fresh("start");
            await using (var child = Child.Start(null, "server", SalesJob.ByProduct, tables.ConnectionString, tables.Database, folder, "1000"))
            {
                await child.LineAsync("commit");
                var first = await child.FiguresAsync();
                runs.Add((child.Commits[0].Time - child.Started, first));
                await child.EndAsync();
            }

            Directory.Delete(folder, recursive: true);
        }

        return await LinesAsync("process start → first committed row, from MySQL", runs.Skip(1));
    }

    private static async Task<IReadOnlyList<TargetLine>> LinesAsync(string name, IEnumerable<(double Wall, Figures First)> runs)
    {
        var all = runs.ToList();
        var bare = await NothingAsync();
        var wall = Measurement.Middle(all.Select(r => r.Wall));
        var compiling = Measurement.Middle(all.Select(r => r.First.Compiling));
        return
        [
            TargetLine.Against($"{name} (clock)", wall * 1e3, "ms", "ms of an empty process", bare.Wall * 1e3, $"< {WantedSeconds * 1e3}", wall < WantedSeconds),
            TargetLine.Against("  processor time", Measurement.Middle(all.Select(r => r.First.Cpu)) * 1e3, "ms", "ms of an empty process", bare.First.Cpu * 1e3),
            TargetLine.Against($"  of it compiling ({Measurement.Middle(all.Select(r => (double)r.First.Methods)):0} methods)", compiling * 1e3, "ms", "ms of an empty process", bare.First.Compiling * 1e3),
        ];
    }

    private static async Task<(double Wall, Figures First)> NothingAsync()
    {
        var runs = new List<(double Wall, Figures First)>();
        for (var i = 0; i < Runs; i++)
        {
            await using var child = Child.Start(null, "nothing");
            await child.LineAsync("ready");
            var figures = await child.FiguresAsync();
            runs.Add((figures.Time - child.Started, figures));
            await child.EndAsync();
        }

        return (Measurement.Middle(runs.Select(r => r.Wall)), runs.OrderBy(r => r.First.Cpu).ElementAt(Runs / 2).First);
    }
}
