using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Queries;

/// <summary>
/// Random plans against MySQL itself: many queries of every operator, function, collation and kind of join are sinks of one pipeline over random tables, and after every transaction
/// each has exactly the rows that the server answers to its SQL. A failure prints the seed of its case, which <c>CDCLAKE_TEST_SEED</c> runs alone, or with those behind it, as many as
/// <c>CDCLAKE_TEST_CASES</c> says, and the number of the query, to which <c>CDCLAKE_TEST_QUERY</c> confines it. The usual run has the same cases always, a long one others each time.
/// </summary>
public sealed class RandomQueryTests(ITestOutputHelper output)
{
    private const int MostShown = 12;

    [ServerFact(TestServers.MySql)]
    public async Task Every_query_is_the_servers_answer_after_every_transaction()
    {
        var (first, query) = (Seed.Number(output), Given("CDCLAKE_TEST_QUERY"));
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "random_queries");
        await database.ExecuteAsync("SET SESSION group_concat_max_len = 1000000, sql_mode = CONCAT(@@sql_mode, ',NO_ZERO_DATE,NO_ZERO_IN_DATE')");
        var (failures, pairs) = (new List<string>(), 0);
        for (var i = 0; i < (Given("CDCLAKE_TEST_CASES") ?? (Seed.Given is null ? Proof.Rounds(3, 70) : 1)) && failures.Count < MostShown; i++)
        {
            var randomCase = new RandomCase(database, first + i);
            failures.AddRange(await randomCase.FailuresAsync(query));
            pairs += randomCase.Pairs;
        }

        output.WriteLine($"{pairs} pairs of query and transaction");
        Assert.True(failures.Count == 0, string.Join("\n\n", failures.Take(MostShown)));
    }

    private static int? Given(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? int.Parse(value, CultureInfo.InvariantCulture) : null;
}
