using System.Text;
using CdcLake.Compression;

namespace CdcLake.Tests.Compression;

public sealed class SnappyTests
{
    public static TheoryData<string, int> Inputs()
    {
        var data = new TheoryData<string, int>();
        foreach (var kind in new[] { "zeros", "random", "text", "counters", "pairs" })
        {
            foreach (var size in new[] { 0, 1, 3, 4, 15, 16, 17, 63, 64, 65, 100, 1000, 65535, 65536, 65537, 65551, 65552, 200_000 })
            {
                data.Add(kind, size);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Block_is_restored_by_both_decoders(string kind, int size)
    {
        var input = Make(kind, size, 17);
        var compressed = Compress(input);
        Assert.Equal(input, Restore(compressed, size));
        Assert.Equal(input, IronSnappy.Snappy.Decode(compressed));
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void Block_of_another_encoder_is_restored(string kind, int size)
    {
        var input = Make(kind, size, 23);
        Assert.Equal(input, Restore(IronSnappy.Snappy.Encode(input), size));
    }

    [Fact]
    public void Long_copies_of_every_length_and_distance_are_restored()
    {
        var random = new Random(5);
        for (var length = 1; length < 300; length++)
        {
            foreach (var distance in new[] { 1, 2, 3, 7, 8, 15, 16, 17, 64, 100, 2047, 2048, 3000 })
            {
                var seed = new byte[distance];
                random.NextBytes(seed);
                var input = new byte[distance + length];
                for (var i = 0; i < input.Length; i++)
                {
                    input[i] = seed[i % distance];
                }

                Assert.Equal(input, Restore(Compress(input), input.Length));
            }
        }
    }

    [Fact]
    public void Repetition_shrinks_and_noise_grows_little()
    {
        Assert.InRange(Compress(Make("zeros", 1 << 20, 1)).Length, 1, 60_000);
        Assert.InRange(Compress(Make("text", 1 << 20, 1)).Length, 1, 700_000);
        Assert.InRange(Compress(Make("random", 1 << 20, 1)).Length, 1 << 20, (1 << 20) + 200);
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
    public void Malformed_block_is_refused(string hex, string why)
    {
        var block = Convert.FromHexString(hex);
        var error = Assert.Throws<CorruptDataException>(() => Restore(block, 5));
        Assert.Contains("Snappy", error.Message, StringComparison.Ordinal);
        Assert.NotEmpty(why);
    }

    [Fact]
    public void Mutated_blocks_are_restored_or_refused_and_nothing_else()
    {
        var random = new Random(11);
        var input = Make("text", 3000, 3);
        var compressed = Compress(input);
        var target = new byte[input.Length];
        for (var i = 0; i < 10_000; i++)
        {
            var mutant = compressed.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                mutant[random.Next(mutant.Length)] ^= (byte)(1 << random.Next(8));
            }

            mutant = mutant[..random.Next(mutant.Length + 1)];
            try
            {
                SnappyDecoder.Decompress(mutant, target);
            }
            catch (CorruptDataException)
            {
                // the one error that is allowed
            }
        }
    }

    internal static byte[] Make(string kind, int size, int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[size];
        switch (kind)
        {
            case "random":
                random.NextBytes(bytes);
                break;
            case "counters":
                for (var i = 0; i + 8 <= size; i += 8)
                {
                    BitConverter.TryWriteBytes(bytes.AsSpan(i), (long)i * 3);
                }

                break;
            case "pairs":
                for (var i = 0; i < size; i++)
                {
                    bytes[i] = (byte)random.Next(3);
                }

                break;
            case "text":
                string[] words = ["order", "customer", "Zürich", "2026-11-21", "price=", "sku-", "the ", "of ", "blue", "42"];
                var text = new StringBuilder();
                while (text.Length < size)
                {
                    text.Append(words[random.Next(words.Length)]).Append(random.Next(1000));
                }

                Encoding.UTF8.GetBytes(text.ToString()).AsSpan(0, size).CopyTo(bytes);
                break;
        }

        return bytes;
    }

    private static byte[] Compress(byte[] input)
    {
        var output = new byte[Snappy.MaxCompressedLength(input.Length)];
        return output[..Snappy.Compress(input, output)];
    }

    private static byte[] Restore(byte[] block, int size)
    {
        var output = new byte[size];
        SnappyDecoder.Decompress(block, output);
        return output;
    }
}
