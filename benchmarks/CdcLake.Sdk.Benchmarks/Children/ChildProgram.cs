using System.Globalization;

namespace CdcLake.Benchmarks.Children;

/// <summary>
/// What a child process does. It tells of each commit (<c>commit TIME ROWS</c>), answers <c>figures</c> on its standard input, ends when that ends or its work is
/// done, and says <c>end FIGURES</c>.
/// </summary>
internal static class ChildProgram
{
    private static readonly Lock Output = new();

    public static async Task<int> RunAsync(IReadOnlyList<string> args)
    {
        switch (args[0])
        {
            case "nothing": // an application without a pipeline
                Say("ready", "");
                await ObeyAsync(_ => Task.CompletedTask);
                break;
            case "files": // JOB LOG FOLDER
                await FilesAsync(args[1], args[2], args[3]);
                break;
            case "repeat": // JOB LOG FOLDER [PARTITIONS]: once more for each line "run"
                var partitions = args.Count > 4 ? int.Parse(args[4], CultureInfo.InvariantCulture) : 0;
                await ObeyAsync(async _ => await RepeatAsync(args[1], args[2], args[3], partitions));
                break;
            case "paced" or "server":
                await FollowAsync(PipelineOf(args));
                break;
            case "web": // [paced … | server …]: an ASP.NET application with that pipeline, or without one
                await WebApp.RunAsync(args.Count > 1 ? PipelineOf([.. args.Skip(1)]) : null, () => ObeyAsync(_ => Task.CompletedTask));
                break;
            case "spill": // ROWS UPDATES BUDGET_BYTES (0: all in memory) FOLDER
                SpillRun.Run(long.Parse(args[1], CultureInfo.InvariantCulture), int.Parse(args[2], CultureInfo.InvariantCulture), long.Parse(args[3], CultureInfo.InvariantCulture), args[4]);
                break;
            case "keyed": // own | rocksdb ROWS UPDATES BUDGET_BYTES FOLDER
                KeyedRun.Run(args[1], long.Parse(args[2], CultureInfo.InvariantCulture), int.Parse(args[3], CultureInfo.InvariantCulture), long.Parse(args[4], CultureInfo.InvariantCulture), args[5]);
                break;
            default:
                throw new ArgumentException($"A child does not know \"{args[0]}\".");
        }

        Say("end", Figures.Now().ToString());
        return 0;
    }

    /// <summary>Writes a line that the parent reads.</summary>
    public static void Say(string word, string text)
    {
        lock (Output)
        {
            Console.WriteLine(text.Length == 0 ? word : $"{word} {text}");
        }
    }

    private static Pipeline PipelineOf(IReadOnlyList<string> args) => args[0] switch
    {
        // JOB LOG FOLDER MILLISECONDS_OF_COMMITS TRANSACTIONS_PER_SECOND
        "paced" => SalesJob.Paced(args[1], args[2], args[3], o => Configure(o, args[4]), double.Parse(args[5], CultureInfo.InvariantCulture)),

        // JOB CONNECTION_STRING DATABASE FOLDER MILLISECONDS_OF_COMMITS
        "server" => SalesJob.Build(args[1], new MySqlSource(args[2]), args[3], args[4], o => Configure(o, args[5])),
        _ => throw new ArgumentException($"A child makes no pipeline of \"{args[0]}\"."),
    };

    private static void Configure(PipelineOptions options, string milliseconds)
    {
        options.CommitInterval = TimeSpan.FromMilliseconds(int.Parse(milliseconds, CultureInfo.InvariantCulture));
        options.OnCommit = c => Say("commit", string.Create(CultureInfo.InvariantCulture, $"{Figures.Clock:R} {c.TotalRows}"));
    }

    private static async Task FilesAsync(string job, string log, string folder)
    {
        var heap = 0L;
        var committed = false;
        await using var pipeline = SalesJob.Build(job, MySqlSource.FromFiles(log), SalesJob.Database, folder, o => o.OnCommit = c =>
        {
            if (!committed)
            {
                committed = true;
                Say("first", Figures.Now().ToString());
            }

            heap = Math.Max(heap, GC.GetTotalMemory(forceFullCollection: false));
        });
        await pipeline.RunAsync();
        Say("heap", heap.ToString(CultureInfo.InvariantCulture));
    }

    private static async Task RepeatAsync(string job, string log, string folder, int partitions)
    {
        GC.Collect();
        var before = Cost.Now();
        await using (var pipeline = SalesJob.Build(job, MySqlSource.FromFiles(log), SalesJob.Database, folder, o => o.Parallelism = partitions))
        {
            await pipeline.RunAsync();
        }

        var cost = Cost.Now() - before;
        Directory.Delete(folder, recursive: true);
        Say("run", string.Create(CultureInfo.InvariantCulture, $"{cost.Wall:R} {cost.Cpu:R}"));
    }

    private static async Task FollowAsync(Pipeline pipeline)
    {
        await using var _ = pipeline;
        using var stop = new CancellationTokenSource();
        var run = pipeline.RunAsync(stop.Token);
        await Task.WhenAny(run, ObeyAsync(_ => Task.CompletedTask));
        await stop.CancelAsync();
        await run;
    }

    /// <summary>Answers lines until there are no more; the work is done for each that is not about figures.</summary>
    private static async Task ObeyAsync(Func<string, Task> work)
    {
        // The console's reader blocks a thread whatever it is asked; reading the stream itself does not keep the pool from its work.
        using var input = new StreamReader(Console.OpenStandardInput());
        while (await Task.Run(input.ReadLine) is { } line)
        {
            if (line == "figures")
            {
                Say(line, Figures.Now().ToString());
            }
            else
            {
                await work(line);
            }
        }
    }
}
