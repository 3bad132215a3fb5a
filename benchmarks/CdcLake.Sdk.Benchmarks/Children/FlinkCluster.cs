using System.Diagnostics;
using System.Globalization;

namespace CdcLake.Benchmarks.Children;

/// <summary>Flink of <c>tests/lab/flink.sh</c>, started for a measurement and stopped behind it: JobManager, TaskManager and SQL gateway, each a process.</summary>
internal sealed class FlinkCluster : IAsyncDisposable
{
    private const double TicksPerSecond = 100;
    private readonly string _script;
    private readonly IReadOnlyList<string> _processes;

    private FlinkCluster(string script, string gateway, string rest, IReadOnlyList<string> processes)
    {
        _script = script;
        Gateway = new FlinkSqlGateway(gateway);
        Rest = rest;
        _processes = processes;
    }

    public FlinkSqlGateway Gateway { get; }

    /// <summary>Address of the JobManager.</summary>
    public string Rest { get; }

    public static async Task<FlinkCluster> StartAsync()
    {
        var script = Path.Combine(ResultFile.Root(), "tests", "lab", "flink.sh");
        await LabAsync(script, "start");
        var settings = (await LabAsync(script, "env")).Split('\n').Select(l => l.Split('=', 2)).Where(l => l.Length == 2).ToDictionary(l => l[0], l => l[1].Trim(), StringComparer.Ordinal);
        var folder = Path.GetDirectoryName(settings["FLINK_LOG"])!;
        string[] names = ["jobmanager", "taskmanager", "gateway"];
        return new FlinkCluster(script, settings["FLINK_GATEWAY"], settings["FLINK_REST"], [.. names.Select(n => $"/proc/{File.ReadAllText(Path.Combine(folder, n + ".pid")).Trim()}")]);
    }

    /// <summary>Seconds of processor time of all three so far.</summary>
    public double Cpu() => _processes.Sum(p =>
    {
        var text = File.ReadAllText(Path.Combine(p, "stat"));
        return text[(text.LastIndexOf(')') + 2)..].Split(' ').Skip(11).Take(2).Sum(t => double.Parse(t, CultureInfo.InvariantCulture)) / TicksPerSecond;
    });

    /// <summary>Bytes of memory in use, of all three.</summary>
    public long WorkingSet() => _processes.Sum(p =>
        long.Parse(File.ReadLines(Path.Combine(p, "status")).First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10);

    public async ValueTask DisposeAsync()
    {
        Gateway.Dispose();
        await LabAsync(_script, "stop");
    }

    private static async Task<string> LabAsync(string script, string command)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", [script, command]) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{script} {command} ended with {process.ExitCode}.");
    }
}
