namespace CdcLake.Tests.Properties;

/// <summary>After every epoch the incremental result equals the one computed from scratch.</summary>
public sealed class IncrementalProperties
{
    // Seeds that failed once, with what was wrong.
    private static readonly int[] Regressions = [];

    [Fact]
    public void Incremental_result_equals_recomputation_for_seeds_that_once_failed()
    {
        foreach (var seed in Regressions)
        {
            Run(seed);
        }
    }

    [Fact]
    public void Incremental_result_equals_recomputation_after_every_epoch()
    {
        var first = Environment.GetEnvironmentVariable("CDCLAKE_TEST_SEED") is { Length: > 0 } text ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : 1;
        var count = Environment.GetEnvironmentVariable("CDCLAKE_TEST_CASES") is { Length: > 0 } cases ? int.Parse(cases, System.Globalization.CultureInfo.InvariantCulture) : 400;
        for (var seed = first; seed < first + count; seed++)
        {
            Run(seed);
        }
    }

    private static void Run(int seed)
    {
        var test = new RandomCase(seed);
        using var runner = new PlanRunner(test.Plan);
        try
        {
            for (var epoch = 0; epoch < 12; epoch++)
            {
                do
                {
                    foreach (var (table, batch) in test.Transaction())
                    {
                        runner.Push(table, batch);
                    }
                }
                while (test.Chance(30));

                runner.EndEpoch();
                AssertSame(test, runner);
            }
        }
        catch (Exception e)
        {
            throw new Xunit.Sdk.XunitException($"Seed {seed}: {test.Plan}\n{e}");
        }
    }

    private static void AssertSame(RandomCase test, PlanRunner runner)
    {
        var expected = test.Plan.Evaluate(test.Tables).GroupBy(r => Cells.Text(r)).Select(g => (g.Key, Count: g.Count()))
            .OrderBy(r => r.Key, StringComparer.Ordinal);
        var actual = runner.Result.OrderBy(r => r.Row, StringComparer.Ordinal);
        Assert.Equal(expected.Select(r => $"{r.Key} × {r.Count}"), actual.Select(r => $"{r.Row} × {r.Count}"));
    }
}
