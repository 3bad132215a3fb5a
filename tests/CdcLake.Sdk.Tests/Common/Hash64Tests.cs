using CdcLake.Common;

namespace CdcLake.Tests.Common;

public sealed class Hash64Tests
{
    [Fact]
    public void Every_length_and_every_bit_counts()
    {
        var bytes = new byte[200];
        new Random(1).NextBytes(bytes);
        var seen = new HashSet<ulong>();
        for (var length = 0; length <= bytes.Length; length++)
        {
            var copy = bytes[..length];
            Assert.True(seen.Add(Hash64.Of(copy)));
            for (var bit = 0; bit < length * 8; bit++)
            {
                copy[bit >> 3] ^= (byte)(1 << (bit & 7));
                Assert.True(seen.Add(Hash64.Of(copy)));
                copy[bit >> 3] ^= (byte)(1 << (bit & 7));
            }
        }
    }

    [Fact]
    public void Small_integers_spread_over_both_halves()
    {
        var high = new HashSet<uint>();
        var low = new HashSet<uint>();
        for (var i = 0; i < 65_536; i++)
        {
            var hash = Hash64.Of(BitConverter.GetBytes(i));
            high.Add((uint)(hash >> 48));
            low.Add((uint)(hash & 0xFFFF));
        }

        // 65,536 balls in as many bins leave about 1/e of them empty.
        Assert.InRange(high.Count, 41_000, 41_900);
        Assert.InRange(low.Count, 41_000, 41_900);
    }
}
