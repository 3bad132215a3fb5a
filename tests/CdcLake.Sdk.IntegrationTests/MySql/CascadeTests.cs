using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.MySql.Wire;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>
/// Rows that foreign keys change. A server that carries that out in its engine, as all did before MySQL 9.6, does not log it: MySQL's own answer at the same GTID set says whether it was followed.
/// </summary>
public sealed class CascadeTests(NativeForeignKeysServer silent, PrivateMariaDbServer mariaDb, ITestOutputHelper output)
    : IClassFixture<NativeForeignKeysServer>, IClassFixture<PrivateMariaDbServer>, IDisposable
{
    private static readonly string[] Copied = ["region", "customer", "orders", "item", "tree"];
    private const string TotalsQuery = "SELECT c.id AS Customer, COUNT(*) AS Orders, SUM(o.v) AS V FROM customer c JOIN orders o ON o.customer = c.id GROUP BY c.id";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ServerFact(TestServers.MySql)]
    public async Task Cascade_the_server_logs_is_captured()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "cascade");
        await database.ExecuteAsync("CREATE TABLE parent (id INT PRIMARY KEY)", "CREATE TABLE child (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE)");
        await database.ExecuteAsync("INSERT INTO parent VALUES (1), (2)", "INSERT INTO child VALUES (1, 1), (2, 2), (3, 1)");
        await using var run = await SourceRun.StartAsync(database.Options, "cascade", [$"{database.Name}.child"]);
        await run.WaitForFirstEpochAsync();
        await database.ExecuteAsync("DELETE FROM parent WHERE id = 1");
        await run.ReachAsync(await SourceRun.PositionAsync(database.Connection));
        Assert.Equal(["2|2"], run.Contents.Rows(0));
    }

    [ServerFact(TestServers.MySql)]
    public Task Every_table_and_query_is_exact_under_random_cascades_and_restarts() => ProveAsync(silent.ConnectionString);

    [ServerFact(TestServers.MySql, TestServers.MariaDb)]
    public Task Every_table_and_query_of_MariaDb_is_exact_under_random_cascades_and_restarts() => ProveAsync(mariaDb.ConnectionString);

    private async Task ProveAsync(string server)
    {
        await using var database = await CreateAsync(server, "cascades");
        var workload = new CascadeWorkload(database.Connection, Seed.Next(output));
        for (var run = 0; run < 3; run++)
        {
            await using var followed = new FollowedViews([.. Copied.Select(t => Of(database, t)), Totals(database)]);
            for (var round = 0; round < 8; round++)
            {
                for (var change = 0; change < 12; change++)
                {
                    await workload.ChangeAsync();
                }

                await followed.WaitForGtidAsync(await database.Connection.GtidExecutedAsync());
                foreach (var (view, table) in followed.Views.Zip(Copied))
                {
                    Assert.Equal(await LinesAsync(database.Connection, $"SELECT * FROM {table}"), view.Lines());
                }

                Assert.Equal(await LinesAsync(database.Connection, TotalsQuery), followed.Views[^1].Lines());
            }

            await followed.StopAsync();
            await workload.ChangeAsync(); // while nobody reads
        }
    }

    [ServerFact(TestServers.MySql, IcebergJava.Variable)]
    public Task Every_commit_is_exact_whenever_the_process_is_killed() => KillAsync(silent.ConnectionString);

    [ServerFact(TestServers.MySql, TestServers.MariaDb, IcebergJava.Variable)]
    public Task Every_commit_of_MariaDb_is_exact_whenever_the_process_is_killed() => KillAsync(mariaDb.ConnectionString);

    private async Task KillAsync(string server)
    {
        await using var database = await CreateAsync(server, "cascade_kills");
        var random = Seed.Next(output);
        var workload = new CascadeWorkload(database.Connection, random);
        var history = new CommitHistory(database.Connection, "SELECT * FROM item", workload.ChangeAsync, "INSERT INTO item (v) VALUES (-1)");
        var kills = Proof.Rounds(usual: 5, full: 60);
        await history.KillAsync(() => Start(database), kills, random);
        var commits = await history.CheckAsync(new LakeTable(Path.Combine(_folder["warehouse"], "lakehouse", "t")));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{history.Count} transactions, {commits} commits"));
        Assert.True(commits > (kills + 1) / 2); // those that were waited for
    }

    [ServerFact(TestServers.MySql)]
    public async Task Whole_database_is_exact_under_random_cascades_and_restarts()
    {
        await using var database = await CreateAsync(silent.ConnectionString, "cascade_all");
        await database.ExecuteAsync("CREATE TABLE alone (id INT PRIMARY KEY)");
        var workload = new CascadeWorkload(database.Connection, Seed.Next(output));
        var lake = IcebergCatalog.FileSystem(_folder["warehouse"]);
        string[] tables = [.. Copied, "tag", "alone"];
        for (var run = 0; run < 3; run++)
        {
            await using var pipeline = Pipeline.FromMySqlBinlog(new MySqlSource(database.ConnectionString).Database(database.Name))
                .ToIceberg(lake.Namespace("all"))
                .Build("all", o => (o.CheckpointFolder, o.CommitInterval, o.CheckpointInterval) = (_folder["checkpoints"], TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20)));
            using var stop = new CancellationTokenSource();
            var running = pipeline.RunAsync(stop.Token);
            for (var round = 0; round < 4; round++)
            {
                for (var change = 0; change < 12; change++)
                {
                    await workload.ChangeAsync();
                }

                await database.ExecuteAsync($"INSERT INTO alone VALUES ({(run * 10) + round})");
                using var limit = new CancellationTokenSource(ChildProcess.Limit);
                var reached = pipeline.WaitForGtidAsync(await database.Connection.GtidExecutedAsync(), cancellationToken: limit.Token);
                await await Task.WhenAny(reached, running);
                foreach (var table in tables)
                {
                    Assert.Equal(await LinesAsync(database.Connection, $"SELECT * FROM {table}"), await LakeRows.LinesAsync(lake.Table($"all.{table}")));
                }
            }

            await stop.CancelAsync();
            await running;
            await workload.ChangeAsync(); // while nobody reads
        }
    }

    [ServerFact(TestServers.MySql)]
    public async Task What_cannot_be_followed_is_refused_by_name()
    {
        await using var database = await MySqlDatabase.CreateAsync(silent.ConnectionString, "cascade_no");
        await database.ExecuteAsync(
            "CREATE TABLE p (name VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_turkish_ci PRIMARY KEY, n INT, KEY (n))",
            "CREATE TABLE c (id INT PRIMARY KEY, name VARCHAR(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_turkish_ci, CONSTRAINT `fk p` FOREIGN KEY (name) REFERENCES p (name) ON DELETE CASCADE)",
            "CREATE TABLE q (id INT PRIMARY KEY)",
            "CREATE TABLE g (id INT PRIMARY KEY, q INT, twice INT AS (q * 2), more INT AS (twice + 1), CONSTRAINT fk_q FOREIGN KEY (q) REFERENCES q (id) ON DELETE SET NULL)");
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => RunAsync(database, "c"));
        Assert.Contains($"{database.Name}.c: foreign key fk p has ON DELETE CASCADE, which the server does not log", error.Message, StringComparison.Ordinal);
        Assert.Contains("column name has collation utf8mb4_turkish_ci", error.Message, StringComparison.Ordinal);
        Assert.Contains("DROP FOREIGN KEY `fk p`", error.Message, StringComparison.Ordinal);
        var computed = await Assert.ThrowsAsync<UnsupportedTypeException>(() => RunAsync(database, "g"));
        Assert.Contains("g.twice is computed by the source from columns that foreign key fk_q (on delete set null) changes", computed.Message, StringComparison.Ordinal);

        var findings = await new MySqlSource(database.ConnectionString).CheckAsync([$"{database.Name}.c", $"{database.Name}.g"]);
        Assert.Contains(findings, f => f.Severity == MySqlFindingSeverity.Error && f.ToString().Contains("utf8mb4_turkish_ci", StringComparison.Ordinal));
        Assert.Contains(findings, f => f.Severity == MySqlFindingSeverity.Information && f.ToString().Contains("fk_q has ON DELETE SET NULL, which the server does not log", StringComparison.Ordinal));
    }

    [ServerFact(TestServers.MySql)]
    public async Task Foreign_keys_that_come_and_go_are_followed_from_there_on()
    {
        await using var database = await MySqlDatabase.CreateAsync(silent.ConnectionString, "cascade_ddl");
        await database.ExecuteAsync("CREATE TABLE p (id INT PRIMARY KEY)", "CREATE TABLE c (id INT PRIMARY KEY, p INT, v INT, FOREIGN KEY (p) REFERENCES p (id))", "INSERT INTO p VALUES (1), (2), (3)", "INSERT INTO c VALUES (1, 1, 1), (2, 2, 2), (3, 3, 3)");
        await using var followed = new FollowedViews([Of(database, "c")]);
        foreach (var statement in (string[])["ALTER TABLE c ADD CONSTRAINT x FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE, DROP FOREIGN KEY c_ibfk_1", "DELETE FROM p WHERE id = 1", "ALTER TABLE c DROP FOREIGN KEY x", "DELETE FROM p WHERE id = 2", "INSERT INTO c VALUES (4, 3, 4)"])
        {
            await database.ExecuteAsync(statement);
            await followed.WaitForGtidAsync(await database.Connection.GtidExecutedAsync());
            Assert.Equal(await LinesAsync(database.Connection, "SELECT * FROM c"), followed.Views[0].Lines());
        }
    }

    private static async Task<MySqlDatabase> CreateAsync(string server, string name)
    {
        var database = await MySqlDatabase.CreateAsync(server, name);
        await database.ExecuteAsync([.. CascadeWorkload.Tables]);
        return database;
    }

    private static async Task<string[]> LinesAsync(ServerSession session, string query) =>
        [.. SteppedReplica.NamedLines(await session.QueryAsync(query, default)).Order(StringComparer.Ordinal)];

    private ChildProcess Start(MySqlDatabase database) => ChildProcess.Start(
        "dotnet", ["exec", typeof(ReplicaProgram).Assembly.Location, ReplicaProgram.Argument, database.ConnectionString, $"{database.Name}.item", _folder["warehouse"]], ("DOTNET_TieredPGO", "0"));

    private async Task RunAsync(MySqlDatabase database, string table)
    {
        await using var copy = Of(database, table);
        await copy.Pipeline.RunAsync();
    }

    private FollowedView Of(MySqlDatabase database, string table)
    {
        var stream = Pipeline.FromMySqlBinlog(new MySqlSource(database.ConnectionString).Table($"{database.Name}.{table}"));
        return table == "orders"
            ? FollowedView.Of(stream, r => new { Customer = r.Get<int>("customer"), No = r.Get<int>("no") }, $"copy-{table}", _folder["checkpoints"])
            : FollowedView.Of(stream, r => r.Get<int>("id"), $"copy-{table}", _folder["checkpoints"]);
    }

    // Reads one column of each table, so that what foreign keys need is captured beside it.
    private FollowedView Totals(MySqlDatabase database)
    {
        var mysql = new MySqlSource(database.ConnectionString);
        var stream = Pipeline.FromMySqlBinlog(mysql.Table($"{database.Name}.orders"))
            .Join(mysql.Table($"{database.Name}.customer"), o => o.Get<int>("customer"), c => c.Get<int>("id"), (o, c) => new { Customer = c.Get<int>("id"), V = o.Get<int?>("v") })
            .Aggregate(l => new { l.Customer }, g => new Total(g.Key.Customer, g.Count(), g.Sum(l => l.V)));
        return FollowedView.Of(stream, t => t.Customer, "totals", _folder["checkpoints"]);
    }

    private sealed record Total(int Customer, long Orders, long? V);
}
