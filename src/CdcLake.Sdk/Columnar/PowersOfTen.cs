namespace CdcLake.Columnar;

/// <summary>10⁰ to 10³⁸.</summary>
internal static class PowersOfTen
{
    private static readonly Int128[] Powers = Compute();

    public static Int128 Of(int exponent) => Powers[exponent];

    private static Int128[] Compute()
    {
        var powers = new Int128[DataType.MaxDecimalPrecision + 1];
        powers[0] = 1;
        for (var i = 1; i < powers.Length; i++)
        {
            powers[i] = powers[i - 1] * 10;
        }

        return powers;
    }
}
