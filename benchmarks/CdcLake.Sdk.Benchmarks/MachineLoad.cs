using System.Diagnostics;
using System.Globalization;

namespace CdcLake.Benchmarks;

/// <summary>
/// How much the machine has worked since it was started. Linux tells it twice: by samples at each tick, which see other containers too but miss programs that wake
/// with the tick, and exactly for each process that we can see.
/// </summary>
/// <param name="Sampled">Seconds of processor time of all programs and of the machine's host, by samples; not a number where the system does not say.</param>
/// <param name="Counted">Seconds of all processes that can be seen, without this one and its children.</param>
/// <param name="Own">Seconds of this process and its children.</param>
/// <param name="Time">Seconds on the clock.</param>
internal readonly record struct MachineLoad(double Sampled, double Counted, double Own, double Time)
{
    private const double TicksPerSecond = 100;

    public static MachineLoad Now()
    {
        const string machine = "/proc/stat";
        var time = Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
        if (!File.Exists(machine))
        {
            return new MachineLoad(double.NaN, double.NaN, 0, time);
        }

        // cpu user nice system idle iowait irq softirq steal
        var all = File.ReadLines(machine).First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(Number).ToArray();
        var (counted, own) = (0.0, 0.0);
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
        {
            var (isOwn, ticks) = Process(folder);
            own += isOwn ? ticks : 0;
            counted += isOwn ? 0 : ticks;
        }

        return new MachineLoad((all[0] + all[1] + all[2] + all[5] + all[6] + all[7]) / TicksPerSecond, counted / TicksPerSecond, own / TicksPerSecond, time);
    }

    /// <summary>Processors that other programs kept busy since then, a MySQL server that we ask among them: the larger of both answers.</summary>
    public double OthersSince(MachineLoad before) =>
        Math.Max(0, Math.Max(Sampled - before.Sampled - (Own - before.Own), Counted - before.Counted) / (Time - before.Time));

    // PID (NAME) STATE PARENT … and, from the twelfth field behind the name on: user, system, and both of the children it has seen end.
    private static (bool IsOwn, double Ticks) Process(string folder)
    {
        try
        {
            var text = File.ReadAllText(Path.Combine(folder, "stat"));
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            var isOwn = Number(Path.GetFileName(folder)) == Environment.ProcessId || Number(fields[1]) == Environment.ProcessId;
            return (isOwn, fields.Skip(11).Take(4).Sum(Number));
        }
        catch (IOException)
        {
            return (false, 0); // it has ended meanwhile
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
