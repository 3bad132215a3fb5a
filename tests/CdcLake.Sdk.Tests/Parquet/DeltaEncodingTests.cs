using System.Text;
using CdcLake.Compression;
using CdcLake.Parquet.Encodings;

namespace CdcLake.Tests.Parquet;

/// <summary>Bytes put together by hand from the specification; whole pages of another writer are in <see cref="ArrowFilesTests"/>.</summary>
public sealed class DeltaEncodingTests
{
    [Fact]
    public void Example_of_the_specification_is_decoded()
    {
        // 7, 5, 3, 1, 2, 3, 4, 5: differences −2, −2, −2, 1, 1, 1, 1; smallest −2; 0, 0, 0, 3, 3, 3, 3 in two bits each.
        byte[] page = [0x80, 0x01, 0x04, 0x08, 0x0E, 0x03, 0x02, 0x00, 0x00, 0x00, 0xC0, 0x3F, 0, 0, 0, 0, 0, 0];
        Assert.Equal([7, 5, 3, 1, 2, 3, 4, 5], Decode(page, 8));
    }

    [Fact]
    public void Differences_wrap_around()
    {
        // long.MaxValue, then the smallest difference 1 in no bits: long.MinValue.
        byte[] page = [0x80, 0x01, 0x04, 0x02, .. Varint(ulong.MaxValue - 1), 0x02, 0, 0, 0, 0];
        Assert.Equal([long.MaxValue, long.MinValue], Decode(page, 2));
    }

    [Fact]
    public void Full_width_differences_that_cross_words_are_decoded()
    {
        // Two values of 64 bits behind the first; then of 63 bits, so that the second one begins inside a byte and ends in the ninth.
        byte[] wide = [0x80, 0x01, 0x04, 0x03, 0x00, 0x00, 64, 0, 0, 0, .. Fixed(0x8000_0000_0000_0001), .. Fixed(ulong.MaxValue), .. new byte[240]];
        Assert.Equal([0, unchecked((long)0x8000_0000_0000_0001), unchecked((long)0x8000_0000_0000_0000)], Decode(wide, 3));
        byte[] odd = [0x80, 0x01, 0x04, 0x03, 0x00, 0x00, 63, 0, 0, 0, .. Fixed(1UL | (1UL << 63)), .. Fixed(0x3FFF_FFFF_FFFF_FFFF), .. new byte[236]];
        Assert.Equal([0, 1, long.MinValue], Decode(odd, 3));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("8001040000", 0)]
    [InlineData("8001040102", 1)]
    public void Page_without_blocks_has_no_or_one_value(string hex, int count) => Assert.Equal(count, Decode(Convert.FromHexString(hex), 5).Length);

    [Theory]
    [InlineData("80", "cut off")]
    [InlineData("0004080E", "blocks of nothing")]
    [InlineData("8001000800", "no miniblocks")]
    [InlineData("8001030800", "uneven miniblocks")]
    [InlineData("80010409000000000000", "more values than the page has rows")]
    [InlineData("8001040802", "no block")]
    [InlineData("800104080202010101", "widths cut off")]
    [InlineData("80010408020241000000", "65 bits")]
    [InlineData("8001040802020800000000", "values cut off")]
    public void Malformed_differences_are_refused(string hex, string why)
    {
        Assert.Throws<CorruptDataException>(() => Decode(Convert.FromHexString(hex), 8));
        Assert.NotEmpty(why);
    }

    [Fact]
    public void Strings_share_their_beginnings_with_the_one_before()
    {
        // The specification's example. Shared: 0, 2, 0, 3. Own: 4, 2, 6, 5. Differences above −2: 4, 0, 5 and 0, 6, 1, in three bits each.
        byte[] shared = [0x80, 0x01, 0x04, 0x04, 0x00, 0x03, 3, 0, 0, 0, 0x44, 0x01, .. new byte[10]];
        byte[] own = [0x80, 0x01, 0x04, 0x04, 0x08, 0x03, 3, 0, 0, 0, 0x70, .. new byte[11]];
        using var decoder = new DeltaByteArrays();
        byte[] plain = [];
        var length = decoder.Decode([.. shared, .. own, .. "axislebabbleyhood"u8], true, 0, 4, ref plain);
        Assert.Equal(Plain("axis", "axle", "babble", "babyhood"), plain[..length]);
    }

    [Fact]
    public void Strings_that_do_not_add_up_are_refused()
    {
        byte[] two = [0x80, 0x01, 0x04, 0x02, 0x06, 0x00, 0, 0, 0, 0]; // 3, 3
        Assert.Throws<CorruptDataException>(() => Strings([.. two, .. "abcde"u8], sharesPrefixes: false)); // one byte is missing
        Assert.Throws<CorruptDataException>(() => Strings([.. two, .. two, .. "abcdef"u8], sharesPrefixes: true)); // the first value shares three bytes with nothing
        byte[] negative = [0x80, 0x01, 0x04, 0x02, 0x05, 0x00, 0, 0, 0, 0]; // −3, −3
        Assert.Throws<CorruptDataException>(() => Strings([.. negative, .. "abcdef"u8], sharesPrefixes: false));
        byte[] one = [0x80, 0x01, 0x04, 0x01, 0x00];
        Assert.Throws<CorruptDataException>(() => Strings([.. one, .. two, .. "abcdef"u8], sharesPrefixes: true)); // one beginning, two ends
    }

    [Fact]
    public void Streams_of_bytes_are_put_together_and_uneven_ones_refused()
    {
        var plain = new byte[6];
        ByteStreamSplit.Decode([1, 2, 3, 4, 5, 6], 3, plain);
        Assert.Equal([1, 3, 5, 2, 4, 6], plain);
        Assert.Throws<CorruptDataException>(() => ByteStreamSplit.Decode([1, 2, 3], 2, plain));
    }

    private static int Strings(byte[] page, bool sharesPrefixes)
    {
        using var decoder = new DeltaByteArrays();
        byte[] plain = [];
        return decoder.Decode(page, sharesPrefixes, 0, 4, ref plain);
    }

    private static long[] Decode(byte[] page, int limit)
    {
        long[] values = [];
        var position = 0;
        var count = DeltaBinaryPacked.Decode(page, ref position, limit, ref values);
        return values[..count];
    }

    private static byte[] Plain(params string[] values) => [.. values.SelectMany(v => BitConverter.GetBytes(v.Length).Concat(Encoding.UTF8.GetBytes(v)))];

    private static byte[] Fixed(ulong value) => BitConverter.GetBytes(value);

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        return [.. bytes, (byte)value];
    }
}
