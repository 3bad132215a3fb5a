using CdcLake.Testing;
using static CdcLake.Tests.Testing.SalesPipeline;

namespace CdcLake.Tests.Testing;

/// <summary>Statements that change the tables of a typed pipeline are followed as a server's would be, and what they do to the rows is what MySQL does.</summary>
public sealed class HarnessDefinitionTests
{
    private static readonly SalesByProduct Kettles = new(1, "KET-1", "Kettle", 2, 19.80m, 1, Noon);

    [Theory]
    [InlineData("ALTER TABLE appdb.sales ADD COLUMN note VARCHAR(10) NOT NULL DEFAULT 'x' FIRST")]
    [InlineData("ALTER TABLE appdb.sales ADD (a INT, b INT NOT NULL DEFAULT 1)")]
    [InlineData("ALTER TABLE appdb.sales MODIFY COLUMN qty INT NOT NULL AFTER sale_ts")]
    [InlineData("ALTER TABLE appdb.products MODIFY sku VARCHAR(200) NOT NULL")]
    [InlineData("ALTER TABLE appdb.products ADD INDEX by_sku (sku), COMMENT = 'x'")]
    [InlineData("RENAME TABLE appdb.products TO appdb.swap, appdb.swap TO appdb.products")]
    public async Task What_leaves_the_query_alone_changes_nothing(string sql)
    {
        await using var harness = await StartAsync();
        await harness.ExecuteAsync(sql);
        Assert.Equal([Kettles], await harness.ResultAsync());
        await harness.Sales().InsertAsync(new(2, 1, 1, 10m, Noon));
        Assert.Equal([Kettles with { TotalQty = 3, TotalRevenue = 29.80m, SaleCount = 2 }], await harness.ResultAsync());
        await harness.CrashAndRestartAsync();
        await harness.AssertMatchesBatchAsync();
    }

    public static TheoryData<double, int> Crashes
    {
        get
        {
            var data = new TheoryData<double, int> { { 0, 0 } };
            foreach (var seed in Enumerable.Range(1, Proof.Rounds(usual: 9, full: 200)))
            {
                data.Add(0.05, seed);
                data.Add(0.2, seed);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Crashes))]
    public async Task A_column_that_is_read_may_be_widened_and_all_rows_may_go_at_once(double crashRate, int seed)
    {
        await using var harness = await StartAsync(crashRate, seed);
        await harness.ExecuteAsync("ALTER TABLE appdb.sales MODIFY price DECIMAL(19,6) NOT NULL");
        await harness.Sales().InsertAsync(new(2, 1, 1, 0.000001m, Noon));
        Assert.Equal(19.800001m, (await harness.ResultAsync())[0].TotalRevenue);
        await harness.ExecuteAsync("TRUNCATE TABLE appdb.sales");
        Assert.Empty(await harness.ResultAsync());
        await harness.Sales().InsertAsync(new(3, 1, 2, 9.90m, Noon));
        Assert.Equal([Kettles], await harness.ResultAsync());
        await harness.AssertMatchesBatchAsync();
    }

    [Theory]
    [InlineData("ALTER TABLE appdb.products DROP COLUMN name", "name")]
    [InlineData("ALTER TABLE appdb.products RENAME COLUMN name TO title", "name")]
    [InlineData("ALTER TABLE appdb.products MODIFY name DATETIME", "")]
    [InlineData("DROP TABLE appdb.products", "appdb.products")]
    public async Task What_the_query_cannot_do_without_ends_the_pipeline_and_says_so(string sql, string mention)
    {
        await using var harness = await PipelineHarness.StartAsync(Build());
        var error = await Assert.ThrowsAsync<PipelineHarnessException>(() => harness.ExecuteAsync(sql));
        Assert.IsType<SchemaMismatchException>(error.InnerException);
        Assert.Contains(mention, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INSERT INTO appdb.sales VALUES (1)", "only CREATE, ALTER, RENAME, TRUNCATE and DROP TABLE")]
    [InlineData("ALTER TABLE appdb.sales DROP COLUMN colour", "has no column colour")]
    [InlineData("ALTER TABLE sales DROP COLUMN qty", "lacks its database")]
    [InlineData("ALTER TABLE appdb.sales ADD COLUMN qty INT", "there is a column qty already")]
    [InlineData("ALTER TABLE appdb.sales PARTITION BY HASH (id)", "\"PARTITION\" is not understood")]
    [InlineData("ALTER TABLE appdb.products ADD COLUMN made DATETIME NOT NULL", "0000-00-00")]
    [InlineData("CREATE TABLE appdb.sales (id INT)", "there is a table appdb.sales already")]
    [InlineData("RENAME TABLE appdb.sales TO appdb.products", "there is a table appdb.products already")]
    [InlineData("ALTER TABLE appdb.products MODIFY sku INT", "does not become a int")]
    [InlineData("ALTER TABLE appdb.products DROP PRIMARY KEY, ADD PRIMARY KEY (name)", "would have two rows with name = Kettle")]
    public async Task What_the_server_would_refuse_is_refused_and_does_nothing(string sql, string mention)
    {
        await using var harness = await StartAsync();
        await harness.Products().InsertAsync(new(2, "KET-2", "Kettle"));
        var before = harness.Gtid;
        var error = await Assert.ThrowsAsync<TableRowException>(() => harness.ExecuteAsync(sql));
        Assert.Contains(mention, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, harness.Gtid);
        Assert.Equal([Kettles], await harness.ResultAsync());
    }

    [Fact]
    public async Task Rows_become_what_their_new_columns_hold()
    {
        await using var harness = await StartAsync();
        await harness.ExecuteAsync("ALTER TABLE appdb.sales ADD COLUMN n SMALLINT NOT NULL, ADD COLUMN t VARCHAR(5) DEFAULT 'a', CHANGE price amount VARCHAR(20), MODIFY qty DECIMAL(5,1) NOT NULL", default)
            .ContinueWith(t => Assert.IsType<PipelineHarnessException>(t.Exception!.InnerException), TaskScheduler.Default); // the query reads the price
        var row = Assert.Single(harness.Table("appdb.sales").Read());
        Assert.Equal((0, "a", "9.9000", 2.0m), (Convert.ToInt32(row["n"], System.Globalization.CultureInfo.InvariantCulture), row["t"], row["amount"], row["qty"]));
    }

    private static Task<PipelineHarness> StartAsync(double crashRate = 0, int seed = 0) => PipelineHarness.StartAsync(Build(), o =>
    {
        (o.CrashRate, o.Seed) = (crashRate, seed);
        o.Rows("appdb.products", new Product(1, "KET-1", "Kettle"));
        o.Rows("appdb.sales", new Sale(1, 1, 2, 9.90m, Noon));
    });
}
