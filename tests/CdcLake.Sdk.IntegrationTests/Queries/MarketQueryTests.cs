using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Queries;

/// <summary>Some sixty queries of the kinds that analysts and applications have, all of them sinks of one pipeline: each is what the server answers after every transaction.</summary>
public sealed class MarketQueryTests(ITestOutputHelper output)
{
    [ServerFact(TestServers.MySql)]
    public async Task Every_query_is_the_servers_answer_after_every_transaction()
    {
        var random = Seed.Next(output);
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "market");
        await database.ExecuteAsync("SET SESSION group_concat_max_len = 1000000, time_zone = '+00:00'");
        for (var round = 0; round < Proof.Rounds(1, 30); round++)
        {
            var tables = new MarketTables(random);
            await database.ExecuteAsync([.. tables.Create()]);
            var queries = new MarketQueries(new MySqlSource(database.ConnectionString), database.Name).All();
            Assert.True(queries.Count >= 50);
            var run = new QueriesBesideServer(database, "market-queries");
            var differing = await run.RunAsync(queries, Enumerable.Range(0, 25).Select(_ => tables.Transaction()));
            var descriptions = new List<string>();
            foreach (var query in differing)
            {
                descriptions.Add(await query.DescribeAsync(database));
            }

            output.WriteLine($"{run.Pairs} pairs of query and transaction");
            Assert.True(differing.Count == 0, string.Join("\n\n", descriptions));
        }
    }
}
