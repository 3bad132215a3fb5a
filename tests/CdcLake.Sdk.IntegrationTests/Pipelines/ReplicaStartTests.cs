using System.Collections.Concurrent;
using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Gtids;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A pipeline that begins with the rows of replicas in a lake, at their GTID set, and follows the log from there: as exact as one that reads the server, or refused by name.</summary>
[Collection(ServerPair.Collection)]
public sealed class ReplicaStartTests(ServerPair servers, ITestOutputHelper output) : IDisposable
{
    private const string TotalsQuery = """
        SELECT p.id AS product_id, p.sku, p.name, CAST(SUM(s.qty) AS SIGNED) AS total_qty, COUNT(*) AS sale_count, COUNT(DISTINCT s.channel) AS channels
        FROM sales s JOIN products p ON s.product_id = p.id GROUP BY p.id, p.sku, p.name
        """;

    private readonly TemporaryFolder _folder = new();

    private static int Kills => Proof.Rounds(usual: 3, full: 40);

    private static int KilledRows => Proof.Rounds(usual: 200_000, full: 3_000_000);

    private IcebergCatalog Lake => IcebergCatalog.FileSystem(_folder["warehouse"]);

    public void Dispose() => _folder.Dispose();

    [ServerFact(TestServers.MySql, IcebergJava.Variable)]
    public async Task Derived_table_begins_with_the_lake_s_rows_and_is_exact_at_each_commit_while_writers_go_on()
    {
        var shop = new LiveShop(servers, _folder.Path, Seed.Next(output).Next());
        await using var replica = await shop.CreateAsync();
        using var stop = new CancellationTokenSource();
        await using var raw = new Run(o => Pipeline.FromMySqlBinlog(Source().Database(LiveShop.Database)).ToIceberg(Lake.Namespace("raw")).Build("raw", o), _folder["checkpoints"]);
        await using var session = await servers.Source.OpenAsync(LiveShop.Database);
        await raw.ReachAsync(await session.GtidExecutedAsync());
        var writing = shop.Writers.RunAsync(2, stop.Token);
        for (var committed = 0L; committed < 60; committed = shop.Writers.Committed)
        {
            await raw.ReachAsync(await session.GtidExecutedAsync());
        }

        GtidSet first;
        await using (var totals = Totals())
        {
            first = GtidSet.Parse(await totals.FirstCommitAsync());
            for (var more = shop.Writers.Committed + 60; shop.Writers.Committed < more;)
            {
                await totals.ReachAsync(await session.GtidExecutedAsync());
            }

            await totals.StopAsync();
        }

        await using var again = Totals(); // goes on from its checkpoint, not from the lake
        for (var more = shop.Writers.Committed + 30; shop.Writers.Committed < more;)
        {
            await again.ReachAsync(await session.GtidExecutedAsync());
        }

        await stop.CancelAsync();
        await writing;
        await again.ReachAsync(await shop.Writers.FinishAsync());
        Assert.Contains(raw.Commits, c => first.Equals(GtidSet.Parse(c.Position)));
        await again.StopAsync();
        await raw.StopAsync();
        var table = new LakeTable(_folder["warehouse/demo/totals"]);
        output.WriteLine($"{shop.Writers.Committed} transactions, {raw.Commits.Count} commits of replicas, {await LakeRows.CheckAsync(table, replica, TotalsQuery)} snapshots of the derived table exact");
    }

    [ServerFact(TestServers.MySql, IcebergJava.Variable, ClickHouse.Variable)]
    public async Task Pipeline_that_is_killed_while_it_reads_the_lake_begins_anew_and_is_exact()
    {
        var random = Seed.Next(output);
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "replica_kill");
        await database.ExecuteAsync(
            "CREATE TABLE t (id INT PRIMARY KEY, v BIGINT NOT NULL, s VARCHAR(200) NOT NULL)", "SET SESSION cte_max_recursion_depth=10000000",
            $"INSERT INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i+1 FROM n WHERE i < {KilledRows}) SELECT i * 10, i, SHA2(i, 256) FROM n");
        await using (var replica = Start())
        {
            await replica.CommitAsync(GtidSet.Parse(await database.Connection.GtidExecutedAsync()), "iceberg(lakehouse.t)");
            await replica.DrainAsync();
        }

        for (var kill = 0; kill < Kills; kill++)
        {
            await database.ExecuteAsync($"UPDATE t SET v = v + 1 WHERE id MOD 1000 = {kill * 10}", $"DELETE FROM t WHERE id MOD 7770 = {kill * 10}", $"INSERT INTO t VALUES ({(kill * 10) + 3}, 5, 'new')");
            await using var run = Start(_folder["checkpoints"], ReplicaProgram.FromLake);
            Assert.False(await run.ExitsWithinAsync(TimeSpan.FromMilliseconds(300 + random.Next(900))), run.HasExited ? run.Failure("ended by itself").Message : null);
            await run.KillAsync();
        }

        await using (var last = Start(_folder["checkpoints"], ReplicaProgram.FromLake))
        {
            await last.CommitAsync(GtidSet.Parse(await database.Connection.GtidExecutedAsync()), "iceberg(lakehouse.totals)");
            await last.DrainAsync();
        }

        var expected = await database.Connection.QueryAsync("SELECT COUNT(*), SUM(g * n), SUM(x), SUM(g * x) FROM (SELECT id MOD 1000 g, SUM(v) x, COUNT(*) n FROM t GROUP BY 1) s", default);
        Assert.Equal(
            string.Join('\t', expected.Rows[0]),
            ClickHouse.Query("SELECT count(), sum(`group` * `count`), sum(`sum`), sum(`group` * `sum`) FROM icebergLocal('lakehouse/totals')", _folder["lake"]).Trim());
        await IcebergJava.VerifyAsync(_folder["lake/lakehouse/totals"]);

        ChildProcess Start(params string[] more) => ChildProcess.Start(
            "dotnet", ["exec", typeof(ReplicaStartTests).Assembly.Location, ReplicaProgram.Argument, database.ConnectionString, $"{database.Name}.t", _folder["lake"], .. more]);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Replica_that_does_not_fit_the_server_is_refused_with_the_reason()
    {
        await servers.Source.ResetAsync();
        await using var session = await servers.Source.OpenAsync();
        await session.RunAsync("CREATE DATABASE shop", "USE shop", "CREATE TABLE t (id INT PRIMARY KEY, v INT)", "INSERT INTO t VALUES (1, 10), (2, 20)");
        await ReplicateAsync(session, "raw");
        await ReplicateAsync(session, "late", o => o.StartAt = MySqlStart.Latest);
        await RefusesAsync<SchemaMismatchException>("late", "began in the middle of the log");
        await RefusesAsync<CatalogException>("nothing", "has no such table");

        await session.RunAsync("ALTER TABLE t MODIFY v BIGINT", "INSERT INTO t VALUES (3, 30)");
        await RefusesAsync<SchemaMismatchException>("raw", "column \"v\" is int there; bigint in MySQL becomes long", "start again when its replica has followed");
        await ReplicateAsync(session, "raw");
        Assert.Equal(60, await SumAsync(session, "raw", "followed"));

        await session.RunAsync("INSERT INTO t VALUES (4, 40)", "FLUSH BINARY LOGS", "INSERT INTO t VALUES (5, 50)");
        await session.PurgeLogAsync();
        await RefusesAsync<BinlogUnavailableException>("raw", "The pipeline was to begin with the rows of the Iceberg tables raw.* at", "has purged log files", "MySqlStart.Snapshot");
        Assert.Equal(150, await SumAsync(session, "raw", "resnapshot", o => o.ResnapshotWhenPurged = true)); // the server's rows

        await session.RunAsync("RESET BINARY LOGS AND GTIDS", "INSERT INTO t VALUES (6, 60)");
        await RefusesAsync<BinlogUnavailableException>("raw", "lacks transactions that were already processed");
    }

    private MySqlSource Source(Action<MySqlSourceOptions>? configure = null) => new(servers.Source.CaptureString, configure);

    private Run Totals()
    {
        var mysql = Source(o => o.StartAt = MySqlStart.FromIceberg(Lake.Namespace("raw")));
        return new Run(
            o => Pipeline.FromMySqlBinlog(mysql.Table<Sale>("shop.sales"))
                .Join(mysql.Table<Product>("shop.products"), s => s.ProductId, p => p.Id, (s, p) => new { p.Id, p.Sku, p.Name, s.Qty, s.Channel })
                .Aggregate(r => new { r.Id, r.Sku, r.Name }, g => new Total(g.Key.Id, g.Key.Sku, g.Key.Name, g.Sum(r => r.Qty), g.Count(), g.CountDistinct(r => r.Channel)))
                .ToIceberg(Lake.Table("demo.totals"), key: r => r.ProductId)
                .Build("totals", o),
            _folder["checkpoints"],
            TimeSpan.FromMilliseconds(250));
    }

    private async Task ReplicateAsync(CdcLake.MySql.Wire.ServerSession session, string space, Action<MySqlSourceOptions>? configure = null)
    {
        await using var run = new Run(o => Pipeline.FromMySqlBinlog(Source(configure).Table("shop.t")).ToIceberg(Lake.Table($"{space}.t")).Build(space, o), _folder["checkpoints"]);
        await run.ReachAsync(await session.GtidExecutedAsync());
        await run.StopAsync();
    }

    private Run Sum(string space, string name, Action<MySqlSourceOptions>? configure = null) => new(
        o => Pipeline.FromMySqlBinlog(Source(s =>
            {
                s.StartAt = MySqlStart.FromIceberg(Lake.Namespace(space));
                configure?.Invoke(s);
            }).Table("shop.t"))
            .Aggregate(g => new { Rows = g.Count(), Sum = g.Sum(r => r.Get<long?>("v")) }).ToIceberg(Lake.Table($"sums.{name}")).Build(name, o),
        _folder["checkpoints"]);

    private async Task<long> SumAsync(CdcLake.MySql.Wire.ServerSession session, string space, string name, Action<MySqlSourceOptions>? configure = null)
    {
        await using var run = Sum(space, name, configure);
        await run.ReachAsync(await session.GtidExecutedAsync());
        await run.StopAsync();
        await foreach (var row in Lake.Table($"sums.{name}").ReadAsync())
        {
            return Convert.ToInt64(row["sum"], CultureInfo.InvariantCulture);
        }

        return -1;
    }

    private async Task RefusesAsync<TError>(string space, params string[] parts)
        where TError : CdcLakeException
    {
        await using var run = Sum(space, $"refused-{space}");
        var error = await Assert.ThrowsAsync<TError>(() => run.Running.WaitAsync(ChildProcess.Limit));
        Assert.All(parts, p => Assert.Contains(p, error.Message, StringComparison.Ordinal));
        output.WriteLine(error.Message);
    }

    private sealed record Sale(long Id, int ProductId, int Qty, string? Channel);

    private sealed record Product(int Id, string Sku, string Name);

    private sealed record Total(int ProductId, string Sku, string Name, long TotalQty, long SaleCount, long Channels);

    /// <summary>A pipeline that runs.</summary>
    private sealed class Run : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly TaskCompletionSource<string> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Pipeline _pipeline;

        public Run(Func<Action<PipelineOptions>, Pipeline> build, string checkpoints, TimeSpan? commitInterval = null)
        {
            _pipeline = build(o =>
            {
                o.CheckpointFolder = checkpoints;
                o.CheckpointInterval = TimeSpan.FromMilliseconds(20);
                o.CommitInterval = commitInterval ?? TimeSpan.FromMilliseconds(20);
                o.OnCommit = c =>
                {
                    Commits.Enqueue(c);
                    _first.TrySetResult(c.Position);
                };
            });
            Running = _pipeline.RunAsync(_stop.Token);
        }

        public ConcurrentQueue<PipelineCommit> Commits { get; } = new();

        public Task Running { get; }

        public async Task<string> FirstCommitAsync()
        {
            await Task.WhenAny(_first.Task, Running).WaitAsync(ChildProcess.Limit);
            return _first.Task.IsCompleted ? await _first.Task : throw new InvalidOperationException($"It ended: {Running.Exception}");
        }

        public async Task ReachAsync(string gtid)
        {
            using var limit = new CancellationTokenSource(ChildProcess.Limit);
            var reached = _pipeline.WaitForGtidAsync(gtid, cancellationToken: limit.Token);
            await await Task.WhenAny(reached, Running);
            await reached;
        }

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await Running;
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Running.ContinueWith(_ => { }, TaskScheduler.Default);
            await _pipeline.DisposeAsync();
            _stop.Dispose();
        }
    }
}
