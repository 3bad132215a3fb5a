using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Gtids;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>
/// A pipeline that is killed with SIGKILL again and again before its initial snapshot is whole: it finishes nevertheless, nobody sees the table before that, and it equals MySQL. Soon after
/// each part; with CDCLAKE_TEST_LONG=1 the table is forty times as large.
/// </summary>
public sealed class SnapshotKillTests(ITestOutputHelper output)
{
    private static int Rows => Proof.Rounds(usual: 120_000, full: 5_000_000);

    [ServerTheory(TestServers.MySql, IcebergJava.Variable)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Snapshot_that_is_killed_after_each_part_finishes_and_is_exact(bool withTotals)
    {
        var random = Seed.Next(output);
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "snapshot_kill");
        await database.ExecuteAsync(
            "CREATE TABLE t (id INT PRIMARY KEY, v BIGINT NOT NULL, s VARCHAR(200) NOT NULL)",
            "SET SESSION cte_max_recursion_depth=10000000",
            $"INSERT INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i+1 FROM n WHERE i < {Rows}) SELECT i * 10, i, REPEAT(SHA2(i, 256), 3) FROM n");
        using var folder = new TemporaryFolder();
        LakeTable[] tables = [new(folder["lake/lakehouse/t"]), .. withTotals ? (LakeTable[])[new(folder["lake/lakehouse/totals"])] : []];
        using var stop = new CancellationTokenSource();
        var writing = WriteAsync(database, stop.Token);
        var kills = 0;
        for (; kills < 60 && tables.Any(t => t.Snapshots().Count == 0); kills++)
        {
            // However slow this machine is just now: after the first or one of the next parts with rows that were not read before.
            await using var run = Start(database, folder, withTotals);
            for (var parts = kills == 0 ? 1 : random.Next(4) + 1; parts > 0 && tables.Any(t => t.Snapshots().Count == 0); parts--)
            {
                // The snapshot may end between the look at the tables and this one, after which there is no progress any more.
                for (var before = tables[^1].SnapshotProgress(); before == tables[^1].SnapshotProgress() && tables.Any(t => t.Snapshots().Count == 0);)
                {
                    Assert.False(await run.ExitsWithinAsync(TimeSpan.FromMilliseconds(20)), run.HasExited ? run.Failure("ended by itself").Message : null);
                }
            }

            await run.ExitsWithinAsync(TimeSpan.FromMilliseconds(random.Next(200)));
            await run.KillAsync();
        }

        await stop.CancelAsync();
        output.WriteLine($"{kills} lives, {await writing} statements meanwhile");
        Assert.InRange(kills, 2, 59); // the last one ended after the snapshot
        await EndAsync(database, folder, withTotals);
        await CheckAsync(
            database, "SELECT COUNT(*), SUM(id), SUM(v), SUM(CRC32(s)), SUM(CRC32(CONCAT(id, '-', v))) FROM t",
            "SELECT count(), sum(id), sum(v), sum(CRC32(s)), sum(CRC32(concat(toString(id), '-', toString(v)))) FROM icebergLocal('lakehouse/t')", folder);
        if (withTotals)
        {
            await CheckAsync(
                database, "SELECT COUNT(*), SUM(g * n), SUM(x), SUM(g * x) FROM (SELECT id MOD 1000 g, SUM(v) x, COUNT(*) n FROM t GROUP BY 1) s",
                "SELECT count(), sum(`group` * `count`), sum(`sum`), sum(`group` * `sum`) FROM icebergLocal('lakehouse/totals')", folder);
        }

        foreach (var table in tables)
        {
            await IcebergJava.VerifyAsync(table.Folder);
        }
    }

    private static async Task EndAsync(MySqlDatabase database, TemporaryFolder folder, bool withTotals)
    {
        await using var last = Start(database, folder, withTotals);
        var end = GtidSet.Parse(await database.Connection.GtidExecutedAsync());
        await last.CommitAsync(end, $"iceberg(lakehouse.{(withTotals ? "totals" : "t")})");
        await last.DrainAsync();
    }

    private static async Task CheckAsync(MySqlDatabase database, string query, string lake, TemporaryFolder folder) => Assert.Equal(
        string.Join('\t', (await database.Connection.QueryAsync(query, default)).Rows[0]), ClickHouse.Query(lake, folder["lake"]).Trim());

    private static async Task<int> WriteAsync(MySqlDatabase database, CancellationToken stop)
    {
        var random = new Random(1);
        await using var connection = await database.ConnectAsync();
        var statements = 0;
        for (; !stop.IsCancellationRequested; statements++)
        {
            var (id, other) = ((random.Next(Rows) + 1) * 10, (random.Next(Rows) * 10) + random.Next(9) + 1);
            await connection.ExecuteAsync(
                random.Next(4) switch
                {
                    0 => $"UPDATE IGNORE t SET id = {other} WHERE id = {id}",
                    1 => $"DELETE FROM t WHERE id = {id}",
                    2 => $"INSERT IGNORE INTO t VALUES ({other}, 1, 'new')",
                    _ => $"UPDATE t SET v = v + 1, s = CONCAT('x', LEFT(s, 20)) WHERE id = {id}",
                },
                default);
        }

        return statements;
    }

    private static ChildProcess Start(MySqlDatabase database, TemporaryFolder folder, bool withTotals) => ChildProcess.Start(
        "dotnet",
        [
            "exec", typeof(SnapshotKillTests).Assembly.Location, ReplicaProgram.Argument, database.ConnectionString, $"{database.Name}.t", folder["lake"],
            .. withTotals ? (string[])[folder["checkpoints"]] : [],
        ],
        ("DOTNET_TieredPGO", "0"),
        (ReplicaProgram.SnapshotRows, (Rows / 4).ToString(CultureInfo.InvariantCulture))); // else a fast machine has read it before the first kill
}
