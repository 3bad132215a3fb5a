using CdcLake.Testing;

namespace CdcLake.Benchmarks.Targets;

/// <summary>What a test of the sales pipeline takes of those who write many: a harness is started, two rows are written, the result is read, everything ends.</summary>
internal static class HarnessTargets
{
    private const double WantedMilliseconds = 50;
    private const int TestsPerRun = 20;

    public static async Task<IReadOnlyList<TargetLine>> SalesAsync()
    {
        var first = Cost.Now();
        await TestAsync();
        var cold = (Cost.Now() - first).Wall * 1e3;
        var many = await Measurement.MedianAsync(1, 5, async () =>
        {
            for (var test = 0; test < TestsPerRun; test++)
            {
                await TestAsync();
            }
        });
        var warm = many.Wall / TestsPerRun * 1e3;
        return [TargetLine.Against("test of the sales pipeline with the harness (clock)", warm, "ms", "ms the first of a process", cold, $"< {WantedMilliseconds}", warm < WantedMilliseconds)];
    }

    private static async Task TestAsync()
    {
        await using var harness = await PipelineHarness.StartAsync(SalesJob.Build(SalesJob.ByProduct, new MySqlSource("Server=nowhere.invalid;User ID=nobody"), SalesJob.Database, "/nowhere"));
        await harness.Table<Product>("appdb.products").InsertAsync(new(1, "KET-1", "Kettle"));
        await harness.Table<Sale>("appdb.sales").InsertAsync(new(1, 1, 2, 9.90m, new DateTime(2026, 1, 2, 12, 0, 0, DateTimeKind.Utc)));
        if ((await harness.RowsAsync<SalesByProduct>("demo.sales_by_product")).Count != 1)
        {
            throw new InvalidOperationException("The harness lost the row.");
        }
    }
}
