using CdcLake.Compression;

namespace CdcLake.Tests.Compression;

public sealed class CodecTests
{
    private static readonly CompressionCodec[] Readable =
    [
        CompressionCodec.Uncompressed, CompressionCodec.Snappy, CompressionCodec.Gzip, CompressionCodec.Brotli, CompressionCodec.Lz4, CompressionCodec.Zstd,
        CompressionCodec.Lz4Raw,
    ];

    public static TheoryData<int> Codecs() => [.. Readable.Select(c => (int)c)];

    public static TheoryData<int> Compressing() => [.. Readable.Skip(1).Select(c => (int)c)];

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Block_of_every_kind_and_size_is_restored(int codec)
    {
        foreach (var kind in BlockSamples.Kinds)
        {
            foreach (var size in new[] { 0, 1, 3, 4, 15, 16, 17, 63, 64, 65, 100, 1000, 65535, 65536, 65537, 200_000 })
            {
                var input = BlockSamples.Make(kind, size, 17);
                Assert.Equal(input, BlockSamples.Restore((CompressionCodec)codec, BlockSamples.Compress((CompressionCodec)codec, input), size));
            }
        }
    }

    [Theory]
    [InlineData((int)CompressionCodec.Zstd, -5)]
    [InlineData((int)CompressionCodec.Zstd, 1)]
    [InlineData((int)CompressionCodec.Zstd, 19)]
    [InlineData((int)CompressionCodec.Gzip, 0)]
    [InlineData((int)CompressionCodec.Gzip, 1)]
    [InlineData((int)CompressionCodec.Gzip, 9)]
    public void Block_of_every_level_is_restored_and_noise_stays_within_the_bound(int codec, int level)
    {
        foreach (var kind in BlockSamples.Kinds)
        {
            var input = BlockSamples.Make(kind, 150_000, 3);
            Assert.Equal(input, BlockSamples.Restore((CompressionCodec)codec, BlockSamples.Compress((CompressionCodec)codec, input, level), input.Length));
        }
    }

    [Fact]
    public void Compressor_that_is_used_again_allocates_next_to_nothing()
    {
        var input = BlockSamples.Make("text", 60_000, 3);
        using var compressor = new BlockCompressor(CompressionCodec.Zstd, 1);
        var output = new byte[compressor.MaxLength(input.Length)];
        var length = compressor.Compress(input, output);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(length, compressor.Compress(input, output));
        }

        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 0, 1_000); // bytes a block
    }

    [Theory]
    [MemberData(nameof(Compressing))]
    public void Block_of_another_size_is_refused(int codec)
    {
        var block = BlockSamples.Compress((CompressionCodec)codec, BlockSamples.Make("text", 50_000, 1));
        foreach (var claimed in new[] { 0, 1, 49_999, 50_001 })
        {
            Assert.Throws<CorruptDataException>(() => BlockSamples.Restore((CompressionCodec)codec, block, claimed));
        }
    }

    [Theory]
    [MemberData(nameof(Compressing))]
    public void Truncated_block_is_refused(int codec)
    {
        var block = BlockSamples.Compress((CompressionCodec)codec, BlockSamples.Make("text", 2000, 1));
        for (var length = 0; length < block.Length - 16; length++) // a gzip trailer may be missing
        {
            Assert.Throws<CorruptDataException>(() => BlockSamples.Restore((CompressionCodec)codec, block[..length], 2000));
        }
    }

    [Theory]
    [MemberData(nameof(Compressing))]
    public void Mutated_blocks_are_restored_or_refused_and_nothing_else(int codec)
    {
        var random = new Random(11);
        var compressed = BlockSamples.Compress((CompressionCodec)codec, BlockSamples.Make("text", 3000, 3));
        var target = new byte[3000];
        using var decompressor = new BlockDecompressor();
        var refused = 0;
        for (var i = 0; i < 5_000; i++)
        {
            var mutant = compressed.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                mutant[random.Next(mutant.Length)] ^= (byte)(1 << random.Next(8));
            }

            mutant = mutant[..random.Next(mutant.Length + 1)];
            try
            {
                decompressor.Decompress((CompressionCodec)codec, mutant, target);
            }
            catch (CorruptDataException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 4_000, 5_000);
        decompressor.Decompress((CompressionCodec)codec, compressed, target);
        Assert.Equal(BlockSamples.Make("text", 3000, 3), target);
    }

    [Theory]
    [InlineData("", "no length")]
    [InlineData("80", "length cut off")]
    [InlineData("8080808080", "length too long")]
    [InlineData("FFFFFFFF0F", "four gigabytes")]
    [InlineData("05", "no elements")]
    [InlineData("0510", "literal cut off")]
    [InlineData("05F0", "literal length cut off")]
    [InlineData("05FCFFFFFFFF", "literal of four gigabytes")]
    [InlineData("0501", "copy cut off")]
    [InlineData("050101", "copy before the start")]
    [InlineData("05004109000000", "copy from zero back")]
    [InlineData("0500410FFFFFFFFF", "copy from a negative distance")]
    [InlineData("0204414243", "too short a claim for its literal")]
    [InlineData("020041FE0100", "copy beyond the claim")]
    [InlineData("020841424344", "more than claimed")]
    public void Malformed_snappy_block_is_refused(string hex, string why)
    {
        var error = Assert.Throws<CorruptDataException>(() => BlockSamples.Restore(CompressionCodec.Snappy, Convert.FromHexString(hex), 5));
        Assert.Contains("Snappy", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(why);
    }

    [Fact]
    public void Bare_lz4_block_under_the_number_of_the_framed_ones_is_restored()
    {
        var input = BlockSamples.Make("text", 20_000, 4);
        Assert.Equal(input, BlockSamples.Restore(CompressionCodec.Lz4, BlockSamples.Compress(CompressionCodec.Lz4Raw, input), input.Length));
    }

    [Theory]
    [InlineData((int)CompressionCodec.Uncompressed, 10, 11)]
    [InlineData((int)CompressionCodec.Snappy, 1000, 1 << 20)]
    [InlineData((int)CompressionCodec.Gzip, 1000, 1 << 24)]
    [InlineData((int)CompressionCodec.Gzip, 1000, -1)]
    [InlineData((int)CompressionCodec.Lz4Raw, 1000, 1 << 20)]
    [InlineData((int)CompressionCodec.Zstd, 1000, 1 << 26)]
    public void Size_that_no_encoder_can_reach_is_refused_before_memory_is_taken(int codec, long compressed, long uncompressed) =>
        Assert.Throws<CorruptDataException>(() => Codec.CheckSizes((CompressionCodec)codec, compressed, uncompressed));

    [Theory]
    [MemberData(nameof(Codecs))]
    public void Densest_block_passes_the_size_check(int codec)
    {
        var zeros = new byte[1 << 20];
        Assert.Equal(zeros, BlockSamples.Restore((CompressionCodec)codec, BlockSamples.Compress((CompressionCodec)codec, zeros, level: null), zeros.Length));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    public void Lz4_block_is_restored(int length)
    {
        var block = Enumerable.Range(0, length).Select(i => (byte)(i % 251 * (i / 1000))).ToArray();
        Assert.Equal(block, BlockSamples.Restore(CompressionCodec.Lz4Raw, BlockSamples.Compress(CompressionCodec.Lz4Raw, block, level: null), length));
    }

    [Theory]
    [InlineData((int)CompressionCodec.Lzo)]
    [InlineData((int)CompressionCodec.Brotli)]
    [InlineData((int)CompressionCodec.Lz4)]
    public void Codec_that_is_only_read_is_never_written(int codec) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new BlockCompressor((CompressionCodec)codec));
}
