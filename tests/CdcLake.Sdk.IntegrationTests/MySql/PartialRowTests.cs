using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.MySql.Wire;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Changes of which the log has only some columns, completed: the server's own answer at the same GTID set says whether they were.</summary>
public sealed class PartialRowTests(PrivateMySqlServer alone, ITestOutputHelper output) : IClassFixture<PrivateMySqlServer>, IDisposable
{
    private static readonly string[] Copied = ["plain", "pair", "other", "keyless"];
    private const string TotalsQuery = "SELECT p.y AS Name, COUNT(*) AS Number, SUM(p.v + a.w) AS V FROM pair p JOIN plain a ON a.id = p.x GROUP BY p.y";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ServerTheory(TestServers.MySql, TestServers.MariaDb, TestServers.MariaDbOld)]
    [InlineData(TestServers.MySql)]
    [InlineData(TestServers.MariaDb)]
    [InlineData(TestServers.MariaDbOld)]
    public async Task Every_table_and_query_is_exact_under_random_changes_and_restarts(string server)
    {
        await using var database = await CreateAsync(server, "partial");
        var workload = new PartialRowWorkload(database.Connection, Seed.Next(output));
        for (var run = 0; run < 3; run++)
        {
            await using var followed = new FollowedViews([.. Copied.Select(t => Copy(database, t)), Totals(database)]);
            for (var round = 0; round < 6; round++)
            {
                await workload.ChangeAsync(15);
                await followed.WaitForGtidAsync(await database.Connection.GtidExecutedAsync());
                foreach (var (view, table) in followed.Views.Zip(Copied))
                {
                    Assert.Equal(await LinesAsync(database.Connection, $"SELECT * FROM {table}"), view.Lines());
                }

                Assert.Equal(await LinesAsync(database.Connection, TotalsQuery), followed.Views[^1].Lines());
            }

            await followed.StopAsync();
            await workload.ChangeAsync(5); // while nobody reads
        }
    }

    [ServerTheory(TestServers.MySql, TestServers.MariaDb)]
    [InlineData(TestServers.MySql)]
    [InlineData(TestServers.MariaDb)]
    public async Task Snapshot_that_begins_under_changes_is_exact(string server)
    {
        await using var database = await CreateAsync(server, "partial_cut");
        var random = Seed.Next(output);
        await new PartialRowWorkload(database.Connection, random).ChangeAsync(60);
        for (var round = 0; round < Proof.Rounds(usual: 6, full: 200); round++)
        {
            var session = await MySqlDatabase.ConnectAsync($"{TestServers.Get(server)};Database={database.Name}");
            await using (session)
            {
                using var stop = new CancellationTokenSource();
                var writing = new PartialRowWorkload(session, new Random(random.Next())) { KeepsKeys = true, Next = 1000 * (round + 1) }.ChangeUntilAsync(stop.Token);
                await using var followed = new FollowedViews([.. Copied[..3].Select(t => Copy(database, t, $"cut-{round}-{t}"))]);
                await followed.WaitForGtidAsync(await database.Connection.GtidExecutedAsync());
                await stop.CancelAsync();
                await writing;
                await followed.WaitForGtidAsync(await database.Connection.GtidExecutedAsync());
                foreach (var (view, table) in followed.Views.Zip(Copied))
                {
                    Assert.Equal(await LinesAsync(database.Connection, $"SELECT * FROM {table}"), view.Lines());
                }
            }
        }
    }

    [ServerFact(TestServers.MySql, IcebergJava.Variable)]
    public async Task Every_commit_is_exact_whenever_the_process_is_killed()
    {
        await using var database = await CreateOnAsync(alone.ConnectionString, "partial_kills"); // whose GTID sets are those of its transactions
        var random = Seed.Next(output);
        var workload = new PartialRowWorkload(database.Connection, random);
        var history = new CommitHistory(database.Connection, "SELECT * FROM plain", () => workload.ChangeAsync(1), "INSERT INTO plain (v) VALUES ('last')");
        var kills = Proof.Rounds(usual: 4, full: 60);
        await history.KillAsync(() => Start(database), kills, random);
        var commits = await history.CheckAsync(new LakeTable(Path.Combine(_folder["warehouse"], "lakehouse", "t")));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{history.Count} transactions, {commits} commits"));
        Assert.True(commits > kills / 2); // those that were waited for
    }

    [ServerTheory(TestServers.MySql, TestServers.MariaDb, TestServers.MariaDbOld)]
    [InlineData(TestServers.MySql)]
    [InlineData(TestServers.MariaDb)]
    [InlineData(TestServers.MariaDbOld)]
    public async Task Inserted_row_has_the_defaults_of_what_the_statement_left_out(string server)
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(server), "partial_defaults");
        await database.ExecuteAsync(
            "SET SESSION sql_mode = '', binlog_row_image = MINIMAL, time_zone = '+05:30'",
            $"""
            CREATE TABLE t (id INT PRIMARY KEY, a INT DEFAULT '5', b VARCHAR(9) DEFAULT 'x''y', c DATETIME(3) DEFAULT '2020-01-02 03:04:05.600', e ENUM('p','q') DEFAULT 'q', f SET('s','t') DEFAULT 's,t',
              g BIT(3) DEFAULT b'101', g1 BIT DEFAULT b'1', h DECIMAL(9,2) DEFAULT -1.5, i DOUBLE DEFAULT 1e3, i2 FLOAT DEFAULT 1.1, k YEAR DEFAULT 2001, l TIME(2) DEFAULT '-10:11:12.3',
              o VARBINARY(5) DEFAULT 'ab', o2 BINARY(5) DEFAULT {(server == TestServers.MariaDbOld ? "NULL" : "'ab'")}, p BIGINT UNSIGNED DEFAULT 18446744073709551615, q DATE DEFAULT '2020-02-29', s VARCHAR(9) DEFAULT '', u CHAR(36) DEFAULT (UUID()),
              v TIMESTAMP(3) DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3), v1 TIMESTAMP(3) NOT NULL DEFAULT '2020-01-02 03:04:05.125', v2 TIMESTAMP NULL DEFAULT '2021-07-01 00:00:00', w TEXT, x BLOB, y TINYINT DEFAULT -3, z VARCHAR(9) CHARACTER SET latin1 DEFAULT 'é',
              na INT NOT NULL, nb VARCHAR(9) NOT NULL, ne ENUM('p','q') NOT NULL, ns SET('p','q') NOT NULL, nd DECIMAL(5,2) NOT NULL, nt TIME NOT NULL, ni BIT(9) NOT NULL, nf DOUBLE NOT NULL, nx BINARY(3) NOT NULL, nw TEXT NOT NULL)
            """);
        await using var followed = new FollowedViews([Copy(database, "t")]);
        await followed.WaitForGtidAsync(await database.Connection.GtidExecutedAsync());
        await database.ExecuteAsync("INSERT INTO t (id) VALUES (1), (2)", "INSERT INTO t (id, b, w) VALUES (3, NULL, 'w')", "SET SESSION binlog_row_image = NOBLOB", "INSERT INTO t (id, h) VALUES (4, 3)");
        await followed.WaitForGtidAsync(await database.Connection.GtidExecutedAsync());
        await using var read = new FollowedViews([Copy(database, "t", "as-it-is")]);
        await read.WaitForGtidAsync(await database.Connection.GtidExecutedAsync());
        Assert.Equal(4, read.Views[0].Lines().Length);
        Assert.Equal(read.Views[0].Lines(), followed.Views[0].Lines());
    }

    [ServerFact(TestServers.MySql)]
    public async Task Statements_that_define_tables_are_followed()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "partial_ddl");
        await database.ExecuteAsync("SET SESSION binlog_row_image = MINIMAL", "CREATE TABLE t (id INT PRIMARY KEY, v INT DEFAULT 1, w VARCHAR(9))", "INSERT INTO t (id) VALUES (1), (2), (3)");
        foreach (var isRunning in (bool[])[true, false])
        {
            await database.ExecuteAsync("TRUNCATE TABLE t", "INSERT INTO t (id) VALUES (1), (2), (3)");
            var followed = new FollowedViews([Copy(database, "t")]);
            foreach (var statement in (string[])
            [
                "UPDATE t SET v = 5 WHERE id = 1", "ALTER TABLE t ALTER v SET DEFAULT 2", "INSERT INTO t (id) VALUES (4)", $"ALTER TABLE t ADD n{isRunning} INT NOT NULL DEFAULT 7, ALGORITHM=INSTANT", "UPDATE t SET w = 'x' WHERE id = 2",
                "INSERT INTO t (id, w) VALUES (5, 'y')", $"ALTER TABLE t DROP n{isRunning}", "DELETE FROM t WHERE id = 1", "ALTER TABLE t DROP PRIMARY KEY, ADD UNIQUE (id)", "UPDATE t SET v = 9 WHERE id = 4",
                "TRUNCATE TABLE t", "INSERT INTO t (id) VALUES (6)", "ALTER TABLE t ADD PRIMARY KEY (id), DROP KEY id", "UPDATE t SET w = 'z'", "ALTER TABLE t ALTER v SET DEFAULT 1",
            ])
            {
                if (!isRunning)
                {
                    await followed.DisposeAsync();
                }

                await database.ExecuteAsync(statement);
                followed = isRunning ? followed : new FollowedViews([Copy(database, "t")]);
                await followed.WaitForGtidAsync(await database.Connection.GtidExecutedAsync());
                Assert.Equal(await LinesAsync(database.Connection, "SELECT * FROM t"), followed.Views[0].Lines());
            }

            await followed.DisposeAsync();
        }
    }

    [ServerFact(TestServers.MySql)]
    public async Task Whole_database_is_exact_while_tables_come_and_go()
    {
        await using var database = await CreateAsync(TestServers.MySql, "partial_all");
        await database.ExecuteAsync("DROP TABLE keyless"); // a replica needs a key
        var workload = new PartialRowWorkload(database.Connection, Seed.Next(output)) { HasKeyless = false };
        var lake = IcebergCatalog.FileSystem(_folder["warehouse"]);
        List<string> tables = [.. Copied[..3]];
        for (var run = 0; run < 3; run++)
        {
            await using var pipeline = Pipeline.FromMySqlBinlog(Source(database).Database(database.Name))
                .ToIceberg(lake.Namespace("all"))
                .Build("all", o => (o.CheckpointFolder, o.CommitInterval, o.CheckpointInterval) = (_folder["checkpoints"], TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20)));
            using var stop = new CancellationTokenSource();
            var running = pipeline.RunAsync(stop.Token);
            for (var round = 0; round < 3; round++)
            {
                await workload.ChangeAsync(10);
                if (round == 1)
                {
                    tables.Add($"late{run}");
                    await database.ExecuteAsync($"CREATE TABLE late{run} (id INT PRIMARY KEY, v INT DEFAULT 3, w TEXT)", $"INSERT INTO late{run} (id) VALUES (1), (2)", $"UPDATE late{run} SET w = 'w' WHERE id = 2");
                }

                using var limit = new CancellationTokenSource(ChildProcess.Limit);
                await await Task.WhenAny(pipeline.WaitForGtidAsync(await database.Connection.GtidExecutedAsync(), cancellationToken: limit.Token), running);
                foreach (var table in tables)
                {
                    Assert.Equal(await LinesAsync(database.Connection, $"SELECT * FROM {table}"), await LakeRows.LinesAsync(lake.Table($"all.{table}")));
                }
            }

            var report = await pipeline.VerifyAsync();
            Assert.All(report.Sinks, s => Assert.True(s is { DifferingRanges: 0, NotComparedBecause: null }, s.NotComparedBecause));
            await stop.CancelAsync();
            await running;
            await workload.ChangeAsync(5);
        }
    }

    [ServerTheory(TestServers.MySql, TestServers.MariaDb)]
    [InlineData(TestServers.MariaDb, "REPLACE INTO t (id, v) VALUES (1, 'x')", "does not hold column \"body\" and has the row's key: MariaDB logs so what a REPLACE made of a row", "Run SET GLOBAL binlog_row_image=FULL")]
    [InlineData(TestServers.MariaDb, "SET SESSION binlog_row_image = NOBLOB; UPDATE t SET v = 'x'", "does not hold column \"body\" and has the row's key", "with NOBLOB every update")]
    [InlineData(TestServers.MySql, "INSERT INTO t (id, v) VALUES (2, 'x')", "does not hold column \"made\", whose default is not known here", "Run SET GLOBAL binlog_row_image=FULL")]
    public async Task What_cannot_be_completed_is_named_with_the_statement_that_helps(string server, string statement, string what, string fix)
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(server), "partial_no");
        await database.ExecuteAsync(
            "SET SESSION binlog_row_image = MINIMAL, sql_mode = ''", "CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20), body TEXT, made DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', doc JSON)",
            "INSERT INTO t VALUES (1, 'a', 'b', '2020-01-01', '{\"a\": 1, \"b\": \"and some more, so that a part is shorter than the whole\"}')");
        await using var followed = new FollowedViews([Copy(database, "t")]);
        await followed.WaitForGtidAsync(await database.Connection.GtidExecutedAsync());
        await database.ExecuteAsync(statement.Split("; "));
        var error = await EndOfAsync<BinlogUnavailableException>(followed, database);
        Assert.Contains($"a change of captured table {database.Name}.t {what}", error.Message, StringComparison.Ordinal);
        Assert.Contains(fix, error.Message, StringComparison.Ordinal);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Row_that_the_log_never_had_is_named()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "partial_unknown");
        await database.ExecuteAsync("SET SESSION binlog_row_image = MINIMAL", "CREATE TABLE t (id INT PRIMARY KEY, v INT)", "INSERT INTO t VALUES (1, 1)");
        await using var followed = new FollowedViews([Copy(database, "t")]);
        await followed.WaitForGtidAsync(await database.Connection.GtidExecutedAsync());
        await database.ExecuteAsync("SET SESSION sql_log_bin = 0", "INSERT INTO t VALUES (2, 2)", "SET SESSION sql_log_bin = 1", "UPDATE t SET v = 3");
        var error = await EndOfAsync<InconsistentChangeException>(followed, database);
        Assert.Contains($"whole({database.Name}.t): a row was changed that is not in the copy", error.Message, StringComparison.Ordinal);
        Assert.Contains("Start the pipeline anew with an empty target", error.Message, StringComparison.Ordinal);
    }

    [ServerFact(TestServers.MySql, TestServers.MariaDb)]
    public async Task Foreign_keys_that_have_to_be_followed_are_refused_by_name()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MariaDb), "partial_fk");
        await database.ExecuteAsync("CREATE TABLE p (id INT PRIMARY KEY)", "CREATE TABLE c (id INT PRIMARY KEY, p INT, CONSTRAINT fk FOREIGN KEY (p) REFERENCES p (id) ON DELETE CASCADE)");
        await using var view = Copy(database, "c");
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => view.Pipeline.RunAsync());
        Assert.Contains($"Foreign key fk (on delete cascade) of table {database.Name}.c changes rows that", error.Message, StringComparison.Ordinal);
        Assert.Contains("or leave the table out, or use MySQL 9.6 or later", error.Message, StringComparison.Ordinal);
    }

    private static Task<MySqlDatabase> CreateAsync(string server, string name) => CreateOnAsync(TestServers.Get(server), name);

    private static async Task<MySqlDatabase> CreateOnAsync(string connection, string name)
    {
        var database = await MySqlDatabase.CreateAsync(connection, name);
        await database.ExecuteAsync([.. PartialRowWorkload.Tables(database.Connection)]);
        return database;
    }

    // Who waits is told by the pipeline, or is there first.
    private static async Task<TError> EndOfAsync<TError>(FollowedViews followed, MySqlDatabase database)
        where TError : Exception
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(async () => await followed.WaitForGtidAsync(await database.Connection.GtidExecutedAsync()));
        return Assert.IsType<TError>(error is InvalidOperationException ? error.InnerException : error);
    }

    private static MySqlSource Source(MySqlDatabase database) => new(database.ConnectionString, o => o.CompletePartialRows = true);

    private FollowedView Copy(MySqlDatabase database, string table, string? name = null)
    {
        var stream = Pipeline.FromMySqlBinlog(Source(database).Table($"{database.Name}.{table}"));
        name ??= $"copy-{table}";
        return table == "pair"
            ? FollowedView.Of(stream, r => new { X = r.Get<int>("x"), Y = r.Get<string>("y") }, name, _folder["checkpoints"])
            : FollowedView.Of(stream, r => r.Get<int>("id"), name, _folder["checkpoints"]);
    }

    // Reads some columns of each table, so that keys are captured beside them.
    private FollowedView Totals(MySqlDatabase database)
    {
        var mysql = Source(database);
        var stream = Pipeline.FromMySqlBinlog(mysql.Table($"{database.Name}.pair"))
            .Join(mysql.Table($"{database.Name}.plain"), p => p.Get<int>("x"), a => a.Get<int>("id"), (p, a) => new { Y = p.Get<string>("y"), V = p.Get<int?>("v"), W = a.Get<int>("w") })
            .Aggregate(l => new { l.Y }, g => new Total(g.Key.Y, g.Count(), g.Sum(l => l.V + l.W)));
        return FollowedView.Of(stream, t => t.Name, "totals", _folder["checkpoints"]);
    }

    private static async Task<string[]> LinesAsync(ServerSession session, string query) =>
        [.. SteppedReplica.NamedLines(await session.QueryAsync(query, default)).Order(StringComparer.Ordinal)];

    private ChildProcess Start(MySqlDatabase database) => ChildProcess.Start(
        "dotnet", ["exec", typeof(ReplicaProgram).Assembly.Location, ReplicaProgram.Argument, database.ConnectionString, $"{database.Name}.plain", _folder["warehouse"]],
        ("DOTNET_TieredPGO", "0"), (ReplicaProgram.PartialRows, "1"));

    private sealed record Total(string Name, long Number, long? V);
}
