namespace CdcLake.Tests.Shared;

/// <summary>How far a proof goes: a few rounds in every run, all of them with <c>CDCLAKE_TEST_LONG=1</c>, which <c>tests/run.sh --long</c> sets.</summary>
internal static class Proof
{
    public static bool IsLong => Environment.GetEnvironmentVariable("CDCLAKE_TEST_LONG") == "1";

    /// <summary>Every third and the last in a usual run: what readers say of one differs seldom where they agree on its neighbours.</summary>
    public static IEnumerable<T> Some<T>(IReadOnlyList<T> all) => all.Where((_, i) => IsLong || i % 3 == 0 || i == all.Count - 1);

    public static int Rounds(int usual, int full) => IsLong ? full : usual;
}
