using CdcLake.Connectors;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.MySql;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.InitialSnapshots;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>
/// A snapshot that is killed after many of its parts, while rows of every kind of key are written and moved between what was read and what was not: each time it goes on from the part, and
/// what it gives in the end equals a replay of the whole log up to its position.
/// </summary>
[Collection("snapshots under writers")] // one after the other: what each writes is log that the other has to look through
public sealed class SnapshotPartsTests(ITestOutputHelper output)
{
    private const int Rows = 9_000; // a batch has 4,096
    private const int Writers = 3;
    private static readonly string[] Letters = ["a", "A", "á", "b", "ß", "ss", "z", "Z ", "ö", "o"];

    private static int Trials => Proof.Rounds(usual: 3, full: 60);

    [ServerTheory(TestServers.MySql)]
    [InlineData(2, 1 << 15)]
    [InlineData(4, 500)] // several of them read one table
    public async Task Snapshot_goes_on_from_any_part_and_is_exact(int readers, int smallestRange)
    {
        var random = Seed.Next(output);
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "parts");
        await database.ExecuteAsync(
            "CREATE TABLE a (id BIGINT UNSIGNED PRIMARY KEY, v INT NOT NULL)",
            "CREATE TABLE b (s VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci NOT NULL, n SMALLINT NOT NULL, v INT, PRIMARY KEY (s, n))",
            "CREATE TABLE c (v INT, d DECIMAL(12,3) NOT NULL, t DATETIME(3) NOT NULL, l VARCHAR(9) CHARACTER SET latin1 NOT NULL, UNIQUE KEY k (d, t, l))",
            "CREATE TABLE d (k VARBINARY(12) PRIMARY KEY, v INT)",
            "CREATE TABLE e (x ENUM('z', 'y', 'a') NOT NULL, n INT NOT NULL, v INT, PRIMARY KEY (x, n))",
            "CREATE TABLE f (v INT)");
        var created = await SourceRun.PositionAsync(database.Connection);
        await FillAsync(database);
        var plan = await PlanAsync(database) with { SmallestRange = smallestRange, Settings = new MySqlSourceOptions { SnapshotWorkers = readers } };
        var ends = new List<(SourcePosition Position, List<string>[] Tables)>();
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, Writers).Select(i => WriteAsync(database, i, stop.Token)).ToArray();
        var kills = 0;
        var together = 0;
        try
        {
            for (var trial = 0; trial < Trials; trial++)
            {
                var (contents, killed, ranges) = await TakeAsync(plan, database, random);
                kills += killed;
                together = Math.Max(together, ranges);
                ends.Add((contents.Position!, [.. Enumerable.Range(0, plan.Captures.Count).Select(contents.Rows)]));
            }
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(writers);
        }

        output.WriteLine($"{kills} kills in {Trials} snapshots, up to {together} ranges of a table read in part");
        Assert.True(kills >= Trials, $"only {kills} kills");
        Assert.True(smallestRange > Rows ? together <= 1 : together > 1, $"{together} ranges of a table were read in part");
        await ReplayAsync(database, plan, created, ends);
    }

    private static async Task<SnapshotPlan> PlanAsync(MySqlDatabase database)
    {
        string[] names = [.. "abcdef".Select(t => $"{database.Name}.{t}")];
        var tables = await new MySqlBinlogSource(database.Options, "parts", new MySqlSourceOptions(), TimeProvider.System).DescribeAsync(names, default);
        var captures = tables.Select((t, i) => TableCapture.Of(t, [.. Enumerable.Range(i == 0 ? 1 : 0, t.Schema.Count - (i == 0 ? 1 : 0))])); // the first one without its key
        return new SnapshotPlan(
            ReplicaIdentity.Of("parts", database.Name, null, TimeSpan.FromSeconds(5)), [.. captures], [.. names.Select(n => MySqlTableName.Parse(n, null))], new MySqlSourceOptions(), TimeProvider.System)
        {
            TakesParts = true,
            FirstPart = TimeSpan.Zero,
        };
    }

    // One snapshot, killed again and again: of what came behind the last part nothing is left.
    private static async Task<(TableContents Contents, int Kills, int Ranges)> TakeAsync(SnapshotPlan plan, MySqlDatabase database, Random random)
    {
        var contents = new TableContents(plan.Captures.Count);
        var ranges = 0;
        contents.OnEpoch = epoch =>
        {
            if (epoch.Position.IsPartial)
            {
                var progress = SnapshotProgress.Parse(((MySqlPosition)epoch.Position).Part!.Progress);
                ranges = Math.Max(ranges, progress.Tables.Values.Max(t => t.Ranges.Count(r => r is { IsDone: false, At: not null })));
                Assert.All(progress.Tables.Values, t => Assert.InRange(t.Ranges.Count, 0, (4 * plan.Settings.SnapshotWorkers) + 1)); // however many were read
            }

            if (epoch.Position.IsPartial && random.Next(4) == 0)
            {
                throw new OperationCanceledException("killed");
            }
        };
        var options = MySqlConnectionOptions.Parse($"{database.ConnectionString};SSL Mode=None;Allow Public Key Retrieval=true");
        for (var kills = 0; ; kills++)
        {
            // As it is read back from where a sink keeps it.
            var from = contents.Position is { } part ? MySqlPosition.Parse(part.Properties) : null;
            using var snapshot = new InitialSnapshot(plan, contents, from);
            await using var session = await ServerSession.OpenAsync(options, options.Hosts[0], default);
            try
            {
                var end = await snapshot.RunAsync(session, default);
                Assert.Equal<SourcePosition>(end, contents.Position!);
                Assert.False(end.IsPartial);
                return (contents, kills, ranges);
            }
            catch (OperationCanceledException)
            {
                contents.DropOpen();
            }
        }
    }

    private static async Task ReplayAsync(MySqlDatabase database, SnapshotPlan plan, SourcePosition created, List<(SourcePosition Position, List<string>[] Tables)> ends)
    {
        var contents = new TableContents(plan.Captures.Count);
        var compared = 0;
        contents.OnEpoch = epoch =>
        {
            foreach (var (_, tables) in ends.Where(e => e.Position.Equals(epoch.Position)))
            {
                for (var i = 0; i < tables.Length; i++)
                {
                    var rows = contents.Rows(i).Select(r => i == 0 ? r[(r.IndexOf('|', StringComparison.Ordinal) + 1)..] : r).Order(StringComparer.Ordinal);
                    Assert.Equal(rows, tables[i]);
                }

                compared++;
            }
        };
        await using var replay = await SourceRun.StartAsync(
            database.Options, "parts-replay", [.. plan.Names.Select(n => n.ToString())], created, [.. ends.Select(e => e.Position).Distinct()], contents);
        await replay.ReachAsync(await SourceRun.PositionAsync(database.Connection));
        Assert.Equal(Trials, compared);
    }

    private static async Task FillAsync(MySqlDatabase database)
    {
        const string numbers = "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i+1 FROM n WHERE i < ";
        var letters = string.Join(", ", Letters.Select(l => $"'{l}'"));
        await database.ExecuteAsync(
            "SET SESSION cte_max_recursion_depth=100000",
            $"INSERT INTO a {numbers}{Rows}) SELECT CAST(i AS UNSIGNED) * 1000000000000000, i FROM n",
            $"INSERT INTO b {numbers}{Rows}) SELECT CONCAT(ELT(1 + i MOD {Letters.Length}, {letters}), i DIV 10 MOD 7), i DIV 10, i FROM n ON DUPLICATE KEY UPDATE v = 0",
            $"INSERT INTO c {numbers}{Rows}) SELECT i, (i MOD 500 - 250) / 8, TIMESTAMP'2000-01-01 00:00:00' + INTERVAL i DIV 500 SECOND, ELT(1 + i MOD 2, 'x', 'É') FROM n",
            $"INSERT INTO d {numbers}{Rows}) SELECT UNHEX(LEFT(SHA2(i, 256), 24)), i FROM n",
            $"INSERT INTO e {numbers}100) SELECT 1 + i MOD 3, i, i FROM n",
            "INSERT INTO f VALUES (1), (1), (2)",
            "ANALYZE TABLE a, b, c, d"); // else the server need not know yet how many rows there are
    }

    private static async Task WriteAsync(MySqlDatabase database, int seed, CancellationToken stop)
    {
        var random = new Random(seed);
        await using var connection = await database.ConnectAsync();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await connection.ExecuteAsync(Statement(random), default);
            }
            catch (MySqlServerException error) when (error.Code is 1213 or 1205 or 1062)
            {
                // Two writers met; the next one.
            }
        }
    }

    private static string Statement(Random random)
    {
        var (i, j, letter) = (random.Next(Rows) + 1, random.Next(Rows) + 1, Letters[random.Next(Letters.Length)]);
        return random.Next(12) switch
        {
            0 => $"UPDATE a SET v = v + 1 WHERE id = {i}000000000000000",
            1 => $"UPDATE a SET id = {j}000000000000001 WHERE id = {i}000000000000000", // from one side of what was read to the other
            2 => $"DELETE FROM a WHERE id = {i}000000000000000",
            3 => $"INSERT INTO a VALUES ({i}000000000000000, 7)",
            4 => $"UPDATE b SET v = v + 1 WHERE n = {i / 10} LIMIT 3",
            5 => $"UPDATE b SET s = '{letter}{j % 7}' WHERE n = {i / 10} LIMIT 1",
            6 => $"INSERT INTO b VALUES ('{letter}', {i % 3000}, 1)",
            7 => $"UPDATE c SET d = d + 3.125, v = v + 1 WHERE d = {i % 500 - 250} / 8 LIMIT 2",
            8 => $"UPDATE c SET t = t + INTERVAL 1000 MICROSECOND, l = 'ü' WHERE d = {i % 500 - 250} / 8 LIMIT 1",
            9 => $"UPDATE d SET k = UNHEX(LEFT(SHA2({j + Rows}, 256), {2 * (1 + (j % 12))})) WHERE v = {i} LIMIT 1",
            10 => $"DELETE FROM d WHERE k = UNHEX(LEFT(SHA2({i}, 256), 24))",
            _ => $"UPDATE e SET v = v + 1, x = {1 + (i % 3)} WHERE n = {1 + (i % 100)}",
        };
    }
}
