using System.Globalization;
using CdcLake.Benchmarks.Children;
using CdcLake.Benchmarks.Logs;

namespace CdcLake.Benchmarks.Targets;

/// <summary>What a running pipeline costs while little or nothing happens, in an ASP.NET application, beside one without it: a replica with a commit each second.</summary>
internal static class IdleTargets
{
    private const int Transactions = 10; // a second
    private const int Changes = 10; // a transaction
    private const double WantedIdle = 0.005;
    private const double WantedSlow = 0.05;
    private const double WantedBytes = 60e6;
    private const string Interval = "1000";

    public static async Task<IReadOnlyList<TargetLine>> MySqlAsync(Workspace work, LiveTables tables, double seconds)
    {
        var folder = work.Fresh("idle");
        await using var child = Child.Start(null, "web", "server", SalesJob.Replica, tables.ConnectionString, tables.Database, folder, Interval);
        await child.LineAsync("commit");
        var (idle, bare) = await IdleAsync(child, seconds);
        await tables.WriteAsync(Transactions, Changes, seconds);
        var slow = await OverAsync(child, () => tables.WriteAsync(Transactions, Changes, seconds));
        return await LinesAsync("MySQL", child, folder, idle, bare, slow);
    }

    public static async Task<IReadOnlyList<TargetLine>> PacedAsync(Workspace work, double seconds)
    {
        var log = work.Fresh("idle.log");
        new SalesLog { Statements = (int)(2 * seconds) * Transactions * Changes, RowsPerTransaction = Changes, UpdatePercent = 20 }.Write(log);
        var folder = work.Fresh("idle");
        await using var child = Child.Start(null, "web", "paced", SalesJob.Replica, log, folder, Interval, Transactions.ToString(CultureInfo.InvariantCulture));
        await child.LineAsync("paced");
        await Seconds(seconds);
        var slow = await OverAsync(child, () => Seconds(seconds - 0.5));
        var (idle, bare) = await IdleAsync(child, seconds);
        return await LinesAsync("a log played back", child, folder, idle, bare, slow);
    }

    /// <summary>The pipeline and an application without one, side by side, when both have nothing to do any more.</summary>
    private static async Task<(Stretch Idle, Stretch Bare)> IdleAsync(Child child, double seconds)
    {
        await using var nothing = Child.Start(null, "web");
        await nothing.LineAsync("ready");
        await Seconds(seconds);
        Stretch? idle = null;
        var bare = await OverAsync(nothing, async () => idle = await OverAsync(child, () => Seconds(seconds)));
        await nothing.EndAsync();
        return (idle!, bare);
    }

    // What was compiled meanwhile is told apart: a process that has just begun still improves its code.
    private static async Task<IReadOnlyList<TargetLine>> LinesAsync(string source, Child child, string folder, Stretch idle, Stretch bare, Stretch slow)
    {
        await child.EndAsync();
        Directory.Delete(folder, recursive: true);
        var memory = idle.End.WorkingSet - bare.End.WorkingSet;
        var later = slow.End.WorkingSet - bare.End.WorkingSet;
        return
        [
            TargetLine.Against($"{Transactions * Changes} changes/s from {source}, commit each second", slow.Cores, "cores", "cores compiling", slow.Compiling, $"< {WantedSlow}", slow.Cores < WantedSlow),
            TargetLine.Against("  allocated for each commit", slow.Allocated / slow.Seconds / 1e3, "kB", "kB/s of an empty application", bare.Allocated / bare.Seconds / 1e3),
            TargetLine.Against("  memory beyond an empty ASP.NET application, garbage that nobody collected yet included", later / 1e6, "MB", "MB of an empty application", bare.End.WorkingSet / 1e6),
            TargetLine.Against($"idle, from {source}", idle.Cores, "cores", "cores of an empty application", bare.Cores, $"< {WantedIdle}", idle.Cores < WantedIdle),
            TargetLine.Against("  memory beyond an empty ASP.NET application", memory / 1e6, "MB", "MB of an empty application", bare.End.WorkingSet / 1e6, $"< {WantedBytes / 1e6}", memory < WantedBytes),
        ];
    }

    private static async Task<Stretch> OverAsync(Child child, Func<Task> meanwhile)
    {
        var before = await child.FiguresAsync();
        await meanwhile();
        return new Stretch(before, await child.FiguresAsync());
    }

    private static Task Seconds(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds));

    /// <summary>What a process used between two moments.</summary>
    private sealed record Stretch(Figures Begin, Figures End)
    {
        public double Seconds => End.Time - Begin.Time;

        public double Cores => (End.Cpu - Begin.Cpu) / Seconds;

        public double Compiling => (End.Compiling - Begin.Compiling) / Seconds;

        public long Allocated => End.Allocated - Begin.Allocated;
    }
}
