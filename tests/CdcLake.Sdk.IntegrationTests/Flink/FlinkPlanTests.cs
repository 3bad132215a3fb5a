using System.Collections.Concurrent;
using System.Globalization;
using System.Linq.Expressions;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.IntegrationTests.Queries;
using CdcLake.Planning.Logical;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Flink;

/// <summary>
/// Random plans of every operator, function and type: what is translated, Flink parses and plans (<c>EXPLAIN</c>); what is not, is refused with its place and a reason, and that is a small part. The
/// usual run has the same plans always, a long one others each time (<c>CDCLAKE_TEST_CASES</c>, <c>CDCLAKE_TEST_SEED</c>).
/// </summary>
[Collection(FlinkCluster.Collection)]
public sealed class FlinkPlanTests(FlinkCluster cluster, ITestOutputHelper output)
{
    private const int OfTables = 50;
    private const int MostShown = 8;
    private const int AtATime = 3;
    private const double MostRefused = 0.25;

    [FlinkFact]
    public async Task Random_plans_are_planned_by_Flink_or_refused_for_a_reason()
    {
        var seed = Seed.Number(output);
        var plans = Given("CDCLAKE_TEST_CASES") ?? Proof.Rounds(12, 1000);
        using var gateway = await cluster.GatewayAsync();
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "flink_plans");
        using var folder = new TemporaryFolder();
        var lake = ComparedLake.Folder(folder["warehouse"]);
        var (failures, refusals) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        for (var first = 0; first < plans && failures.IsEmpty; first += OfTables)
        {
            var tables = new RandomTables(new Random(seed + first));
            await database.ExecuteAsync([.. tables.Create()]);
            var relations = new RandomRelations(tables.Relations(new MySqlSource(database.ConnectionString), database.Name), new Random(seed + first + 1));
            var random = new Random(seed + first + 2);
            var queries = Enumerable.Range(first, Math.Min(OfTables, plans - first)).Select(n => (Number: n, Query: random.Next(4) == 0 ? relations.Star(1 + random.Next(2)) : relations.Next(1 + random.Next(4)))).ToList();
            await Parallel.ForEachAsync(queries, new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (query, _) =>
            {
                var error = await ErrorAsync(gateway, lake, query.Number, query.Query, refusals);
                if (error is not null)
                {
                    failures.Enqueue($"CDCLAKE_TEST_SEED={seed}, plan {query.Number}\n{query.Query.Sql}\n{error}");
                }
            });
        }

        output.WriteLine($"{plans} plans, {refusals.Count} refused:");
        foreach (var group in refusals.GroupBy(r => r).OrderByDescending(g => g.Count()))
        {
            output.WriteLine($"{group.Count()}  {group.Key}");
        }

        Assert.True(failures.IsEmpty, string.Join("\n\n", failures.Take(MostShown)));
        Assert.All(refusals, r => Assert.True(r.Length > 0));
        Assert.True(refusals.Count <= plans * MostRefused, $"{refusals.Count} of {plans} plans were refused");
    }

    /// <summary>What Flink says against a query; null where it plans it, and where the translation refuses it.</summary>
    private static async Task<string?> ErrorAsync(FlinkSqlGateway gateway, ComparedLake lake, int number, Relation query, ConcurrentQueue<string> refusals)
    {
        FlinkSqlScript script;
        try
        {
            await using var pipeline = Build(query, lake.Table($"q{number}"), number);
            script = await pipeline.ToFlinkSqlAsync(o => o.CompareTextsByBytes = true);
        }
        catch (SchemaMismatchException error) when (error.Message.Contains("is the same in every row", StringComparison.Ordinal))
        {
            return null; // no pipeline at all
        }
        catch (FlinkTranslationException error)
        {
            refusals.Enqueue(error.Message[(error.Message.IndexOf(" cannot be run by Flink: ", StringComparison.Ordinal) + " cannot be run by Flink: ".Length)..]);
            return null;
        }

        try
        {
            var plan = await gateway.ExplainAsync(script);
            return plan.Contains("Optimized Execution Plan", StringComparison.Ordinal) ? null : plan;
        }
        catch (FlinkGatewayException error)
        {
            return $"{error.Message}\n{script.ToString(oneStatementPerLine: true)}";
        }
    }

    private static Pipeline Build(Relation query, IcebergTable table, int number)
    {
        var keyed = WithKey(query);
        var row = Expression.Parameter(keyed.Row, "r");
        var stream = new ChangeStream<object>(new StreamGraph(), keyed.Stream);
        stream.AddSink($"iceberg({table.Name})", table.Target(new IcebergSinkOptions().Freeze()), Expression.Lambda(Expression.Property(row, "C0"), row));
        return stream.Build(string.Create(CultureInfo.InvariantCulture, $"plan-{number}"));
    }

    /// <summary>The query behind a column that is never null, as a key of Flink has to be.</summary>
    private static Relation WithKey(Relation query)
    {
        var row = Expression.Parameter(query.Row, "r");
        var terms = query.Terms(row, "t");
        var text = terms.FirstOrDefault(t => t.Type.Kind is SqlKind.Text);
        var number = terms.FirstOrDefault(t => t.Type.Kind is SqlKind.Integer or SqlKind.Decimal);
        var key = number is not null ? number with { Lambda = Expression.Coalesce(number.Lambda, Expression.Constant(Convert.ChangeType(0, number.Type.Clr, CultureInfo.InvariantCulture), number.Type.Clr)) }
            : text is not null ? text with { Lambda = Expression.Coalesce(text.Lambda, Expression.Constant("")) }
            : Term.Of(1, "1", SqlType.Integer(typeof(int), 1));
        key = Term.Of(key.Lambda, key.Sql, key.Type);
        return Relation.Of(query.Stream.Select, [row], [key, .. terms.Take(RowTypes.Most - 1)], query.As("t"), query.Rows, query);
    }

    private static int? Given(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? int.Parse(value, CultureInfo.InvariantCulture) : null;
}
