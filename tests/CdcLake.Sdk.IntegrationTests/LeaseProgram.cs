namespace CdcLake.IntegrationTests;

/// <summary>
/// One of several instances of a pipeline, in a process of its own, to be killed, stopped and cut off by the tests. Arguments: connection string, table, folder. One line for each state
/// and each commit.
/// </summary>
internal static class LeaseProgram
{
    public const string Argument = "lease";

    public static async Task RunAsync(string connectionString, string table, string folder, CancellationToken stop)
    {
        await using var pipeline = Pipeline.FromMySqlBinlog(new MySqlSource(connectionString, o => (o.Heartbeat, o.MaxRetryDelay) = (TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1))).Table(table))
            .ToIceberg(IcebergCatalog.FileSystem(Path.Combine(folder, "warehouse")).Table("demo.t"), o => o.TableProperties["history.expire.min-snapshots-to-keep"] = "1000000")
            .Build("lease", o =>
            {
                o.Lease = true;
                o.CheckpointFolder = Path.Combine(folder, "checkpoints");
                o.CommitInterval = TimeSpan.FromMilliseconds(100);
                o.OnCommit = c => Console.WriteLine($"commit {c.Id}");
            });
        var run = pipeline.RunAsync(stop);
        PipelineState? shown = null;
        while (!run.IsCompleted)
        {
            var status = pipeline.Status;
            if (status.State != shown)
            {
                Console.WriteLine($"state {status.State} {status.Detail} {status.LastError}");
                shown = status.State;
            }

            await Task.WhenAny(run, Task.Delay(10, CancellationToken.None)); // the status has no event
        }

        await run;
        Console.WriteLine($"state {pipeline.Status.State}");
    }
}
