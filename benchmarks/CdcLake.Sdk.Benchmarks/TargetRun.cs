using CdcLake.Benchmarks.Logs;
using CdcLake.Benchmarks.Targets;

namespace CdcLake.Benchmarks;

/// <summary>Runs all measurements one after the other and prints a line for each.</summary>
internal static class TargetRun
{
    public static async Task<int> RunAsync(IReadOnlyList<string> options)
    {
        var only = options.Contains("--only") ? options[options.ToList().IndexOf("--only") + 1] : "";
        await using var work = new Workspace();
        var load = ResultFile.Load();
        var lines = new List<TargetLine>();
        Console.WriteLine("name | value | unit | baseline | ratio | target | met or short");
        foreach (var (name, measure) in All(work))
        {
            if (!name.Contains(only, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            foreach (var line in await measure())
            {
                Console.WriteLine(line);
                lines.Add(line);
            }
        }

        if (options.Contains("--write"))
        {
            Console.WriteLine("written to " + await ResultFile.WriteAsync(lines, load));
        }

        return 0;
    }

    private static IEnumerable<(string Name, Func<Task<IReadOnlyList<TargetLine>>> Measure)> All(Workspace work)
    {
        yield return ("decode sales from file", () => DecodeTargets.SalesAsync(work));
        yield return ("decode mixed rows from file", () => DecodeTargets.MixedAsync(work));
        yield return ("capture from a local log server", () => CaptureTargets.LocalAsync(work));
        yield return ("capture from MySQL", () => WithServer(work, "capture from MySQL over loopback (clock)", CaptureTargets.MySqlAsync));
        yield return ("snapshot from MySQL", () => WithServer(work, "snapshot from MySQL (clock)", SnapshotTargets.MySqlAsync));
        yield return ("crc32", () => Several([CodecTargets.Crc(work.InsertLog)]));
        yield return ("codecs", () => Several(CodecTargets.Codecs(work.InsertWorkload)));
        yield return ("join + aggregate", () => JoinTargets.JoinAggregateAsync(work.UpdateWorkload));
        yield return ("key index", () => Several(IndexTargets.Sets()));
        yield return ("parquet encode", () => ParquetTargets.EncodeAsync(work.InsertWorkload));
        yield return ("parquet decode", () => ParquetTargets.DecodeAsync(work.InsertWorkload));
        yield return ("commit time", () => SinkTargets.CommitTimeAsync(work));
        yield return ("replay → join + aggregate → Iceberg", () => EndToEndTargets.JoinAggregateAsync(work));
        yield return ("replay → Iceberg upsert", () => EndToEndTargets.ReplicaAsync(work));
    }

    private static async Task<IReadOnlyList<TargetLine>> WithServer(
        Workspace work, string name, Func<BenchmarkServer, Task<IReadOnlyList<TargetLine>>> measure) =>
        await work.ServerAsync() is { } server ? await measure(server) : [TargetLine.Skipped(name, "no server")];

    private static Task<IReadOnlyList<TargetLine>> Several(IReadOnlyList<TargetLine> lines) => Task.FromResult(lines);
}
