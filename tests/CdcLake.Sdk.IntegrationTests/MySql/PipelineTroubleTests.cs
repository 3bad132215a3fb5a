using CdcLake.IntegrationTests.Fixtures;
using CdcLake.Testing;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Trouble with a server that a whole pipeline outlives.</summary>
public sealed class PipelineTroubleTests(PrivateMySqlServer server) : IClassFixture<PrivateMySqlServer>
{
    private const int Rows = 100_000;

    [ServerFact(TestServers.MySql)]
    public async Task Snapshot_that_loses_its_connection_begins_anew_and_ends_with_every_row_once()
    {
        await using var database = await CreateAsync("lostonce");
        await using var proxy = RecordingProxy.MySql(database.ConnectionString);
        proxy.Script = f => f is { IsFromServer: true, Connection: 2 } ? f.CutAfter(1_000_000) : ProxyAction.Pass; // describe, control, view
        using var folder = new TemporaryFolder();
        using var run = new Run(proxy.ConnectionString, $"{database.Name}.t", folder.Path);
        var commit = await run.FirstCommit.WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(Rows, commit.TotalRows);
        Assert.Equal(1, proxy.Cuts);
        await run.StopAsync();
    }

    [ServerFact(TestServers.MySql)]
    public async Task Server_that_is_not_up_when_the_pipeline_starts_is_waited_for()
    {
        await using var database = await CreateAsync("startdown");
        using var folder = new TemporaryFolder();
        Run? run = null;
        await server.RestartAsync(whileDown: async () =>
        {
            run = new Run(database.ConnectionString, $"{database.Name}.t", folder.Path);
            while (run.Pipeline.Status.LastError?.Exception is not MySqlServerException { IsTransient: true })
            {
                await Task.Delay(10); // the status has no event
            }
        });
        Assert.Equal(Rows, (await run!.FirstCommit.WaitAsync(TimeSpan.FromSeconds(60))).TotalRows);
        await run.StopAsync();
        run.Dispose();
    }

    private async Task<MySqlDatabase> CreateAsync(string name)
    {
        var database = await MySqlDatabase.CreateAsync(server.ConnectionString, name);
        await database.ExecuteAsync(
            "CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(200))",
            "SET SESSION cte_max_recursion_depth=1000000",
            $"INSERT INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i+1 FROM n WHERE i < {Rows}) SELECT i, REPEAT('x', 100) FROM n");
        return database;
    }

    // A pipeline of one table at work.
    private sealed class Run : IDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly TaskCompletionSource<PipelineCommit> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Task _running;

        public Run(string connectionString, string table, string folder)
        {
            Pipeline = Pipeline.FromMySqlBinlog(new MySqlSource(connectionString).Table(table))
                .ToIceberg(IcebergCatalog.FileSystem(Path.Combine(folder, "warehouse")).Table("demo.t"))
                .Build("trouble", o =>
                {
                    o.OnCommit = commit => _first.TrySetResult(commit);
                    o.CheckpointFolder = Path.Combine(folder, "checkpoints");
                });
            _running = Pipeline.RunAsync(_stop.Token);
        }

        public Pipeline Pipeline { get; }

        public Task<PipelineCommit> FirstCommit => _first.Task;

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await _running.WaitAsync(TimeSpan.FromSeconds(30));
        }

        public void Dispose() => _stop.Dispose();
    }
}
