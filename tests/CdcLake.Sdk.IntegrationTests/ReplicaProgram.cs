using System.Globalization;

namespace CdcLake.IntegrationTests;

/// <summary>
/// The other pipeline that this assembly can be started as: a whole table, its columns taken from MySQL, to be killed by the tests. Arguments: connection string, table, warehouse, and, where
/// sums of its columns <c>id</c> and <c>v</c> are wanted in a second table, the folder of checkpoints; behind that <see cref="FromLake"/>, where the sums alone are wanted, of the rows that the first
/// table has by now and of all changes since. One line for each commit.
/// </summary>
internal static class ReplicaProgram
{
    public const string Argument = "replica";

    /// <summary>Environment variable with the most rows that a snapshot reads in a second; without it as fast as it can.</summary>
    public const string SnapshotRows = "CDCLAKE_TEST_SNAPSHOT_ROWS";

    /// <summary>Environment variable; where it is there rows that the log has in part are completed.</summary>
    public const string PartialRows = "CDCLAKE_TEST_PARTIAL_ROWS";

    /// <summary>Instead of a table: all tables of the database <c>ddl</c> but those of <c>tmp_*</c>.</summary>
    public const string WholeDatabase = "*";

    /// <summary>The sums begin with the rows of the replica.</summary>
    public const string FromLake = "from-lake";

    public static async Task RunAsync(string[] args, CancellationToken stop)
    {
        await using var pipeline = Build(args);
        await pipeline.RunAsync(stop);
    }

    private static Pipeline Build(string[] args)
    {
        var lake = IcebergCatalog.FileSystem(args[2]);
        if (args[1] == WholeDatabase)
        {
            return Pipeline.FromMySqlBinlog(new MySqlSource(args[0]).Database("ddl").Exclude("tmp_*")).ToIceberg(lake.Namespace("lakehouse")).Build("followed", Configure);
        }

        if (args.Length == 5)
        {
            return Totals(Pipeline.FromMySqlBinlog(new MySqlSource(args[0], o => o.StartAt = MySqlStart.FromIceberg(_ => lake.Table("lakehouse.t"))).Table(args[1])), lake)
                .Build("sums", o => Configure(o, args[3]));
        }

        var rows = Pipeline.FromMySqlBinlog(new MySqlSource(args[0], Limit).Table(args[1])).ToIceberg(lake.Table("lakehouse.t"));
        return args.Length == 3
            ? rows.Build("followed", o => Configure(o, Path.Combine(args[2], ".checkpoints"))) // where foreign keys are followed
            : Totals(rows, lake).Build("followed", o => Configure(o, args[3]));
    }

    private static ChangeStream<Total> Totals(ChangeStream<Row> rows, IcebergCatalog lake) => rows
        .Aggregate(r => new { Group = r.Get<int>("id") % 1000 }, g => new Total(g.Key.Group, g.Sum(r => r.Get<long>("v")), g.Count()))
        .ToIceberg(lake.Table("lakehouse.totals"), key: t => t.Group);

    private static void Limit(MySqlSourceOptions options)
    {
        options.SnapshotWorkers = 3; // they share the table
        options.CompletePartialRows = Environment.GetEnvironmentVariable(PartialRows) is not null;
        options.SnapshotRowsPerSecond = Environment.GetEnvironmentVariable(SnapshotRows) is { } rows ? double.Parse(rows, CultureInfo.InvariantCulture) : null;
    }

    private static void Configure(PipelineOptions options, string checkpoints)
    {
        Configure(options);
        options.CheckpointFolder = checkpoints;
    }

    private static void Configure(PipelineOptions options)
    {
        options.CommitInterval = TimeSpan.FromMilliseconds(20);
        options.CheckpointInterval = TimeSpan.FromMilliseconds(100);
        options.OnCommit = c => Console.WriteLine($"commit {c.Sink} at {c.Position}");
    }

    private sealed record Total(int Group, long Sum, long Count);
}
