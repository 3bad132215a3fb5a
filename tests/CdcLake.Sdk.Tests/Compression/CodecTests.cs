using System.IO.Compression;
using CdcLake.Compression;

namespace CdcLake.Tests.Compression;

public sealed class CodecTests
{
    [Fact]
    public void Gzip_block_is_restored()
    {
        var input = SnappyTests.Make("text", 50_000, 1);
        var output = new byte[input.Length];
        Codec.Decompress(CompressionCodec.Gzip, Gzip(input), output);
        Assert.Equal(input, output);
    }

    [Theory]
    [InlineData(49_999)]
    [InlineData(50_001)]
    public void Gzip_block_of_another_size_is_refused(int claimed)
    {
        var block = Gzip(SnappyTests.Make("text", 50_000, 1));
        Assert.Throws<CorruptDataException>(() => Codec.Decompress(CompressionCodec.Gzip, block, new byte[claimed]));
    }

    [Fact]
    public void Truncated_gzip_block_is_refused()
    {
        var input = SnappyTests.Make("text", 2000, 1);
        var block = Gzip(input);
        for (var length = 0; length < block.Length * 9 / 10; length++)
        {
            Assert.Throws<CorruptDataException>(() => Codec.Decompress(CompressionCodec.Gzip, block.AsSpan(0, length), new byte[input.Length]));
        }
    }

    [Theory]
    [InlineData((int)CompressionCodec.Uncompressed, 10, 11)]
    [InlineData((int)CompressionCodec.Snappy, 1000, 1 << 20)]
    [InlineData((int)CompressionCodec.Gzip, 1000, 1 << 24)]
    [InlineData((int)CompressionCodec.Gzip, 1000, -1)]
    public void Size_that_no_encoder_can_reach_is_refused_before_memory_is_taken(int codec, long compressed, long uncompressed) =>
        Assert.Throws<CorruptDataException>(() => Codec.CheckSizes((CompressionCodec)codec, compressed, uncompressed));

    [Fact]
    public void Densest_snappy_and_gzip_blocks_pass_the_size_check()
    {
        var zeros = new byte[1 << 20];
        var target = new byte[Snappy.MaxCompressedLength(zeros.Length)];
        var length = Codec.Compress(CompressionCodec.Snappy, zeros, target);
        Codec.Decompress(CompressionCodec.Snappy, target.AsSpan(0, length), new byte[zeros.Length]);
        Codec.Decompress(CompressionCodec.Gzip, Gzip(zeros), new byte[zeros.Length]);
    }

    private static byte[] Gzip(byte[] input)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Optimal))
        {
            gzip.Write(input);
        }

        return stream.ToArray();
    }
}
