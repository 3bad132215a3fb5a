using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Flink;

/// <summary>Bad days of a real gateway and cluster: what Flink says comes out of its stack traces as one line that says what to do.</summary>
[Collection(FlinkCluster.Collection)]
public sealed class FlinkTroubleTests(FlinkCluster cluster, ITestOutputHelper output)
{
    [FlinkFact]
    public async Task Statement_that_Flink_refuses_is_named_with_its_reason()
    {
        using var gateway = await cluster.GatewayAsync();
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "flink_refused");
        using var folder = new TemporaryFolder();
        await database.ExecuteAsync(FlinkShop.Create);
        var tables = new ShopTables(new MySqlSource(FlinkCluster.MySql), database.Name, folder["checkpoints"]);
        await using var pipeline = tables.ProductRows.ToIceberg(IcebergCatalog.FileSystem("/proc/no-such-folder").Table("demo.products")).Build($"refused-{Environment.ProcessId}");
        var error = await Assert.ThrowsAsync<FlinkGatewayException>(async () => await gateway.SubmitAsync(await pipeline.ToFlinkSqlAsync()));
        Assert.Equal(FlinkGatewayError.Statement, error.Error);
        Assert.StartsWith("CREATE ", error.Statement, StringComparison.Ordinal);
        Assert.Contains("/proc/no-such-folder", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\tat ", error.Message, StringComparison.Ordinal);
    }

    [FlinkFact]
    public async Task Job_that_fails_after_its_start_gives_the_root_cause()
    {
        using var gateway = await cluster.GatewayAsync();
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "flink_failing");
        using var folder = new TemporaryFolder();
        await database.ExecuteAsync(FlinkShop.Create);
        var tables = new ShopTables(new MySqlSource(FlinkCluster.MySql), database.Name, folder["checkpoints"]);
        await using var pipeline = tables.ProductRows.ToIceberg(ComparedLake.Folder(folder["warehouse"]).Table("products")).Build($"failing-{Environment.ProcessId}");
        var script = await pipeline.ToFlinkSqlAsync();
        await database.ExecuteAsync("DROP TABLE products");
        var job = await gateway.SubmitAsync(script);
        var error = await Assert.ThrowsAsync<FlinkJobException>(() => job.WaitForStateAsync(FlinkJobState.Finished));
        Assert.Equal(FlinkJobState.Failed, error.State);
        var causes = await job.GetExceptionsAsync();
        output.WriteLine(string.Join('\n', causes)); // that the table is not there, unless Flink did not even reach the server
        Assert.Contains($"Its last error: {causes[0]}.", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\tat ", error.Message, StringComparison.Ordinal);
    }
}
