using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A replica is compared with its table while both change; what went past the log is found.</summary>
public sealed class VerificationTests
{
    private const int Rows = 20_000;

    [ServerFact(TestServers.MySql)]
    public async Task Rows_that_differ_are_named_while_others_are_written()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "verify");
        await database.ExecuteAsync(
            "CREATE TABLE t (id BIGINT UNSIGNED NOT NULL, region VARCHAR(8) COLLATE utf8mb4_0900_ai_ci NOT NULL, v DECIMAL(30,4), b TINYINT UNSIGNED, at DATETIME(6), doc JSON, PRIMARY KEY (region, id))",
            "SET SESSION cte_max_recursion_depth=100000",
            $"INSERT INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i+1 FROM n WHERE i < {Rows}) "
            + "SELECT i, IF(i MOD 2, 'Ä', 'ä'), i / 7, i MOD 256, NULLIF(TIMESTAMP'2026-01-01 00:00:00' + INTERVAL i SECOND, '2026-01-01 00:00:05'), JSON_OBJECT('i', i) FROM n");
        using var folder = new TemporaryFolder();
        var lake = IcebergCatalog.FileSystem(folder["lake"]);
        await using var pipeline = Pipeline
            .FromMySqlBinlog(new MySqlSource(database.ConnectionString).Table($"{database.Name}.t"))
            .ToIceberg(lake.Table("raw.t"))
            .Aggregate(r => new { Region = r.Get<string>("region") }, g => new Total(g.Key.Region, g.Count()))
            .ToIceberg(lake.Table("raw.totals"), key: t => t.Region)
            .Build("verified", o =>
            {
                o.CheckpointFolder = folder["checkpoints"];
                o.CommitInterval = TimeSpan.FromMilliseconds(50);
            });
        var nothing = await pipeline.VerifyAsync();
        Assert.False(nothing.IsEqual);
        Assert.All(nothing.Sinks, s => Assert.NotNull(s.NotComparedBecause));

        using var stop = new CancellationTokenSource();
        var running = pipeline.RunAsync(stop.Token);
        var writing = WriteAsync(database, stop.Token);
        await pipeline.WaitForLatestAsync().WaitAsync(TimeSpan.FromSeconds(60));
        for (var i = 0; i < 3; i++)
        {
            var equal = await pipeline.VerifyAsync();
            Assert.True(equal.IsEqual, string.Join('\n', equal.Sinks[0].Differences));
            Assert.InRange(equal.Sinks[0].Rows, Rows / 2, Rows * 2);
            Assert.StartsWith("it is not a table as it is", equal.Sinks[1].NotComparedBecause, StringComparison.Ordinal);
        }

        await database.ExecuteAsync(
            "SET SESSION sql_log_bin=0", // nothing of it reaches the log
            "UPDATE t SET v = v + 1, doc = NULL WHERE id = 15001",
            "DELETE FROM t WHERE id = 15002",
            "INSERT INTO t VALUES (99999, 'new', 1, 1, NULL, NULL)",
            "SET SESSION sql_log_bin=1");
        var differing = (await pipeline.VerifyAsync()).Sinks[0];
        Assert.Equal(3, differing.DifferingRanges);
        Assert.Equal(
            [("region=\"new\", id=99999", SinkDifferenceKind.Missing), ("region=\"ä\", id=15002", SinkDifferenceKind.Extra), ("region=\"Ä\", id=15001", SinkDifferenceKind.Different)],
            differing.Differences.Select(d => (d.Key, d.Kind)).OrderBy(d => d.Kind));
        var columns = differing.Differences.Single(d => d.Kind == SinkDifferenceKind.Different).Columns;
        Assert.Equal(["v", "doc"], columns.Select(c => c.Split(':')[0]));
        await stop.CancelAsync();
        await running;
        await writing;
    }

    // Rows of the lower half.
    private static async Task WriteAsync(MySqlDatabase database, CancellationToken stop)
    {
        var random = new Random(5);
        await using var connection = await database.ConnectAsync();
        while (!stop.IsCancellationRequested)
        {
            var id = random.Next(Rows / 2) + 1;
            await connection.ExecuteAsync(
                random.Next(3) switch
                {
                    0 => $"DELETE FROM t WHERE id = {id}",
                    1 => $"INSERT IGNORE INTO t VALUES ({id}, 'x', 1.5, 2, NULL, '[1]')",
                    _ => $"UPDATE t SET v = -v, b = 255 - b WHERE id = {id}",
                },
                default);
        }
    }

    private sealed record Total(string Region, long Count);
}
