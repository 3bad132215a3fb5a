using CdcLake.IntegrationTests.Fixtures;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>What may happen to the sample while it follows a server, or between two runs.</summary>
[Collection(ServerPair.Collection)]
public sealed class RunningPipelineTests(ServerPair servers, ITestOutputHelper output) : IDisposable
{
    private const string DumpThreads = "SELECT id FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ServerFact(TestServers.MySql, IcebergJava.Variable, ClickHouse.Variable)]
    public async Task Dropped_connections_are_waited_out()
    {
        var shop = NewShop();
        await using var replica = await shop.CreateAsync();
        using var stop = new CancellationTokenSource();
        await using var pipeline = shop.Follow("50ms");
        var writing = shop.Writers.RunAsync(2, stop.Token);
        await pipeline.CommitAsync();
        await using var server = await servers.Source.OpenAsync();
        for (var i = 0; i < 8; i++)
        {
            var commits = pipeline.Output.Count(CommitLines.IsCommit);
            foreach (var row in (await server.QueryAsync(DumpThreads, default)).Rows)
            {
                await server.RunAsync($"KILL {row[0]}"); // the stepped replica's as well: both come back
            }

            await pipeline.LineAsync(l => CommitLines.IsCommit(l) && pipeline.Output.Count(CommitLines.IsCommit) > commits + 1, "commits after a dropped connection");
        }

        await stop.CancelAsync();
        await writing;
        await shop.DrainAsync(pipeline);
        await shop.CheckEverySnapshotAsync(replica);
    }

    [ServerFact(TestServers.MySql, IcebergJava.Variable, ClickHouse.Variable)]
    public async Task Restarted_server_is_waited_for()
    {
        var shop = NewShop();
        await using var replica = await shop.CreateAsync();
        await using var pipeline = shop.Follow("50ms");
        await pipeline.CommitAsync();
        await servers.Source.RestartAsync();
        await shop.DrainAsync(pipeline, asContainer: true);
        await shop.CheckEverySnapshotAsync(replica);
    }

    [ServerFact(TestServers.MySql, IcebergJava.Variable, ClickHouse.Variable)]
    public async Task Second_interrupt_ends_at_once_and_loses_nothing()
    {
        var shop = NewShop();
        await using var replica = await shop.CreateAsync();
        using var stop = new CancellationTokenSource();
        var writing = shop.Writers.RunAsync(2, stop.Token);
        for (var i = 0; i < 2; i++)
        {
            await using var pipeline = shop.Follow("1h");
            await pipeline.CommitAsync();
            pipeline.Interrupt();
            pipeline.Interrupt();
            Assert.True(await pipeline.ExitsWithinAsync(TimeSpan.FromSeconds(20)), pipeline.Failure("two interrupts").Message);
        }

        await stop.CancelAsync();
        await writing;
        await using var last = shop.Follow("50ms");
        await shop.DrainAsync(last);
        await shop.CheckEverySnapshotAsync(replica);
    }

    [ServerFact(TestServers.MySql, IcebergJava.Variable, ClickHouse.Variable)]
    public async Task Second_instance_started_by_mistake_stops_with_a_reason_and_harms_nothing()
    {
        var shop = NewShop();
        await using var replica = await shop.CreateAsync();
        using var stop = new CancellationTokenSource();
        var writing = shop.Writers.RunAsync(2, stop.Token);
        await using var first = shop.Follow("20ms");
        await first.CommitAsync();
        await using var second = shop.Follow("20ms");
        await Task.WhenAny(first.ExitAsync(), second.ExitAsync());
        await EndsWithErrorAsync(first.HasExited ? first : second, "another");
        await Task.WhenAll(StopAsync(first), StopAsync(second)); // each has disturbed the other: the second may have ended as well
        await stop.CancelAsync();
        await writing;
        await using var alone = shop.Follow("20ms");
        await shop.DrainAsync(alone);
        await shop.CheckEverySnapshotAsync(replica);

        static Task<int> StopAsync(ChildProcess instance)
        {
            instance.Interrupt();
            return instance.ExitAsync();
        }
    }

    [ServerFact(TestServers.MySql)]
    public async Task DDL_stops_with_the_table_s_name_where_a_column_that_is_read_goes_and_nowhere_else()
    {
        var shop = NewShop();
        await using (await shop.CreateAsync())
        {
            await using var pipeline = shop.Follow("50ms");
            await pipeline.CommitAsync();
            await using var server = await servers.Source.OpenAsync(LiveShop.Database);
            await server.RunAsync("ALTER TABLE audit ADD COLUMN more INT", "DROP TABLE audit", "CREATE TABLE sales_archive LIKE sales");
            await shop.Writers.FinishAsync();
            var seen = pipeline.Output.Count(CommitLines.IsCommit);
            await pipeline.LineAsync(l => CommitLines.IsCommit(l) && pipeline.Output.Count(CommitLines.IsCommit) > 1, "a commit after DDL on other tables");
            Assert.True(seen >= 1);
            await server.RunAsync("ALTER TABLE sales ADD COLUMN discount DECIMAL(5,2)"); // which the sample does not read
            seen = pipeline.Output.Count(CommitLines.IsCommit);
            await shop.Writers.FinishAsync();
            await pipeline.LineAsync(l => CommitLines.IsCommit(l) && pipeline.Output.Count(CommitLines.IsCommit) > seen, "a commit after a column that is not read");
            await server.RunAsync("ALTER TABLE sales DROP COLUMN price");
            await EndsWithErrorAsync(pipeline, "shop.sales");
        }
    }

    [ServerTheory(TestServers.MySql)]
    [InlineData("UPDATE sales SET qty = qty + 1", "binlog_format = STATEMENT", "STATEMENT")]
    [InlineData("UPDATE sales SET qty = qty + 1", "binlog_row_image = MINIMAL", "binlog_row_image")]
    [InlineData("RENAME TABLE sales TO sold", "timestamp = DEFAULT", "shop.sales")]
    [InlineData("DROP TABLE products", "timestamp = DEFAULT", "shop.products")]
    [InlineData("DROP DATABASE shop", "timestamp = DEFAULT", "shop")]
    public async Task Change_that_is_not_logged_as_needed_stops_and_is_not_skipped(string statement, string session, string mention)
    {
        var shop = NewShop();
        await using (await shop.CreateAsync())
        {
            await using var pipeline = shop.Follow("50ms");
            await pipeline.CommitAsync();
            await shop.CheckpointedAsync(); // else the second run begins with a new snapshot, in which the change is
            await using var server = await servers.Source.OpenAsync(LiveShop.Database);
            await server.RunAsync($"SET SESSION {session}", statement);
            await EndsWithErrorAsync(pipeline, mention);
            var (count, before) = (shop.Table.Snapshots().Count, shop.Table.Fingerprint());
            await using var again = shop.Follow("50ms"); // still not skipped
            await EndsWithErrorAsync(again, mention);
            Assert.True(count == shop.Table.Snapshots().Count, before);
        }
    }

    [ServerTheory(TestServers.MySql)]
    [InlineData("PURGE BINARY LOGS TO '{0}'", "purge")]
    [InlineData("RESET BINARY LOGS AND GTIDS", "")]
    public async Task Log_that_is_gone_is_an_error_and_the_table_stays(string statement, string mention)
    {
        var shop = NewShop();
        await using (await shop.CreateAsync())
        {
            await using (var first = shop.Follow("50ms"))
            {
                await shop.DrainAsync(first);
            }

            await shop.Writers.FinishAsync();
            await using var server = await servers.Source.OpenAsync(LiveShop.Database);
            await server.RunAsync("FLUSH BINARY LOGS");
            await shop.Writers.FinishAsync();
            var newest = (await server.LogFilesAsync())[^1];
            await server.RunAsync(statement.Replace("{0}", newest, StringComparison.Ordinal));
            var before = shop.Table.Fingerprint();
            await using var second = shop.Follow("50ms");
            await EndsWithErrorAsync(second, mention);
            Assert.Equal(before, shop.Table.Fingerprint());
        }
    }

    [ServerFact(TestServers.MySql)]
    public async Task Warehouse_that_follows_another_database_is_refused()
    {
        var shop = NewShop();
        await using (await shop.CreateAsync())
        {
            await using (var first = shop.Follow("50ms"))
            {
                await shop.DrainAsync(first);
            }

            await using var server = await servers.Source.OpenAsync(LiveShop.Database);
            await server.RunAsync("CREATE DATABASE other", "CREATE TABLE other.sales LIKE shop.sales", "CREATE TABLE other.products LIKE shop.products");
            var before = shop.Table.Fingerprint();
            var error = await Quickstart.RefusesAsync("--mysql", servers.Source.CaptureString, "--database", "other", "--warehouse", _folder.Path);
            Assert.Equal(before, shop.Table.Fingerprint());
            output.WriteLine(error);
        }
    }

    private static async Task EndsWithErrorAsync(ChildProcess pipeline, string mention)
    {
        Assert.True(await pipeline.ExitAsync() == 1, pipeline.Failure("expected exit code 1").Message);
        Assert.Contains(pipeline.Errors, l => l.StartsWith("error: ", StringComparison.Ordinal) && l.Contains(mention, StringComparison.OrdinalIgnoreCase));
    }

    private LiveShop NewShop() => new(servers, _folder.Path, Seed.Next(output).Next());
}
