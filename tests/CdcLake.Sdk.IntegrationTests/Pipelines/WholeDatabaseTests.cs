using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Flink;
using CdcLake.IntegrationTests.Storage;
using CdcLake.MySql.Gtids;
using Microsoft.Data.Sqlite;
using MySqlConnector;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A whole database is followed while its tables come, go and change: every snapshot of every table is MySQL's answer at its GTID set, and in the end there is a replica of each.</summary>
[Collection(ServerPair.Collection)]
public sealed class WholeDatabaseTests(ServerPair servers, ITestOutputHelper output)
{
    private static int Steps => Proof.Rounds(usual: 24, full: 1500);

    private static int Kills => Proof.Rounds(usual: 2, full: 60);

    [ServerFact(TestServers.MySql, IcebergJava.Variable)]
    public async Task Tables_that_exist_come_go_and_change_are_followed_without_a_restart()
    {
        await using var followed = Follow();
        await followed.CreateAsync(
            "CREATE TABLE a (id INT PRIMARY KEY, v VARCHAR(9))", "INSERT INTO a VALUES (1, 'one'), (2, 'two')", "CREATE TABLE empty_one (id INT PRIMARY KEY)",
            "CREATE VIEW seen AS SELECT * FROM a", "CREATE TABLE tmp_x (id INT PRIMARY KEY)", "INSERT INTO tmp_x VALUES (1), (2)");
        followed.Start();
        await followed.SettleAsync();
        Assert.Equal(["a", "empty_one"], followed.Lake.Names);
        await followed.RunAsync("CREATE TABLE b LIKE a", "INSERT INTO b VALUES (3, 'three')", "UPDATE a SET v = 'uno' WHERE id = 1");
        Assert.Equal(["a", "b", "empty_one"], followed.Lake.Names);
        Assert.Equal(["iceberg(lakehouse.a)", "iceberg(lakehouse.empty_one)", "iceberg(lakehouse.b)"], followed.Pipeline.Status.Sinks.Select(s => s.Name));
        Assert.Contains("iceberg(lakehouse.b)", followed.Pipeline.Explain(), StringComparison.Ordinal);
        await followed.RunAsync("RENAME TABLE tmp_x TO x", "INSERT INTO x VALUES (3)", "TRUNCATE TABLE a");
        await followed.RunAsync("INSERT INTO a VALUES (9, 'new')", "ALTER TABLE b MODIFY v INT", "INSERT INTO b VALUES (5, 5)");
        await followed.RunAsync("DROP TABLE a", "INSERT INTO x VALUES (4)");
        Assert.DoesNotContain("iceberg(lakehouse.a)", followed.Pipeline.Status.Sinks.Select(s => s.Name));
        await followed.RunAsync("CREATE TABLE a (id BIGINT PRIMARY KEY, w INT)", "INSERT INTO a VALUES (77, 7)", "DROP TABLE b");
        var report = await followed.Pipeline.VerifyAsync();
        Assert.Equal(["iceberg(lakehouse.a)", "iceberg(lakehouse.empty_one)", "iceberg(lakehouse.x)"], report.Sinks.Select(s => s.Name).Order(StringComparer.Ordinal));
        Assert.All(report.Sinks, s => Assert.True(s is { DifferingRanges: 0, NotComparedBecause: null }, s.NotComparedBecause));
        await followed.StopAsync();
        output.WriteLine($"{await followed.Lake.CheckAsync()} snapshots exact");
    }

    [ServerFact(TestServers.MySql, IcebergJava.Variable)]
    public async Task Database_without_tables_gets_its_first_ones()
    {
        await using var followed = Follow();
        await followed.CreateAsync();
        followed.Start();
        await followed.RunAsync("CREATE TABLE a (id INT PRIMARY KEY, v INT)", "INSERT INTO a VALUES (1, 1)");
        await followed.StopAsync();
        await followed.Session.RunAsync("CREATE TABLE b LIKE a", "INSERT INTO b SELECT * FROM a", "ALTER TABLE a MODIFY v VARCHAR(9)", "CREATE TABLE c LIKE b");
        followed.Start();
        await followed.RunAsync("UPDATE a SET v = 'x'", "INSERT INTO c VALUES (5, 5)");
        Assert.Equal(["a", "b", "c"], followed.Lake.Names);
        await followed.StopAsync();
        output.WriteLine($"{await followed.Lake.CheckAsync()} snapshots exact");
    }

    [ServerFact(TestServers.MySql, IcebergJava.Variable)]
    public async Task Tables_without_changes_are_left_alone_and_stand_where_the_others_do_in_the_end()
    {
        await using var followed = Follow();
        await followed.CreateAsync("CREATE TABLE a (id INT PRIMARY KEY)", "CREATE TABLE b LIKE a", "INSERT INTO b VALUES (1)", "CREATE TABLE c LIKE a");
        followed.Start();
        await followed.SettleAsync();
        for (var i = 0; i < 20; i++)
        {
            await followed.RunAsync($"INSERT INTO a VALUES ({i})");
        }

        await followed.RunAsync("INSERT INTO c VALUES (1)");
        var commits = followed.Pipeline.Status.Sinks.ToDictionary(s => s.Name, s => s.Commits);
        Assert.True(commits["iceberg(lakehouse.a)"] >= 20, $"{commits["iceberg(lakehouse.a)"]} commits of the table that changes");
        Assert.InRange(commits["iceberg(lakehouse.b)"], 1, 3); // its rows, and a position now and then
        Assert.InRange(commits["iceberg(lakehouse.c)"], 1, 4);
        await followed.StopAsync();
        string[] tables = ["a", "b", "c"];
        Assert.Single(tables.Select(t => followed.Lake.Table(t).Snapshots()[^1].Gtid).Distinct());

        followed.Start();
        await followed.RunAsync("INSERT INTO b VALUES (2)", "TRUNCATE TABLE c", "ALTER TABLE a ADD COLUMN v INT NOT NULL DEFAULT 7");
        await followed.StopAsync();
        output.WriteLine($"{await followed.Lake.CheckAsync()} snapshots exact");
    }

    [ServerFact(TestServers.MySql, IcebergJava.Variable)]
    public async Task One_table_is_read_anew_on_request_while_all_are_followed()
    {
        await using var followed = Follow();
        await followed.CreateAsync("CREATE TABLE a (id INT PRIMARY KEY, v INT)", "INSERT INTO a VALUES (1, 1), (2, 2)", "CREATE TABLE b LIKE a", "INSERT INTO b VALUES (1, 1)");
        followed.Start();
        await followed.SettleAsync();
        await followed.Session.RunAsync("SET SESSION sql_log_bin = 0", "UPDATE a SET v = 9 WHERE id = 1", "DELETE FROM a WHERE id = 2", "SET SESSION sql_log_bin = 1"); // which nobody hears of
        await followed.RunAsync("INSERT INTO a VALUES (3, 3)", "INSERT INTO b VALUES (3, 3)");
        Assert.False((await followed.Pipeline.VerifyAsync()).IsEqual);
        using var limit = new CancellationTokenSource(ChildProcess.Limit);
        await followed.Pipeline.ResnapshotAsync($"{FollowedTable.Database}.a", limit.Token);
        Assert.True((await followed.Pipeline.VerifyAsync()).IsEqual);
        await followed.RunAsync("INSERT INTO a VALUES (4, 4)", "UPDATE b SET v = 8");
        Assert.True((await followed.Pipeline.VerifyAsync()).IsEqual);
        await Assert.ThrowsAsync<ArgumentException>(() => followed.Pipeline.ResnapshotAsync($"{FollowedTable.Database}.c", limit.Token));
        await followed.StopAsync();
    }

    [ServerFact(TestServers.MySql)]
    public async Task Tables_that_cannot_be_replicated_are_refused_by_name()
    {
        await using var followed = Follow();
        await followed.CreateAsync("CREATE TABLE a (id INT PRIMARY KEY)", "CREATE TABLE keyless (v INT)", "CREATE TABLE tmp_keyless (v INT)");
        followed.Start();
        var error = await Assert.ThrowsAsync<SchemaMismatchException>(() => followed.Running);
        Assert.StartsWith("ddl.keyless of database ddl has no primary key", error.Message, StringComparison.Ordinal);
        await followed.Session.RunAsync("ALTER TABLE keyless ADD PRIMARY KEY (v)");
        await followed.RestartAsync();
        await followed.RunAsync("INSERT INTO keyless VALUES (1)");
        await followed.Session.RunAsync("CREATE TABLE another (v INT)", "INSERT INTO another VALUES (1)");
        error = await Assert.ThrowsAsync<SchemaMismatchException>(() => followed.Running);
        Assert.StartsWith("ddl.another of database ddl has no primary key", error.Message, StringComparison.Ordinal);
    }

    [ServerFact(TestServers.MySql, IcebergJava.Variable)]
    public async Task Random_history_of_a_database_is_followed_exactly()
    {
        var random = Seed.Next(output);
        await using var followed = Follow();
        await followed.CreateAsync();
        var history = new RandomDatabase(followed.Session, random);
        await history.CreateAsync(4);
        followed.Start();
        for (var step = 0; step < Steps; step++)
        {
            await history.StepAsync();
            if (random.Next(40) == 0)
            {
                await followed.SettleAsync();
                await followed.StopAsync();
                await history.StepAsync();
                await history.StepAsync();
                followed.Start();
            }
        }

        await followed.SettleAsync();
        await followed.StopAsync();
        var snapshots = await followed.Lake.CheckAsync();
        output.WriteLine($"{Steps} steps ({string.Join(", ", history.Kinds.Select(k => $"{k.Value} {k.Key}"))}), {snapshots} snapshots exact");
    }

    [ServerFact(TestServers.MySql, IcebergJava.Variable)]
    public async Task Random_history_of_a_database_is_followed_exactly_however_often_the_pipeline_is_killed()
    {
        var random = Seed.Next(output);
        using var folder = new TemporaryFolder();
        await servers.Source.ResetAsync();
        await using var replica = await SteppedReplica.FollowAsync(servers.Source, servers.Replica, FollowedTable.Database);
        await using var session = await servers.Source.OpenAsync();
        await session.RunAsync($"CREATE DATABASE {FollowedTable.Database}", $"USE {FollowedTable.Database}");
        var history = new RandomDatabase(session, random);
        await history.CreateAsync(4);
        for (var kill = 0; kill < Kills; kill++)
        {
            await using var run = Start(folder);
            await run.CommitAsync();
            await run.LiveAsync(random.NextDouble() * TimeSpan.FromSeconds(2), history.StepAsync);
            await history.StepAsync();
        }

        await using var last = Start(folder);
        await history.WriteAllAsync();
        var end = GtidSet.Parse(await session.GtidExecutedAsync());
        var lake = new WholeLake(Path.Combine(folder.Path, "lakehouse"), replica, session);
        foreach (var table in history.Replicated)
        {
            await last.CommitAsync(end, $"iceberg(lakehouse.{table})");
        }

        await last.DrainAsync();
        output.WriteLine($"{Kills} kills ({string.Join(", ", history.Kinds.Select(k => $"{k.Value} {k.Key}"))}), {await lake.CheckAsync()} snapshots exact");
    }

    [ServerFact(TestServers.MySql, IcebergJava.Variable)]
    public async Task Table_that_stays_empty_comes_by_itself()
    {
        await using var followed = Follow();
        await followed.CreateAsync("CREATE TABLE a (id INT PRIMARY KEY, v INT)", "INSERT INTO a VALUES (1, 1)");
        followed.Start(source: o => o.Heartbeat = TimeSpan.FromMilliseconds(300));
        await followed.SettleAsync();
        await followed.Session.RunAsync("CREATE TABLE b (id INT PRIMARY KEY, v VARCHAR(9))", "CREATE TABLE gone LIKE b", "CREATE TABLE c LIKE a", "INSERT INTO c VALUES (7, 7)", "DROP TABLE gone");
        await followed.Pipeline.WaitForStatusAsync(s => s.Sinks.Any(i => i is { Name: "iceberg(lakehouse.b)", Commits: > 0 }));
        Assert.Equal(["a", "b", "c"], followed.Lake.Names);
        await followed.RunAsync("INSERT INTO b VALUES (5, 'five')", "UPDATE a SET v = 2");
        Assert.Equal(["iceberg(lakehouse.a)", "iceberg(lakehouse.b)", "iceberg(lakehouse.c)"], followed.Pipeline.Status.Sinks.Select(s => s.Name).Order(StringComparer.Ordinal));
        await followed.StopAsync();
        output.WriteLine($"{await followed.Lake.CheckAsync()} snapshots exact");
    }

    [ServerTheory(TestServers.MySql)]
    [InlineData(DroppedTables.Keep)]
    [InlineData(DroppedTables.Drop)]
    [InlineData(DroppedTables.Fail)]
    public async Task What_became_of_tables_while_the_pipeline_was_down_is_treated_as_at_any_other_time(DroppedTables policy)
    {
        IcebergCatalog? warehouse = null;
        await using var followed = new FollowedTable(servers, (mysql, lake, options) => Pipeline
            .FromMySqlBinlog(mysql.Database(FollowedTable.Database).Exclude(warehouse is null ? "tmp_*" : "other")).ToIceberg((warehouse = lake).Namespace("lakehouse"), o => o.OnDrop = policy).Build("followed", options));
        string[] all = ["a", "dropped", "other", "renamed"];
        await followed.CreateAsync([.. all.SelectMany(t => (string[])[$"CREATE TABLE {t} (id INT PRIMARY KEY)", $"INSERT INTO {t} VALUES (1)"])]);
        followed.Start();
        await followed.SettleAsync();
        await followed.StopAsync();
        await followed.Session.RunAsync("DROP TABLE dropped, other", "RENAME TABLE renamed TO new", "INSERT INTO a VALUES (2)"); // one of them is not meant any more
        followed.Start();
        if (policy == DroppedTables.Fail)
        {
            var error = await Assert.ThrowsAsync<SchemaMismatchException>(() => followed.Running);
            Assert.Contains("Table ddl.dropped was dropped or renamed while pipeline \"followed\" did not run", error.Message, StringComparison.Ordinal);
            await warehouse!.DropTableAsync("lakehouse.dropped");
            await warehouse.DropTableAsync("lakehouse.renamed");
            await followed.RestartAsync();
        }

        await followed.SettleAsync();
        var left = new List<string>();
        await foreach (var table in warehouse!.ListTablesAsync("lakehouse"))
        {
            left.Add(table);
        }

        Assert.Equal(policy == DroppedTables.Keep ? ["a", "dropped", "new", "other", "renamed"] : ["a", "new", "other"], left.Select(t => t["lakehouse.".Length..]).Order(StringComparer.Ordinal));
        await followed.StopAsync();
    }

    [ServerFact(TestServers.MySql, RestServer.Variable, IcebergJava.Variable)]
    public async Task Tables_of_a_catalog_that_is_a_service_are_committed_in_one_act()
    {
        await using var space = new RestSpace();
        await ProveAsync(() => IcebergCatalog.Rest(RestServer.Uri), space.Name, table => [table, .. RestServer.ForJava]);
    }

    [ServerFact(TestServers.MySql, PostgresDatabase.Variable, IcebergJava.Variable)]
    public async Task Tables_of_a_catalog_in_PostgreSQL_are_committed_in_one_act()
    {
        using var folder = new TemporaryFolder();
        await using var names = await PostgresDatabase.CreateAsync("whole_lake");
        var lake = ComparedLake.Jdbc(names, folder["warehouse"]);
        await ProveAsync(() => lake.Catalog, lake.Space, table => lake.ForJava(table[(lake.Space.Length + 1)..]));
    }

    [ServerFact(TestServers.MySql, IcebergJava.Variable)]
    public async Task Tables_of_a_catalog_in_a_file_of_SQLite_are_committed_in_one_act()
    {
        using var folder = new TemporaryFolder();
        await using var names = SqliteFactory.Instance.CreateDataSource($"Data Source={folder["names.db"]};Pooling=False");
        await ProveAsync(() => IcebergCatalog.Jdbc(names, "lake", folder["warehouse"]), "raw", table => [NewestMetadata(folder["warehouse"], table)]);

        static string NewestMetadata(string warehouse, string table) =>
            Directory.EnumerateFiles(Path.Combine([warehouse, .. table.Split('.'), "metadata"]), "*.metadata.json").Max(StringComparer.Ordinal)!;
    }

    [ServerFact(TestServers.MySql, TestServers.Moto, IcebergJava.Variable)]
    public async Task Tables_of_a_catalog_in_MySQL_with_files_in_S3()
    {
        await using var names = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "whole_lake");
        await using var bucket = await S3Bucket.CreateAsync(TestServers.Moto);
        var connection = new MySqlConnectionStringBuilder($"{TestServers.Get(TestServers.MySql)};Database={names.Name}");
        await ProveAsync(S3Lake.Jdbc(bucket, connection.ConnectionString, $"jdbc:mysql://{connection.Server}:{connection.Port}/{names.Name}?nullDatabaseMeansCurrent=true", connection.UserID, connection.Password));
    }

    [ServerFact(TestServers.MySql, TestServers.Ceph, IcebergJava.Variable)]
    public async Task Tables_of_folders_in_S3()
    {
        await using var bucket = await S3Bucket.CreateAsync(TestServers.Ceph);
        await ProveAsync(new S3Lake(bucket, new() { ["type"] = "hadoop", ["warehouse"] = bucket.Uri("warehouse") }, table => [bucket.Uri($"warehouse/{table.Replace('.', '/')}")]));
    }

    private Task ProveAsync(S3Lake lake) =>
        ProveAsync(lake.Open, "raw", table => [.. lake.ForJava(table), "--s3", $"{lake.Bucket.Endpoint},{lake.Bucket.Key},{lake.Bucket.Secret}"]);

    private async Task ProveAsync(Func<IcebergCatalog> open, string space, Func<string, string[]> forJava)
    {
        await using var followed = new FollowedTable(servers, (mysql, _, options) => Pipeline
            .FromMySqlBinlog(mysql.Database(FollowedTable.Database).Exclude("tmp_*")).ToIceberg(open().Namespace(space), o => o.OnDrop = DroppedTables.Drop).Build("followed", options));
        await followed.CreateAsync("CREATE TABLE a (id INT PRIMARY KEY, v INT)", "INSERT INTO a VALUES (1, 1)", "CREATE TABLE b (id INT PRIMARY KEY, v INT)");
        var began = TimeProvider.System.GetTimestamp();
        followed.Start();
        await followed.SettleAsync();
        await followed.RunAsync("CREATE TABLE c LIKE a", "INSERT INTO c VALUES (3, 3)", "UPDATE a SET v = 2", "CREATE TABLE tmp_d LIKE a", "INSERT INTO tmp_d VALUES (4, 4)", "RENAME TABLE tmp_d TO d");
        await followed.RunAsync("BEGIN", "INSERT INTO a VALUES (7, 7)", "INSERT INTO b VALUES (7, 7)", "INSERT INTO c VALUES (7, 7)", "INSERT INTO d VALUES (7, 7)", "COMMIT");
        output.WriteLine($"four tables after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:N1} s");
        foreach (var table in (string[])["a", "b", "c", "d"])
        {
            var rows = (await IcebergJava.SortedRowsAsync(forJava($"{space}.{table}"))).Select(LakeRows.Line).Order(StringComparer.Ordinal);
            Assert.Equal(await followed.NamedRowsAsync($"SELECT * FROM {table}"), rows);
            await IcebergJava.DoAsync(["verify", .. forJava($"{space}.{table}"), "--keys", "identifier", "--no-notes"]);
        }

        output.WriteLine($"compared after {TimeProvider.System.GetElapsedTime(began).TotalSeconds:N1} s");
        Assert.Single(followed.Commits.TakeLast(4).Select(c => c.Position).Distinct());
        await followed.StopAsync();
        await followed.Session.RunAsync("DROP TABLE d", "UPDATE b SET v = 8"); // while nobody reads
        followed.Start();
        await followed.SettleAsync();
        await followed.RunAsync("DROP TABLE b", "INSERT INTO a VALUES (8, 8)");
        var left = new List<string>();
        await foreach (var table in open().ListTablesAsync(space))
        {
            left.Add(table);
        }

        Assert.Equal([$"{space}.a", $"{space}.c"], left.Order(StringComparer.Ordinal));
        await followed.StopAsync();
    }

    private ChildProcess Start(TemporaryFolder folder) => ChildProcess.Start(
        "dotnet", ["exec", typeof(WholeDatabaseTests).Assembly.Location, ReplicaProgram.Argument, servers.Source.CaptureString, ReplicaProgram.WholeDatabase, folder.Path]);

    private FollowedTable Follow() => new(servers, (mysql, lake, options) => Pipeline
        .FromMySqlBinlog(mysql.Database(FollowedTable.Database).Exclude("tmp_*")).ToIceberg(lake.Namespace("lakehouse")).Build("followed", options));
}
