using System.Diagnostics;
using System.Globalization;
using CdcLake;

namespace Quickstart;

/// <summary>Runs the pipeline and tells on the console what happens.</summary>
internal static class Job
{
    public static async Task<int> RunAsync(Arguments arguments, CancellationToken stop)
    {
        var recorded = arguments.MySql is null && arguments.Binlogs.Count == 0 ? RecordedLog.Open() : null;
        var mysql = arguments.MySql is { } connection
            ? new MySqlSource(connection)
            : MySqlSource.FromFiles(recorded?.Files ?? arguments.Binlogs);
        var table = IcebergCatalog.FileSystem(arguments.Warehouse).Table("demo.sales_by_product");

        Console.WriteLine($"CdcLake quickstart: {arguments.Database}.sales ⋈ {arguments.Database}.products, by product → {table.Name}");
        Console.WriteLine(recorded is null ? $"source     {mysql}" : $"source     {mysql}, recorded from MySQL 9.7");
        Console.WriteLine($"warehouse  {Path.GetFullPath(arguments.Warehouse)}");

        await using var pipeline = SalesByProduct.Pipeline(mysql, arguments.Database, table, o =>
        {
            o.CheckpointFolder = Path.Combine(arguments.Warehouse, ".checkpoints");
            // The recorded log is read in a fraction of a second: a commit after each epoch shows how the table grows.
            o.CommitInterval = arguments.CommitInterval ?? (recorded is null ? o.CommitInterval : TimeSpan.Zero);
            o.CheckpointInterval = arguments.CheckpointInterval ?? o.CheckpointInterval;
            o.CommitRows = arguments.CommitRows ?? o.CommitRows;
            o.EpochRows = recorded is null ? o.EpochRows : 4_000;
            o.OnCommit = commit => Progress.Line(string.Create(CultureInfo.InvariantCulture,
                $"commit     snapshot {commit.Id}  {commit.TotalRows:N0} rows (+{commit.Upserts:N0} −{commit.Deletes:N0})  at {commit.Position}"));
        });

        var clock = Stopwatch.StartNew();
        await Progress.WatchAsync(pipeline, pipeline.RunAsync(stop), isLive: arguments.MySql is not null);
        var status = pipeline.Status;
        var commits = status.Sinks.Sum(s => s.Commits);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"done       {status.ChangesRead:N0} changes read in {clock.Elapsed.TotalSeconds:N1} s, {commits:N0} commits"));
        if (commits == 0)
        {
            Console.WriteLine("nothing new: the table already holds everything in this log");
        }

        var result = await ResultTable.ReadAsync(table);
        Console.WriteLine();
        result.Print(Console.Out, rows: 10);
        var matches = recorded?.Check(result, status) ?? true;

        var folder = Path.Combine(Path.GetFullPath(arguments.Warehouse), "demo", "sales_by_product");
        Console.WriteLine($"""

            The table lies in {folder}. To read it elsewhere:
              ClickHouse   SELECT * FROM icebergLocal('{folder}')
              DuckDB       SELECT * FROM iceberg_scan('{folder}')
            """);
        return matches ? 0 : 1;
    }
}
