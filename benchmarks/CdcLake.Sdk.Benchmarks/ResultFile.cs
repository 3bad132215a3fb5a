using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;

namespace CdcLake.Benchmarks;

/// <summary>Stores a run's table below benchmarks/results/, in a folder named after the processor, with what it ran on.</summary>
internal static partial class ResultFile
{
    public static async Task<string> WriteAsync(string run, IReadOnlyList<TargetLine> lines)
    {
        var cpu = Processor();
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"""
            # {char.ToUpperInvariant(run[0])}{run[1..]} on {cpu}

            Made by `dotnet run -c Release -p:ReadyToRun=true --project benchmarks/CdcLake.Sdk.Benchmarks -- {run} --write`; every baseline was measured in the same run.

            * Processor: {cpu}, {Environment.ProcessorCount} cores
            * System: {RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}
            * Runtime: {RuntimeInformation.FrameworkDescription}, workstation GC, not concurrent
            * Library: {(IsReadyToRun() ? "compiled ahead of time, as the package has it" : "compiled at run time only; the package has images compiled ahead: -p:ReadyToRun=true")}
            * MySQL: {await ServerVersionAsync()}
            * ClickHouse: {ClickHouseVersion()}
            * Commit: {await CommitAsync()}

            "One core" means per second of processor time of the whole process, all threads and the garbage collector included: what one core would do alone.
            Lines marked "clock" are per second on the clock, with all cores. {How(run)} "Others" are the processors that other programs kept
            busy meanwhile, the MySQL server among them: where more than that server needs is said there, "clock" lines are too low.

            | {string.Join(" | ", TargetLine.Columns)} |
            | --- | ---: | --- | --- | ---: | --- | --- | ---: |

            """);
        foreach (var line in lines)
        {
            text.Append("| ").AppendJoin(" | ", line.Cells()).Append(" |\n");
        }

        var folder = Path.Combine(Root(), "benchmarks", "results", NotWord().Replace(cpu.ToLowerInvariant(), "-").Trim('-'));
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, run + ".md");
        await File.WriteAllTextAsync(file, text.ToString());
        return Path.GetRelativePath(Root(), file);
    }

    private static string How(string run) => run == "flink"
        ? "Each figure is of one run in fresh processes without a warm-up, Flink's class loading and compilation included: a cluster that has run for long is faster than this."
        : "Medians of several runs after a warm-up.";

    private static bool IsReadyToRun()
    {
        using var file = File.OpenRead(typeof(Pipeline).Assembly.Location);
        using var image = new PEReader(file);
        return image.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0;
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

    private static string ClickHouseVersion() => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(ClickHouse.Variable))
        ? "none"
        : ClickHouse.Query("SELECT version()", Path.GetTempPath()).Trim();

    private static async Task<string> CommitAsync()
    {
        var commit = await GitAsync("log", "-1", "--format=%h of %cs");
        return commit.Length == 0 ? "unknown" : commit + (await GitAsync("status", "--porcelain", "--untracked-files=no", "--", "src") is "" ? "" : ", and changes to src");
    }

    // Empty where there is no git, or no repository.
    private static async Task<string> GitAsync(params string[] arguments)
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = Root(), RedirectStandardOutput = true, RedirectStandardError = true })!;
            var text = await git.StandardOutput.ReadToEndAsync();
            await git.WaitForExitAsync();
            return git.ExitCode == 0 ? text.Trim() : "";
        }
        catch (Win32Exception)
        {
            return "";
        }
    }

    /// <summary>Folder of the repository.</summary>
    public static string Root()
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
