using System.Globalization;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Rewriting;
using Xunit.Abstractions;

namespace CdcLake.Tests.Planning.Rewriting;

/// <summary>After every transaction the rewritten plan has the rows of the plan as it was written. <c>CDCLAKE_TEST_SEED</c> and <c>CDCLAKE_TEST_CASES</c> run others.</summary>
public sealed class PlanOptimizerProperties(ITestOutputHelper output)
{
    private const int Transactions = 10;
    private const int MostShown = 6;

    [Fact]
    public void Rewritten_plan_gives_the_rows_of_the_written_one_after_every_transaction()
    {
        var (first, count) = (Given("CDCLAKE_TEST_SEED") ?? 1, Given("CDCLAKE_TEST_CASES") ?? 1_000);
        var moves = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var (plans, failures) = (0, new List<string>());
        for (var seed = first; seed < first + count && failures.Count < MostShown; seed++)
        {
            try
            {
                plans += Run(seed, moves) ? 1 : 0;
            }
            catch (Xunit.Sdk.XunitException failure)
            {
                failures.Add(failure.Message);
            }
        }

        Assert.True(failures.Count == 0, string.Join("\n\n", failures));
        output.WriteLine($"{plans} of {count} plans compared, moved: {string.Join(", ", moves.Select(m => $"{m.Key} {m.Value}"))}");
        Assert.True(count < 1_000 || (moves.Count == 4 && moves.Values.All(m => m > count / 100)), "too few plans were rewritten");
    }

    private static bool Run(int seed, SortedDictionary<string, int> moves)
    {
        RandomPlans random;
        BoundPlan written;
        try
        {
            random = new RandomPlans(seed);
            written = Planner.Bind(random.Plan, RandomPlans.Sources);
        }
        catch (CdcLakeException)
        {
            return false; // no query that anybody could run: constant keys, texts of two collations
        }

        try
        {
            var moved = PlanOptimizer.Bind(random.Plan, RandomPlans.Sources);
            foreach (var kind in moved.Moves.Select(KindOf))
            {
                moves[kind] = moves.GetValueOrDefault(kind) + 1;
            }

            Assert.Equal(written.Fingerprint, moved.Fingerprint);
            if (moved.Moves.Count > 0)
            {
                Compare(random, written, moved);
            }

            return true;
        }
        catch (Exception e)
        {
            throw new Xunit.Sdk.XunitException($"CDCLAKE_TEST_SEED={seed} CDCLAKE_TEST_CASES=1\n{random.Plan.Explain()}\n{e}");
        }
    }

    private static void Compare(RandomPlans random, BoundPlan written, BoundPlan moved)
    {
        using var expected = new ResultRunner(written);
        using var actual = new ResultRunner(moved);
        for (var i = 0; i < Transactions; i++)
        {
            var transaction = random.Transaction();
            foreach (var runner in new[] { expected, actual })
            {
                transaction.ForEach(t => runner.Push(t.Table, t.Changes));
                runner.EndEpoch();
            }

            Assert.True(expected.Rows.SequenceEqual(actual.Rows), $"After transaction {i}\n{string.Join("\n", moved.Moves)}\nexpected {string.Join("; ", expected.Rows)}\nactual   {string.Join("; ", actual.Rows)}");
        }
    }

    private static string KindOf(string move) => move.StartsWith("where ", StringComparison.Ordinal) ? "filters"
        : move.Contains(" is a ", StringComparison.Ordinal) ? "outer joins"
        : move.EndsWith("added up above", StringComparison.Ordinal) ? "groups added up"
        : "whole groups";

    private static int? Given(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? int.Parse(value, CultureInfo.InvariantCulture) : null;
}
