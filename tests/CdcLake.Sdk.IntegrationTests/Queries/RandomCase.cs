using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Queries;

/// <summary>Random tables, queries over them, and transactions: all of a seed.</summary>
/// <param name="database">Where the tables are made.</param>
/// <param name="seed">Decides.</param>
internal sealed class RandomCase(MySqlDatabase database, int seed)
{
    private const int Chains = 40;
    private const int Stars = 12;
    private const int Queries = Chains + Stars;
    private const int Transactions = 10;

    /// <summary>How often a query was compared.</summary>
    public int Pairs { get; private set; }

    /// <summary>
    /// Runs all queries, or one of them. Those that differ are run again, each alone with all that it reads, and the smallest that differs is described; where the pipeline ended
    /// with an error, all are.
    /// </summary>
    public async Task<IReadOnlyList<string>> FailuresAsync(int? only)
    {
        if (only is { } alone)
        {
            return await DescribeAsync(alone);
        }

        var queries = NewQueries().Select((q, i) => (Number: i, q.Query)).Where(q => q.Query is not null).ToList();
        var suspects = Enumerable.Range(0, Queries).Except(queries.Select(q => q.Number)).ToList();
        try
        {
            suspects.AddRange((await RunAsync([.. queries.Select(q => new ShownQuery($"query-{q.Number}", q.Query!))])).Select(i => queries[i].Number));
        }
        catch (Exception) // of whatever kind: which query it was comes out when each runs alone
        {
            suspects = [.. Enumerable.Range(0, Queries)];
        }

        var failures = new List<string>();
        foreach (var query in suspects)
        {
            failures.AddRange(await DescribeAsync(query));
        }

        return failures.Count == 0 && suspects.Count > 0 ? [$"CDCLAKE_TEST_SEED={seed} fails, but no query of it alone"] : failures;
    }

    /// <summary>The queries, or the error with which one was refused.</summary>
    private List<(Relation? Query, Exception? Error)> NewQueries()
    {
        var random = new Random(seed + 1); // so that the transactions do not depend on the queries
        var tables = new RandomTables(new Random(seed)).Relations(new MySqlSource(database.ConnectionString), database.Name);
        var relations = new RandomRelations(tables, random);
        return [.. Enumerable.Range(0, Queries).Select(New)];

        (Relation? Query, Exception? Error) New(int number)
        {
            try
            {
                return (number < Chains ? relations.Next(1 + random.Next(4)) : relations.Star(1 + random.Next(2)), null);
            }
            catch (Exception error) when (error is CdcLakeException or InvalidOperationException or ArgumentException)
            {
                return (null, error);
            }
        }
    }

    /// <summary>What is wrong with one query; empty where nothing is.</summary>
    private async Task<IReadOnlyList<string>> DescribeAsync(int number)
    {
        var name = $"CDCLAKE_TEST_SEED={seed} CDCLAKE_TEST_QUERY={number}";
        var (query, refusal) = NewQueries()[number];
        if (query is null)
        {
            return [$"{name}\n{refusal}"];
        }

        var parts = query.All().Select((q, i) => new ShownQuery($"part-{i}", q)).ToList();
        try
        {
            return await RunAsync(parts) is [var smallest, ..] ? (IReadOnlyList<string>)[$"{name}\n{await parts[smallest].DescribeAsync(database)}"] : [];
        }
        catch (Exception error)
        {
            return [$"{name}\n{parts[^1].Explain()}{query.Sql}\n{error}"];
        }
    }

    /// <summary>The numbers of the queries that differ from the server's answer after the first transaction where any does.</summary>
    private async Task<IReadOnlyList<int>> RunAsync(List<ShownQuery> queries)
    {
        var tables = new RandomTables(new Random(seed));
        await database.ExecuteAsync([.. tables.Create()]);
        var run = new QueriesBesideServer(database, "random-queries");
        var differing = await run.RunAsync(queries, Enumerable.Range(0, Transactions).Select(_ => tables.Transaction()));
        Pairs += run.Pairs;
        return [.. differing.Select(q => queries.IndexOf(q))];
    }
}
