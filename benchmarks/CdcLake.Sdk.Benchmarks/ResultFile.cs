using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using CdcLake.MySql.Wire;

namespace CdcLake.Benchmarks;

/// <summary>Stores a run's table below benchmarks/results/, in a folder named after the processor, with what it ran on.</summary>
internal static partial class ResultFile
{
    public static async Task<string> WriteAsync(IReadOnlyList<TargetLine> lines, string load, string name = "targets")
    {
        var cpu = Processor();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # {char.ToUpperInvariant(name[0])}{name[1..]} on {cpu}

            Made by `dotnet run -c Release --project benchmarks/CdcLake.Sdk.Benchmarks -- {name} --write`; every baseline was measured in the same run.

            * Processor: {cpu}, {Environment.ProcessorCount} cores
            * System: {RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}
            * Runtime: {RuntimeInformation.FrameworkDescription}, workstation GC, not concurrent
            * MySQL: {await ServerVersionAsync()}
            * Load average when it began: {load} (below 0.5 nothing else runs; above, "clock" lines are too low)

            "One core" means per second of processor time of the whole process, all threads and the garbage collector included: what one core would do alone.
            Lines marked "clock" are per second on the clock, with all cores. Medians of several runs after a warm-up.

            | name | value | unit | baseline | ratio | target | met or short |
            | --- | ---: | --- | --- | ---: | --- | --- |

            """);
        foreach (var line in lines)
        {
            text.Append("| ").AppendJoin(" | ", line.Cells()).Append(" |\n");
        }

        var folder = Path.Combine(Root(), "benchmarks", "results", NotWord().Replace(cpu.ToLowerInvariant(), "-").Trim('-'));
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{name}.md");
        await File.WriteAllTextAsync(file, text.ToString());
        return Path.GetRelativePath(Root(), file);
    }

    /// <summary>How many threads wanted a processor during the last minute.</summary>
    public static string Load()
    {
        const string file = "/proc/loadavg";
        return File.Exists(file) ? File.ReadAllText(file).Split(' ')[0] : "unknown";
    }

    private static string Processor()
    {
        const string info = "/proc/cpuinfo";
        var line = File.Exists(info) ? File.ReadLines(info).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':')[1].Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    private static async Task<string> ServerVersionAsync()
    {
        if (Environment.GetEnvironmentVariable("CDCLAKE_TEST_MYSQL") is not { Length: > 0 } server)
        {
            return "none";
        }

        var options = MySqlConnectionOptions.Parse(server);
        await using var session = await ServerSession.OpenAsync(options, options.Hosts[0], CancellationToken.None);
        return $"{session.Version} on the same machine";
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(Directory.GetCurrentDirectory());
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "CdcLake.Sdk.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("--write works inside the repository: run it from a folder of the checkout.");
    }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotWord();
}
