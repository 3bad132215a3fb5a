using CdcLake.Testing;

namespace CdcLake.Tests.Testing;

/// <summary>What a user's test sees of a pipeline over a whole database, whose tables come, go and change.</summary>
public sealed class HarnessDatabaseTests
{
    private const string Items = "CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(20), price DECIMAL(10,2) NOT NULL)";

    [Fact]
    public async Task Each_table_has_a_replica_and_tables_come_go_and_change()
    {
        await using var harness = await StartAsync();
        Assert.Equal([new Item(1, "Kettle", 9.90m)], await harness.RowsAsync<Item>("raw.items"));
        await harness.ExecuteAsync("CREATE TABLE shop.orders (id INT PRIMARY KEY, item_id INT NOT NULL)");
        Assert.Empty(await harness.RowsAsync<Order>("raw.orders")); // a table without rows comes too
        await harness.Table<Order>("shop.orders").InsertManyAsync([new(2, 1), new(1, 1)]);
        Assert.Equal([new Order(1, 1), new(2, 1)], await harness.RowsAsync<Order>("raw.orders"));
        await harness.ExecuteAsync("ALTER TABLE shop.orders ADD COLUMN note VARCHAR(9) NOT NULL DEFAULT 'none' FIRST, MODIFY item_id BIGINT NOT NULL");
        Assert.Equal([new NotedOrder(1, 1, "none"), new(2, 1, "none")], await harness.RowsAsync<NotedOrder>("raw.orders"));
        await harness.ExecuteAsync("CREATE TABLE shop.copies LIKE shop.orders");
        await harness.ExecuteAsync("RENAME TABLE shop.orders TO shop.swap, shop.copies TO shop.orders, shop.swap TO shop.copies");
        Assert.Equal(2, (await harness.RowsAsync<NotedOrder>("raw.copies")).Count);
        Assert.Empty(await harness.RowsAsync<NotedOrder>("raw.orders"));
        await harness.ExecuteAsync("TRUNCATE TABLE shop.items");
        Assert.Empty(await harness.RowsAsync<Item>("raw.items"));
        await harness.ExecuteAsync("DROP TABLE shop.orders");
        Assert.Equal(["iceberg(raw.copies)", "iceberg(raw.items)"], harness.Status.Sinks.Select(s => s.Name).Order(StringComparer.Ordinal));
        await harness.AssertMatchesBatchAsync();
    }

    [Fact]
    public async Task A_database_without_tables_gets_its_first_one_and_what_is_excluded_stays_out()
    {
        await using var harness = await PipelineHarness.StartAsync(Build());
        Assert.Empty(harness.Status.Sinks);
        await harness.ExecuteAsync("CREATE TABLE shop.tmp_a (id INT PRIMARY KEY)");
        await harness.ExecuteAsync("CREATE TABLE other.a (id INT PRIMARY KEY)");
        await harness.ExecuteAsync("CREATE TABLE shop.a (id INT PRIMARY KEY)");
        await harness.Table("shop.a").InsertAsync(new Dictionary<string, object?> { ["id"] = 7 });
        Assert.Equal("iceberg(raw.a)", Assert.Single(harness.Status.Sinks).Name);
        await harness.AssertMatchesBatchAsync();
        await harness.ExecuteAsync("RENAME TABLE shop.tmp_a TO shop.b");
        Assert.Equal(2, harness.Status.Sinks.Count);
    }

    [Theory]
    [InlineData(DroppedTables.Keep, 1)]
    [InlineData(DroppedTables.Drop, 0)]
    public async Task What_becomes_of_a_dropped_table_the_options_say(DroppedTables policy, int rows)
    {
        await using var harness = await StartAsync(policy);
        await harness.ExecuteAsync("CREATE TABLE shop.other (id INT PRIMARY KEY)");
        await harness.ExecuteAsync("DROP TABLE shop.items");
        Assert.Equal(rows, (await harness.RowsAsync<Item>("raw.items")).Count);
    }

    [Fact]
    public async Task A_table_that_is_not_to_be_missed_or_has_no_key_ends_the_pipeline()
    {
        await using var harness = await StartAsync(DroppedTables.Fail);
        var error = await Assert.ThrowsAsync<PipelineHarnessException>(() => harness.ExecuteAsync("DROP TABLE shop.items"));
        Assert.IsType<SchemaMismatchException>(error.InnerException);
        await using var second = await StartAsync();
        error = await Assert.ThrowsAsync<PipelineHarnessException>(() => second.ExecuteAsync("CREATE TABLE shop.keyless (v INT)"));
        Assert.Contains("shop.keyless of database shop has no primary key", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CrashPoint.Reading)]
    [InlineData(CrashPoint.Preparing)]
    [InlineData(CrashPoint.BeforePublish)]
    [InlineData(CrashPoint.BetweenSinks)]
    [InlineData(CrashPoint.AfterPublish)]
    public async Task Kills_within_a_commit_change_nothing(CrashPoint point)
    {
        await using var harness = await StartAsync();
        await harness.ExecuteAsync("CREATE TABLE shop.orders (id INT PRIMARY KEY, item_id INT NOT NULL)");
        harness.CrashAt(point);
        await harness.TransactionAsync(t =>
        {
            t.Table<Order>("shop.orders").InsertMany([new(1, 1), new(2, 1)]);
            t.Table<Item>("shop.items").Update(new(1, "Pot", 1));
        });
        Assert.Equal(1, harness.Crashes);
        await harness.ExecuteAsync("ALTER TABLE shop.orders CHANGE item_id item BIGINT NOT NULL");
        await harness.CrashAndRestartAsync();
        await harness.AssertMatchesBatchAsync();
        await harness.ExecuteAsync("DROP TABLE shop.orders");
        await harness.CrashAndRestartAsync();
        Assert.Single(harness.Status.Sinks);
    }

    [Fact]
    public async Task Random_histories_with_kills_all_the_time_are_followed_exactly()
    {
        for (var seed = 1; seed <= Proof.Rounds(usual: 8, full: 500); seed++)
        {
            await using var harness = await PipelineHarness.StartAsync(Build(), o => (o.Seed, o.CrashRate) = (seed, 0.1));
            var history = new RandomHarnessDatabase(harness, new Random(seed));
            for (var step = 0; step < 25; step++)
            {
                await history.StepAsync();
            }

            await harness.AssertMatchesBatchAsync();
        }
    }

    private static Pipeline Build(DroppedTables policy = DroppedTables.Keep)
    {
        var mysql = new MySqlSource("Server=nowhere.invalid;User ID=cdc;Password=secret");
        return Pipeline.FromMySqlBinlog(mysql.Database("shop").Exclude("tmp_*"))
            .ToIceberg(IcebergCatalog.FileSystem("/nowhere/warehouse").Namespace("raw"), o => o.OnDrop = policy).Build("shop");
    }

    private static Task<PipelineHarness> StartAsync(DroppedTables policy = DroppedTables.Keep) => PipelineHarness.StartAsync(Build(policy), o =>
    {
        o.CreateTable(Items);
        o.Rows("shop.items", new Item(1, "Kettle", 9.90m));
    });

    private sealed record Item(int Id, string? Name, decimal Price);

    private sealed record Order(int Id, int ItemId);

    private sealed record NotedOrder(int Id, long ItemId, string Note);
}
