using System.Diagnostics;
using System.Globalization;
using System.Runtime;

namespace CdcLake.Benchmarks.Children;

/// <summary>What a process has used since its start, at one moment.</summary>
/// <param name="Time">Seconds of the machine's monotonic clock, which all its processes share.</param>
/// <param name="Cpu">Seconds of processor time, all threads.</param>
/// <param name="WorkingSet">Bytes of memory in use.</param>
/// <param name="PeakWorkingSet">The most it ever was.</param>
/// <param name="Allocated">Bytes allocated on the managed heap.</param>
/// <param name="Compiling">Seconds of processor time that the runtime compiled methods.</param>
/// <param name="Methods">Methods compiled.</param>
/// <param name="Transferred">Bytes read and written by system calls; 0 where the system does not count them.</param>
internal sealed record Figures(
    double Time, double Cpu, long WorkingSet, long PeakWorkingSet, long Allocated, double Compiling, long Methods, long Transferred)
{
    private static readonly CultureInfo Culture = CultureInfo.InvariantCulture;

    public static double Clock => Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;

    public static Figures Now()
    {
        using var process = Process.GetCurrentProcess();
        return new Figures(
            Clock, Environment.CpuUsage.TotalTime.TotalSeconds, process.WorkingSet64, process.PeakWorkingSet64, GC.GetTotalAllocatedBytes(),
            JitInfo.GetCompilationTime().TotalSeconds, JitInfo.GetCompiledMethodCount(), TransferredBytes());
    }

    public static Figures Parse(string text)
    {
        var parts = text.Split(' ');
        return new Figures(
            double.Parse(parts[0], Culture), double.Parse(parts[1], Culture), long.Parse(parts[2], Culture), long.Parse(parts[3], Culture), long.Parse(parts[4], Culture),
            double.Parse(parts[5], Culture), long.Parse(parts[6], Culture), long.Parse(parts[7], Culture));
    }

    /// <summary>What <see cref="Parse"/> reads.</summary>
    public override string ToString() =>
        string.Create(Culture, $"{Time:R} {Cpu:R} {WorkingSet} {PeakWorkingSet} {Allocated} {Compiling:R} {Methods} {Transferred}");

    /// <summary>How old each transaction after the first seconds was when a state that includes it was seen: the rows say which do, since four in five changes are inserts.</summary>
    public static IEnumerable<double> Ages(IReadOnlyList<(double Time, long Rows)> transactions, IReadOnlyList<(double Time, long Rows)> states, double warmSeconds)
    {
        var next = 0;
        foreach (var (time, rows) in transactions)
        {
            while (states[next].Rows < rows)
            {
                next++;
            }

            if (time > transactions[0].Time + warmSeconds)
            {
                yield return states[next].Time - time;
            }
        }
    }

    private static long TransferredBytes()
    {
        const string file = "/proc/self/io";
        return File.Exists(file)
            ? File.ReadLines(file).Where(l => l.StartsWith("rchar", StringComparison.Ordinal) || l.StartsWith("wchar", StringComparison.Ordinal))
                .Sum(l => long.Parse(l.AsSpan(l.IndexOf(':', StringComparison.Ordinal) + 1), Culture))
            : 0;
    }
}
