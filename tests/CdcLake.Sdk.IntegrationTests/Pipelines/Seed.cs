using System.Globalization;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>Randomness that can be repeated: CDCLAKE_TEST_SEED, else a new seed, which the test's output names.</summary>
internal static class Seed
{
    public static Random Next(ITestOutputHelper output)
    {
        var seed = Environment.GetEnvironmentVariable("CDCLAKE_TEST_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        output.WriteLine($"CDCLAKE_TEST_SEED={seed}");
        return new Random(seed);
    }
}
