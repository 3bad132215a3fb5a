using System.Globalization;
using CdcLake.Connectors;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql;
using CdcLake.MySql.InitialSnapshots;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>The snapshot cut while many connections write: each one must equal a replay of the whole log up to its position.</summary>
[Collection("snapshots under writers")] // one after the other: what each writes is log that the other has to look through
public sealed class SnapshotCutTests
{
    private static readonly int Trials = Proof.Rounds(usual: 30, full: 200);
    private const int Writers = 6;
    private const int Ids = 300;
    private const long Total = Ids * 1000;

    [ServerFact(TestServers.MySql)]
    public Task Cut_is_exact_under_concurrent_writers() => ProveAsync(TestServers.MySql, new MySqlSourceOptions().SnapshotWorkers, 1 << 15, Trials);

    [ServerFact(TestServers.MySql)]
    public Task Cut_is_exact_where_several_read_ranges_of_one_table() => ProveAsync(TestServers.MySql, readers: 4, smallestRange: 20, Trials / 3);

    [ServerTheory(TestServers.MariaDb, TestServers.MariaDbOld)]
    [InlineData(TestServers.MariaDb)]
    [InlineData(TestServers.MariaDbOld)]
    public Task Cut_of_MariaDb_is_exact_under_concurrent_writers(string server) => ProveAsync(server, readers: 3, smallestRange: 30, Trials / 3);

    private static async Task ProveAsync(string server, int readers, int smallestRange, int trials)
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(server), "cut");
        string[] names = [$"{database.Name}.a", $"{database.Name}.b"];
        await database.ExecuteAsync(
            "CREATE TABLE a (id INT PRIMARY KEY, v BIGINT NOT NULL, s VARCHAR(20) CHARACTER SET latin1)",
            "CREATE TABLE b (s VARCHAR(20) NOT NULL, v BIGINT NOT NULL, n INT, UNIQUE KEY (s))");
        var created = await SourceRun.PositionAsync(database.Connection);
        await database.ExecuteAsync(
            $"SET SESSION {(database.Connection.IsMariaDb ? "max_recursive_iterations" : "cte_max_recursion_depth")}=10000",
            $"INSERT INTO a WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i+1 FROM n WHERE i < {Ids}) SELECT i, 500, 'é' FROM n",
            $"INSERT INTO b WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i+1 FROM n WHERE i < {Ids}) SELECT CONCAT('k', i), 500, NULL FROM n");

        // Without encryption: a trial is five logins.
        var options = MySqlConnectionOptions.Parse($"{database.ConnectionString};SSL Mode=None;Allow Public Key Retrieval=true");
        var tables = await new MySqlBinlogSource(options, "cut", new MySqlSourceOptions(), TimeProvider.System).DescribeAsync(names, default);
        var captures = tables.Select(t => TableCapture.Of(t, [.. Enumerable.Range(0, t.Schema.Count)])).ToList();
        var plan = new SnapshotPlan(
            ReplicaIdentity.Of("cut", database.Name, null, TimeSpan.FromSeconds(5)), captures, [.. names.Select(n => MySqlTableName.Parse(n, null))], new MySqlSourceOptions { SnapshotWorkers = readers }, TimeProvider.System)
        {
            SmallestRange = smallestRange,
        };
        var cuts = new List<(SourcePosition Position, List<string> A, List<string> B)>();
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, Writers).Select(i => WriteAsync(database, i, stop.Token)).ToArray();
        var overlaid = 0;
        try
        {
            for (var trial = 0; trial < trials; trial++)
            {
                var (contents, touched) = await TakeAsync(plan, options);
                overlaid += touched;
                var cut = (contents.Position!, contents.Rows(0), contents.Rows(1));
                Assert.Equal(Total, SumOf(cut.Item2) + SumOf(cut.Item3));
                cuts.Add(cut);
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(writers);
        }

        Assert.True(overlaid > 0, "No trial had anything to overlay: the writers were too slow for the test to show anything.");
        await ReplayAsync(database, names, created, cuts);
    }

    // One cut, read with several views, as the source reads it.
    private static async Task<(TableContents Contents, int Touched)> TakeAsync(SnapshotPlan plan, MySqlConnectionOptions options)
    {
        var contents = new TableContents(2);
        using var snapshot = new InitialSnapshot(plan, contents);
        await using var session = await ServerSession.OpenAsync(options, options.Hosts[0], default);
        await snapshot.RunAsync(session, default);
        return (contents, snapshot.OverlaidKeys);
    }

    // The second way of knowing: all changes from the tables' creation, with an epoch ending exactly at each cut.
    private static async Task ReplayAsync(
        MySqlDatabase database, string[] names, SourcePosition created, List<(SourcePosition Position, List<string> A, List<string> B)> cuts)
    {
        var contents = new TableContents(2);
        var expected = cuts.GroupBy(c => c.Position).ToDictionary(g => g.Key, g => g.ToList());
        var compared = 0;
        contents.OnEpoch = epoch =>
        {
            foreach (var cut in expected.GetValueOrDefault(epoch.Position, []))
            {
                Assert.Equal(contents.Rows(0), cut.A);
                Assert.Equal(contents.Rows(1), cut.B);
                compared++;
            }
        };
        await using var replay = await SourceRun.StartAsync(database.Options, "cut-replay", names, created, [.. expected.Keys], contents);
        await replay.ReachAsync(await SourceRun.PositionAsync(database.Connection));
        Assert.Equal(cuts.Count, compared);
    }

    private static async Task WriteAsync(MySqlDatabase database, int seed, CancellationToken stop)
    {
        var random = new Random(seed);
        await using var connection = await database.ConnectAsync();
        await connection.ExecuteAsync($"SET NAMES {(seed % 2 == 0 ? "latin1" : "gbk")}", default); // what the clients speak does not matter to rows
        while (!stop.IsCancellationRequested)
        {
            try
            {
                foreach (var statement in Transaction(random))
                {
                    await connection.ExecuteAsync(statement, default);
                }
            }
            catch (MySqlServerException error) when (error.Code is 1213 or 1205 or 1062)
            {
                await connection.ExecuteAsync("ROLLBACK", default);
            }
        }
    }

    // Every transaction keeps the sum of v over both tables.
    private static string[] Transaction(Random random)
    {
        var (x, y, amount) = (random.Next(Ids) + 1, random.Next(Ids) + 1, random.Next(-50, 50));
        return random.Next(6) switch
        {
            0 => ["BEGIN", $"UPDATE a SET v = v - {amount} WHERE id = {x}", "ROLLBACK"],
            1 => ["BEGIN", $"SELECT COUNT(*) INTO @n FROM a WHERE id = {x} FOR UPDATE", $"SELECT COUNT(*) INTO @m FROM b WHERE s = 'k{y}' FOR UPDATE",
                $"UPDATE a SET v = v - {amount} * @m WHERE id = {x}", $"UPDATE b SET v = v + {amount} * @n, n = {amount} WHERE s = 'k{y}'", "COMMIT"],
            2 => [$"UPDATE a SET id = {x + Ids}, s = 'ö{y}' WHERE id = {x}"], // moves a key away
            3 => [$"UPDATE a SET id = {x} WHERE id = {x + Ids}"], // and back
            4 => ["BEGIN", $"INSERT INTO a VALUES ({x + (2 * Ids)}, 7, NULL)", $"INSERT INTO b VALUES ('n{y}', -7, {x})", "COMMIT"],
            _ => ["BEGIN", $"SELECT COUNT(*) INTO @n FROM a WHERE id = {x + (2 * Ids)} FOR UPDATE", $"SELECT COUNT(*) INTO @m FROM b WHERE s = 'n{y}' FOR UPDATE",
                $"DELETE FROM a WHERE id = {x + (2 * Ids)} AND @n * @m = 1", $"DELETE FROM b WHERE s = 'n{y}' AND @n * @m = 1", "COMMIT"],
        };
    }

    private static long SumOf(List<string> rows) => rows.Sum(r => long.Parse(r.Split('|')[1], CultureInfo.InvariantCulture));
}
