using System.Numerics;
using CdcLake.Dataflow.Aggregates;

namespace CdcLake.Tests.Dataflow;

public sealed class ExactFloatSumProperties
{
    [Fact]
    public void Sum_is_the_exact_one_rounded_once()
    {
        var random = new Random(1);
        var words = new ulong[ExactFloatSum.Words];
        for (var round = 0; round < 3_000; round++)
        {
            Array.Clear(words);
            var exact = BigInteger.Zero;
            var values = Enumerable.Range(0, 1 + random.Next(20)).Select(_ => Value(random)).ToArray();
            foreach (var value in values)
            {
                ExactFloatSum.Add(words, value, subtract: false);
                exact += Units(value);
            }

            Assert.Equal(Round(exact), ExactFloatSum.ToDouble(words));
            random.Shuffle(values);
            foreach (var value in values)
            {
                ExactFloatSum.Add(words, value, subtract: true);
            }

            Assert.All(words, w => Assert.Equal(0UL, w));
        }
    }

    [Theory]
    [InlineData(double.Epsilon)]
    [InlineData(double.MaxValue)]
    [InlineData(-double.MaxValue)]
    [InlineData(2.2250738585072014E-308)]
    [InlineData(-2.2250738585072009E-308)]
    public void One_value_is_its_own_sum(double value)
    {
        var words = new ulong[ExactFloatSum.Words];
        ExactFloatSum.Add(words, value, subtract: false);
        Assert.Equal(value, ExactFloatSum.ToDouble(words));
    }

    [Fact]
    public void Sum_beyond_the_range_is_infinite_until_it_comes_back()
    {
        var words = new ulong[ExactFloatSum.Words];
        ExactFloatSum.Add(words, double.MaxValue, subtract: false);
        ExactFloatSum.Add(words, double.MaxValue, subtract: false);
        Assert.Equal(double.PositiveInfinity, ExactFloatSum.ToDouble(words));
        ExactFloatSum.Add(words, double.MaxValue, subtract: true);
        Assert.Equal(double.MaxValue, ExactFloatSum.ToDouble(words));
    }

    private static double Value(Random random)
    {
        while (true)
        {
            var value = random.Next(3) switch
            {
                0 => random.NextDouble() - 0.5,
                1 => (random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-60, 60)),
                _ => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)),
            };
            if (Math.Abs(value) < 1e300)
            {
                return value;
            }
        }
    }

    // A double in units of 2^-1074.
    private static BigInteger Units(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)(bits >> 52) & 0x7FF;
        var mantissa = (BigInteger)(bits & 0xFFFFFFFFFFFFF);
        var units = exponent == 0 ? mantissa : (mantissa + (BigInteger.One << 52)) << (exponent - 1);
        return bits < 0 ? -units : units;
    }

    private static double Round(BigInteger units)
    {
        var magnitude = BigInteger.Abs(units);
        var drop = (int)Math.Max(0, magnitude.GetBitLength() - 53);
        var kept = magnitude >> drop;
        var rest = magnitude - (kept << drop);
        var half = drop == 0 ? BigInteger.Zero : BigInteger.One << (drop - 1);
        kept += drop > 0 && (rest > half || (rest == half && !kept.IsEven)) ? 1 : 0;
        var value = Math.ScaleB((double)kept, drop - 1074);
        return units.Sign < 0 ? -value : value;
    }
}
