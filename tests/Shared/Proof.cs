namespace CdcLake.Tests.Shared;

/// <summary>How far a proof goes: a few rounds in every run, all of them with <c>CDCLAKE_TEST_LONG=1</c>, which <c>tests/run.sh --long</c> sets.</summary>
internal static class Proof
{
    public static bool IsLong => Environment.GetEnvironmentVariable("CDCLAKE_TEST_LONG") == "1";

    public static int Rounds(int usual, int full) => IsLong ? full : usual;
}
