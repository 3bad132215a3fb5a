using CdcLake.Benchmarks;
using CdcLake.Benchmarks.Logs;

return args.FirstOrDefault() switch
{
    "targets" => await TargetRun.RunAsync(args.Skip(1).ToList()),
    "commits" => await CommitRun.RunAsync(args.Skip(1).ToList()),
    "log" when args.Length == 4 => WriteLog(args),
    _ => Usage(),
};

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
        Usage: dotnet run -c Release --project benchmarks/CdcLake.Sdk.Benchmarks -- targets [--write] [--only TEXT]
                                                                                  -- commits [--write] [--short]
                                                                                  -- log FILE STATEMENTS UPDATE_PERCENT | log FILE mixed 0

          targets       measure everything that has a target, in a few minutes; each line beside a baseline of the same run
          --write       also store the table in benchmarks/results/<processor>/targets.md
          --only TEXT   only measurements whose name contains TEXT
          commits       whether a table stays quick and small over 20,000 commits (--short: 1,000) and 100 data files; --write stores commits.md
          log           write a fabricated log: of appdb.products and appdb.sales, or of two tables of many types

        CDCLAKE_TEST_MYSQL names a MySQL server for what needs one (tests/lab/up.sh starts one); without it those lines are skipped.
        """);
    return 2;
}
