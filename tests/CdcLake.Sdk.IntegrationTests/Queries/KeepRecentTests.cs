using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;

namespace CdcLake.IntegrationTests.Queries;

/// <summary>Rows that age: what is there is what the server answers for the newest commit time of the log, also in groups behind, and after a restart.</summary>
public sealed class KeepRecentTests
{
    private const string Life = "INTERVAL 3600 SECOND";

    private sealed record Reading(int Id, DateTime? At, int Value);

    private sealed record Sums(int Parity, long N, long? Total);

    [ServerFact(TestServers.MySql)]
    public async Task Rows_that_are_there_are_those_of_the_last_hour_at_every_commit()
    {
        using var folder = new TemporaryFolder();
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "keep_recent");

        // Each of the first rows is a twentieth of a second from being an hour old when the one before it is; all of them become so while the test goes on.
        var rows = string.Join(", ", Enumerable.Range(0, 60).Select(i => $"({i}, UTC_TIMESTAMP(6) - {Life} + INTERVAL {(i - 10) * 50_000} MICROSECOND, {i})"));
        await database.ExecuteAsync(["CREATE TABLE readings (id INT PRIMARY KEY, at DATETIME(6), value INT NOT NULL)", "INSERT INTO readings VALUES (1000, NULL, 1), (1001, '9999-12-31', 1), (1002, '2000-01-01', 1)"]);
        var random = new Random(1);
        var (compared, aged) = (0, false);
        for (var run = 0; !aged; run++)
        {
            var (all, sums) = (new View<int, Reading>("all"), new View<int, Sums>("sums"));
            var recent = Pipeline.FromMySqlBinlog(new MySqlSource(database.ConnectionString).Table<Reading>($"{database.Name}.readings")).KeepRecent(r => r.At, TimeSpan.FromHours(1));
            recent.Aggregate(r => r.Id % 2, g => new Sums(g.Key, g.Count(), g.Sum(r => (int?)r.Value))).ToView(sums, key: r => r.Parity);
            await using var pipeline = recent.ToView(all, key: r => r.Id).Build("recent", o => (o.CheckpointFolder, o.CheckpointInterval) = (folder["checkpoints"], TimeSpan.FromMilliseconds(20)));
            using var stop = new CancellationTokenSource();
            var running = pipeline.RunAsync(stop.Token);
            for (var i = 0; i < 25 && !aged; i++)
            {
                if (compared == 1)
                {
                    await database.ExecuteAsync($"INSERT IGNORE INTO readings VALUES {rows}");
                }

                await database.ExecuteAsync(["BEGIN", .. Change(random), $"REPLACE INTO readings VALUES (2000, NULL, {compared})", "COMMIT"]); // something is committed in any case
                await SettleAsync(pipeline, running, await database.Connection.GtidExecutedAsync());
                var (rowsNow, sumsNow) = await OneStateAsync(all, sums);
                var commit = rowsNow.CommittedAt!.Value.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
                var condition = $"at >= TIMESTAMP'{commit}' - {Life}";
                var expected = await AnswerAsync(database, $"SELECT id, value FROM readings WHERE {condition} ORDER BY id");
                Assert.Equal(expected, rowsNow.OrderBy(r => r.Id).Select(r => $"{r.Id} {r.Value}"));
                var expectedSums = await AnswerAsync(database, $"SELECT id % 2 AS parity, COUNT(*), SUM(value) FROM readings WHERE {condition} GROUP BY parity ORDER BY parity");
                Assert.Equal(expectedSums, sumsNow.OrderBy(r => r.Parity).Select(r => $"{r.Parity} {r.N} {r.Total}"));
                aged = await AnswerAsync(database, $"SELECT COUNT(*) FROM readings WHERE id < 60 AND at >= TIMESTAMP'{commit}' - {Life}") is ["0"] && compared > 1;
                compared++;
            }

            await stop.CancelAsync();
            await running;
        }

        Assert.True(compared > 3, $"{compared} states");
    }

    /// <summary>Both views at one position: other tests' transactions go on.</summary>
    private static async Task<(ViewSnapshot<int, Reading> All, ViewSnapshot<int, Sums> Sums)> OneStateAsync(View<int, Reading> all, View<int, Sums> sums)
    {
        while (true)
        {
            var state = (all.Current, sums.Current);
            if (state.Item1.Position == state.Item2.Position)
            {
                return state;
            }

            await Task.Yield();
        }
    }

    private static string[] Change(Random random) => random.Next(5) switch
    {
        0 => [$"DELETE FROM readings WHERE id = {random.Next(70)}"],
        1 => [$"UPDATE readings SET value = value + 1 WHERE id % 7 = {random.Next(7)}"],
        2 => [$"UPDATE readings SET at = at + INTERVAL 300000 MICROSECOND WHERE id = {random.Next(70)} AND at < '9999-01-01'"],
        3 => [$"REPLACE INTO readings VALUES ({random.Next(60, 70)}, UTC_TIMESTAMP(6) - {Life} + INTERVAL {random.Next(-300_000, 300_000)} MICROSECOND, 7)"],
        _ => [$"REPLACE INTO readings VALUES ({random.Next(60, 70)}, UTC_TIMESTAMP(6), 9)"],
    };

    private static async Task<string[]> AnswerAsync(MySqlDatabase database, string sql) => [.. (await database.Connection.QueryAsync(sql, default)).Rows.Select(r => string.Join(' ', r))];

    private static async Task SettleAsync(Pipeline pipeline, Task running, string gtid)
    {
        using var limit = new CancellationTokenSource(ChildProcess.Limit);
        await await Task.WhenAny(running, pipeline.WaitForGtidAsync(gtid, cancellationToken: limit.Token));
    }
}
