namespace CdcLake.IntegrationTests;

/// <summary>
/// The other pipeline that this assembly can be started as: a whole table, its columns taken from MySQL, to be killed by the tests. Arguments: connection string, table, warehouse.
/// One line for each commit.
/// </summary>
internal static class ReplicaProgram
{
    public const string Argument = "replica";

    public static async Task<int> RunAsync(string[] args)
    {
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, e) =>
        {
            e.Cancel = true;
            stop.Cancel();
        };
        await using var pipeline = Pipeline
            .FromMySqlBinlog(new MySqlSource(args[0]).Table(args[1]))
            .ToIceberg(IcebergCatalog.FileSystem(args[2]).Table("lakehouse.t"))
            .Build("followed", o =>
            {
                o.CommitInterval = TimeSpan.FromMilliseconds(20);
                (o.CheckpointFolder, o.CheckpointInterval) = (Path.Combine(args[2], ".checkpoints"), TimeSpan.FromMilliseconds(100)); // where foreign keys are followed
                o.OnCommit = c => Console.WriteLine($"commit {c.Sink} at {c.Position}");
            });
        await pipeline.RunAsync(stop.Token);
        return 0;
    }
}
