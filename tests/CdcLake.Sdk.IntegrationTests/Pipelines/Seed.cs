using System.Globalization;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>Randomness that can be repeated: CDCLAKE_TEST_SEED, else the same seed in every usual run and a new one in each long run. The test's output names it.</summary>
internal static class Seed
{
    private const int Usual = 1;

    public static Random Next(ITestOutputHelper output) => new(Number(output));

    public static int Number(ITestOutputHelper output)
    {
        var seed = Given ?? (Proof.IsLong ? Random.Shared.Next() : Usual);
        output.WriteLine($"CDCLAKE_TEST_SEED={seed}");
        return seed;
    }

    public static int? Given => Environment.GetEnvironmentVariable("CDCLAKE_TEST_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : null;
}
