using CdcLake.Testing;
using static CdcLake.Tests.Testing.SalesPipeline;

namespace CdcLake.Tests.Testing;

/// <summary>StarRocks targets in a harness are those of the stand-in.</summary>
public sealed class HarnessStarRocksTests
{
    [Theory]
    [InlineData("3.3.5")]
    [InlineData("4.0.1")]
    public async Task Both_engines_show_the_same_rows_through_kills(string version)
    {
        await using var harness = await PipelineHarness.StartAsync(Replica(), o => o.StarRocks = s => s.Version = version);
        await harness.Sales().InsertAsync(new(1, 1, 2, 9.90m, Noon));
        await WriteAsync(CrashPoint.BeforePublish, 2);
        await WriteAsync(CrashPoint.BetweenSinks, 3);
        await WriteAsync(CrashPoint.AfterPublish, 4);
        await harness.Sales().DeleteAsync(new(1, 0, 0, 0, default));
        Assert.Equal(3, harness.Crashes);
        Sale[] expected = [new(2, 1, 2, 1.5m, Noon), new(3, 1, 3, 1.5m, Noon), new(4, 1, 4, 1.5m, Noon)];
        Assert.Equal(expected, await harness.RowsAsync<Sale>("analytics.sales"));
        Assert.Equal(expected, await harness.RowsAsync<Sale>("iceberg(lakehouse.sales)"));
        Assert.Equal(3, harness.StarRocks!.Rows("analytics.sales").Count);
        await harness.AssertMatchesBatchAsync();

        Task WriteAsync(CrashPoint point, int id)
        {
            harness.CrashAt(point);
            return harness.Sales().InsertAsync(new(id, 1, id, 1.5m, Noon));
        }
    }

    private static Pipeline Replica()
    {
        var starRocks = new StarRocksCluster("Server=nowhere.invalid;User ID=cdc;Password=secret");
        return Pipeline.FromMySqlBinlog(new MySqlSource("Server=nowhere.invalid;User ID=cdc").Table<Sale>("appdb.sales"))
            .ToIceberg(IcebergCatalog.FileSystem("/nowhere").Table("lakehouse.sales"))
            .ToStarRocks(starRocks.Table("analytics.sales"))
            .Build("sales");
    }
}
