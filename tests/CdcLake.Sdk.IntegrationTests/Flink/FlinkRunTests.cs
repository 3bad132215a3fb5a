using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Flink;

/// <summary>
/// The same pipelines embedded and on a Flink cluster, while random transactions go on: once both have settled, both tables have the rows that MySQL answers, as Iceberg Java reads them. Three in the
/// usual run, all with CDCLAKE_TEST_LONG=1; <c>CDCLAKE_TEST_SHAPE=name</c> runs one alone.
/// </summary>
public sealed class FlinkRunTests(FlinkCluster cluster, ITestOutputHelper output) : IClassFixture<FlinkCluster>
{
    private const int AtATime = 6;
    private const int Transactions = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [FlinkFact]
    public async Task Pipelines_give_the_same_tables_embedded_and_in_Flink()
    {
        var random = Pipelines.Seed.Next(output);
        var only = Environment.GetEnvironmentVariable("CDCLAKE_TEST_SHAPE");
        var shapes = FlinkShapes.All.Where(s => only is { Length: > 0 } ? only.Split(',').Contains(s.Name) : Proof.IsLong || FlinkShapes.Usual.Contains(s.Name)).ToList();
        using var gateway = await cluster.GatewayAsync();
        var failures = new List<string>();
        foreach (var group in shapes.Chunk(AtATime))
        {
            await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "flink_run");
            using var folder = new TemporaryFolder();
            failures.AddRange(await new FlinkComparison(gateway, database, folder.Path, Patience).RunAsync(group, new FlinkShop(database, random), Transactions, output.WriteLine));
        }

        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
    }
}
