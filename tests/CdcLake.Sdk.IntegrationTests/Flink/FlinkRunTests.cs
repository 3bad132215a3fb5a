using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Flink;

/// <summary>
/// The same pipelines embedded and on a Flink cluster, while random transactions go on: once both have settled, both tables have the rows that MySQL answers, as Iceberg Java reads them. Three in the
/// usual run, one for each kind of catalog, all with CDCLAKE_TEST_LONG=1; <c>CDCLAKE_TEST_SHAPE=name,name</c> runs some alone.
/// </summary>
[Collection(FlinkCluster.Collection)]
public sealed class FlinkRunTests(FlinkCluster cluster, ITestOutputHelper output)
{
    private const int AtATime = 10;
    private const int Transactions = 40;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [FlinkFact(RestServer.Variable, PostgresDatabase.Variable)]
    public async Task Pipelines_give_the_same_tables_embedded_and_in_Flink_in_every_catalog()
    {
        var random = Pipelines.Seed.Next(output);
        var only = Environment.GetEnvironmentVariable("CDCLAKE_TEST_SHAPE");
        var shapes = FlinkShapes.All.Where(s => only is { Length: > 0 } ? only.Split(',').Contains(s.Name) : Proof.IsLong || FlinkShapes.Usual.Contains(s.Name)).ToList();
        using var gateway = await cluster.GatewayAsync();
        await using var rest = new RestSpace();
        await using var postgres = await PostgresDatabase.CreateAsync("flink");
        var failures = new List<string>();
        foreach (var group in shapes.Chunk(AtATime))
        {
            await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "flink_run");
            using var folder = new TemporaryFolder();
            var comparison = new FlinkComparison(gateway, database, folder.Path, Patience)
            {
                Elsewhere = shape => shape.Name switch
                {
                    FlinkShapes.InRest => ComparedLake.Rest(rest.Name),
                    FlinkShapes.InJdbc => ComparedLake.Jdbc(postgres, folder["jdbc"]),
                    _ => null,
                },
            };
            failures.AddRange(await comparison.RunAsync(group, new FlinkShop(database, random), Transactions, output.WriteLine));
        }

        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
    }

    [FlinkFact]
    public async Task Server_in_another_time_zone_gives_the_same_times()
    {
        var random = Pipelines.Seed.Next(output);
        using var gateway = await cluster.GatewayAsync();
        await using var server = await LabServer.StartAsync("zone", 1077);
        await using var session = await server.OpenAsync();
        await session.RunAsync("SET GLOBAL time_zone = '+09:00'");
        try
        {
            var connection = $"Server={server.Host};Port={server.Port};User ID=cdc;Password=cdc-pass";
            await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "flink_zone");
            using var folder = new TemporaryFolder();
            string[] names = Proof.IsLong ? ["seed_sales", "replica", "date_parts"] : ["replica"];
            var failures = await new FlinkComparison(gateway, database, folder.Path, Patience) { Server = connection }
                .RunAsync([.. FlinkShapes.All.Where(s => names.Contains(s.Name))], new FlinkShop(database, random), Transactions, output.WriteLine);
            Assert.True(failures.Count == 0, string.Join("\n\n", failures));
        }
        finally
        {
            await session.RunAsync("SET GLOBAL time_zone = 'SYSTEM'");
        }
    }
}
