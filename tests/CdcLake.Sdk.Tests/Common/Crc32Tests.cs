using CdcLake.Common;

namespace CdcLake.Tests.Common;

public sealed class Crc32Tests
{
    [Theory]
    [InlineData("", 0u)]
    [InlineData("123456789", 0xCBF43926u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414FA339u)]
    public void Known_texts_have_their_published_checksums(string text, uint expected) =>
        Assert.Equal(expected, Crc32.Compute(System.Text.Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Every_length_and_start_agrees_with_one_bit_at_a_time()
    {
        var random = new Random(4711);
        var bytes = new byte[1100];
        random.NextBytes(bytes);
        for (var length = 0; length < 1000; length++)
        {
            var part = bytes.AsSpan(random.Next(100), length);
            Assert.Equal(BitByBit(part), Crc32.Compute(part));
            Assert.Equal(BitByBit(part), ~Crc32.UpdateByTables(0xFFFFFFFF, part));
        }
    }

    [Fact]
    public void Parts_continue_each_other()
    {
        var bytes = new byte[5000];
        new Random(1).NextBytes(bytes);
        for (var cut = 0; cut < bytes.Length; cut += 37)
        {
            Assert.Equal(Crc32.Compute(bytes), Crc32.Compute(bytes.AsSpan(cut), Crc32.Compute(bytes.AsSpan(0, cut))));
        }
    }

    private static uint BitByBit(ReadOnlySpan<byte> bytes)
    {
        var register = 0xFFFFFFFFu;
        foreach (var b in bytes)
        {
            register ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                register = (register >> 1) ^ ((register & 1) != 0 ? 0xEDB88320u : 0);
            }
        }

        return ~register;
    }
}
