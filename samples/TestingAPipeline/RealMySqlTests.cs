using CdcLake;
using Quickstart;

namespace TestingAPipeline;

/// <summary>The same pipeline against a real MySQL, into tables in a folder: what the harness cannot tell, such as grants and settings of the server, and types of the real tables.</summary>
public sealed class RealMySqlTests(RealMySql mysql) : IClassFixture<RealMySql>
{
    private static readonly DateTime Noon = new(2026, 1, 1, 12, 0, 0);

    [RealMySqlFact]
    public async Task Rows_that_were_there_and_changes_that_come_are_in_the_table()
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-test-");
        try
        {
            await mysql.ExecuteAsync($"INSERT INTO {mysql.Database}.products VALUES (1, 'KET-1', 'Kettle'); INSERT INTO {mysql.Database}.sales VALUES (1, 1, 2, 9.90, '2026-01-01 12:00')");
            var table = IcebergCatalog.FileSystem(Path.Combine(folder.FullName, "warehouse")).Table("demo.sales_by_product");
            await using var pipeline = SalesByProduct.Pipeline(
                new MySqlSource(mysql.ConnectionString), mysql.Database, table, o => (o.CommitInterval, o.CheckpointFolder) = (TimeSpan.FromMilliseconds(100), Path.Combine(folder.FullName, "checkpoints")));
            using var stop = new CancellationTokenSource();
            var running = pipeline.RunAsync(stop.Token);

            await pipeline.WaitForLatestAsync(); // all that MySQL has committed so far is in the table: nothing waits for time
            Assert.Equal([new SalesByProduct(1, "KET-1", "Kettle", 2, 19.80m, 1, Noon)], await RowsAsync(table));

            await mysql.ExecuteAsync($"UPDATE {mysql.Database}.products SET name = 'Electric kettle'; INSERT INTO {mysql.Database}.sales VALUES (2, 1, 3, 10, '2026-01-01 13:00')");
            await pipeline.WaitForLatestAsync();
            Assert.Equal([new SalesByProduct(1, "KET-1", "Electric kettle", 5, 49.80m, 2, Noon.AddHours(1))], await RowsAsync(table));

            await stop.CancelAsync();
            await running; // commits what it has read
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<List<SalesByProduct>> RowsAsync(IcebergTable table) => await table.Scan<SalesByProduct>().ReadAsync().ToListAsync();
}
