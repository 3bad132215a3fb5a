using CdcLake.IntegrationTests.Fixtures;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>
/// A whole database in Iceberg under everything that databases are done to, by two writers at once: transactions, savepoints, two phases, files, documents in part, compressed
/// transactions, clients of other character sets, and every change of tables: by ALTER, of partitions, as gh-ost and pt-online-schema-change make them, created, renamed, swapped,
/// truncated, dropped. Snapshots all along the way, and the end, are compared with a replica that is stepped to their GTID sets. Cascades are left to tests of their own: beside all this
/// MySQL's own replica stopped at the row of a child whose parent it did not have (error 1452).
/// </summary>
[Collection(ServerPair.Collection)]
public sealed class MixedDatabaseTests(ServerPair servers, ITestOutputHelper output)
{
    private static int Steps => Proof.Rounds(usual: 200, full: 1500);

    [ServerFact(TestServers.MySql, IcebergJava.Variable)]
    public async Task Everything_that_happens_to_a_database_is_followed_exactly()
    {
        var random = Seed.Next(output);
        await using var followed = new FollowedTable(servers, (mysql, lake, options) => Pipeline
            .FromMySqlBinlog(mysql.Database(FollowedTable.Database).Exclude("tmp_*")).ToIceberg(lake.Namespace("lakehouse")).Build("mixed", options));
        await followed.CreateAsync();
        await using var tables = await servers.Source.OpenAsync(FollowedTable.Database);
        await using var watching = await servers.Source.OpenAsync(FollowedTable.Database);
        await using var other = await servers.Source.OpenAsync(FollowedTable.Database);
        var (database, definitions) = (new RandomDatabase(tables, new Random(random.Next())), new RandomDefinitions(tables, new Random(random.Next())));
        var (bulk, online, partitions) = (new BulkWrites(followed.Session, other, new Random(random.Next())), new OnlineChanges(followed.Session, new Random(random.Next())), new PartitionChanges(followed.Session, new Random(random.Next())));
        await database.CreateAsync(3);
        await definitions.CreateAsync();
        await bulk.CreateAsync();
        await online.CreateAsync();
        await partitions.CreateAsync();
        followed.Start();
        var (verifications, late) = (0, 0);
        var (choices, others) = (new Random(random.Next()), new Random(random.Next()));
        await Task.WhenAll(
            StepAsync(async () => await (choices.Next(3) == 0 ? definitions.StepAsync() : database.StepAsync())),
            StepAsync(async () => await (others.Next(3) switch { 0 => online.StepAsync(), 1 => partitions.StepAsync(), _ => bulk.StepAsync() })),
            VerifyAsync());
        await bulk.EndAsync();
        await followed.Session.RunAsync("SET SESSION binlog_transaction_compression = 0");
        await followed.SettleAsync();
        await followed.StopAsync();
        var snapshots = await followed.Lake.CheckAsync();
        output.WriteLine($"2 × {Steps} steps ({string.Join(", ", database.Kinds.Select(k => $"{k.Value} {k.Key}"))}, {definitions.Changes} definitions), {verifications} verifications, {late} of them too early, {snapshots} snapshots exact");
        Assert.True(snapshots >= 10, $"only {snapshots} snapshots");
        Assert.True(late < verifications, "nothing was verified");

        async Task StepAsync(Func<Task> step)
        {
            try
            {
                for (var i = 0; i < Steps && !followed.Running.IsCompleted; i++)
                {
                    await step();
                }
            }
            finally
            {
                await bulk.EndAsync(); // a snapshot waits for what is prepared
            }
        }

        async Task VerifyAsync()
        {
            for (; verifications < Math.Max(1, Steps / 50) && !followed.Running.IsCompleted; verifications++)
            {
                await followed.Pipeline.WaitForGtidAsync(await watching.GtidExecutedAsync());
                try
                {
                    var report = await followed.Pipeline.VerifyAsync();
                    Assert.All(report.Sinks, s => Assert.True(s.DifferingRanges == 0, $"{s.Name}: {string.Join('\n', s.Differences)}"));
                }
                catch (SchemaMismatchException error) when (error.IsTransient)
                {
                    late++; // tables were changed faster than the pipeline followed
                }
            }
        }
    }
}
