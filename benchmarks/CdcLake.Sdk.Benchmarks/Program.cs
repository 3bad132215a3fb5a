using CdcLake.Benchmarks;
using CdcLake.Benchmarks.Children;
using CdcLake.Benchmarks.Logs;
using CdcLake.Benchmarks.Targets;

return args.FirstOrDefault() switch
{
    "targets" => await TargetRun.RunAsync("targets", TargetLists.Short, args[1..]),
    "parallel" => await TargetRun.RunAsync("parallel", ParallelTargets.List, args[1..]),
    "long-targets" => await TargetRun.RunAsync("long-targets", TargetLists.Long, args[1..]),
    "commits" => await TargetRun.RunAsync("commits", work => CommitRun.List(work, args.Contains("--short")), args[1..]),
    "encodings" => await TargetRun.RunAsync("encodings", work => [new("encodings", () => Task.FromResult(EncodingTargets.Sizes(work.InsertWorkload)))], args[1..]),
    "soak" when args.Length > 1 => await TargetRun.RunAsync(
        "soak", work => CommitRun.Soak(work, Number(args[1]), TimeSpan.FromMinutes(args.Length > 2 && args[2] is not ['-', ..] ? Number(args[2]) : 13)), args[2..]),
    "flink" => await TargetRun.RunAsync("flink", FlinkTargets.List, args[1..]),
    "compare" when args.Length == 3 => Comparison.Print(args[1], args[2]),
    "child" when args.Length > 1 => await ChildProgram.RunAsync(args[1..]),
    "log" when args.Length == 4 => WriteLog(args),
    _ => Usage(),
};

static int Number(string text) => int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

// A log for trying other programs on: mysqlbinlog reads it too.
static int WriteLog(string[] args)
{
    var culture = System.Globalization.CultureInfo.InvariantCulture;
    if (args[2] == "mixed")
    {
        Console.WriteLine($"{MixedLog.Write(args[1])} row images");
        return 0;
    }

    var log = new SalesLog { Statements = int.Parse(args[2], culture), UpdatePercent = int.Parse(args[3], culture) };
    Console.WriteLine(string.Create(culture, $"{log.Write(args[1]):N0} bytes, {log.Images:N0} row images"));
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine("""
        Usage: dotnet run -c Release [-p:ReadyToRun=true] --project benchmarks/CdcLake.Sdk.Benchmarks -- targets | long-targets | parallel | commits | encodings | flink [--write] [--only TEXT]
                                                                                                          -- soak COMMITS [MINUTES] [--write]
                                                                                                          -- compare RESULT_FILE RESULT_FILE
                                                                                                          -- log FILE STATEMENTS UPDATE_PERCENT | log FILE mixed 0

          targets       measure everything that has a target, in about six minutes; each line beside a baseline of the same run
          long-targets  what depends on size or time, for larger tables and longer: about a quarter of an hour, 5 GB of temporary files
          parallel      jobs in one partition and in several, on one processor and on two: about a minute
          commits       whether a table stays quick and small over 20,000 commits (--short: 1,000) and 100 data files
          encodings     what other Parquet encodings would save, column by column
          flink         the seeds' jobs beside the same jobs in Flink, which tests/lab/flink.sh starts: about three minutes
          soak N        whether a table that is looked after stays quick and small over N commits, as many as 13 minutes or those given allow
          ReadyToRun    measure the library as the package has it, compiled ahead of time
          --write       also store the table in benchmarks/results/<processor>/<run>.md
          --only TEXT   only measurements whose name contains TEXT: decode, capture, snapshot, codecs, join, plans, state, spill, rocksdb, checkpoint pause, parquet, json, starrocks, key index, commit time, replay,
                        telemetry, scaling, start, memory, harness, freshness, idle, read cost
          compare       two stored tables side by side; exit code 1 when something that was met is short
          log           write a fabricated log: of appdb.products and appdb.sales, or of two tables of many types

        CDCLAKE_TEST_MYSQL names a MySQL server and CDCLAKE_TEST_CHDB a ClickHouse library for what needs one (tests/lab/up.sh has both); without the server
        freshness and idling are measured over a log that is played back, and what remains is skipped.
        """);
    return 2;
}
