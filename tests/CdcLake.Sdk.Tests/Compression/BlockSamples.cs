using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using CdcLake.Compression;
using K4os.Compression.LZ4;

namespace CdcLake.Tests.Compression;

/// <summary>Blocks to compress, and compressed ones that do not come from our compressor.</summary>
internal static class BlockSamples
{
    public static readonly string[] Kinds = ["zeros", "random", "text", "counters", "pairs"];

    public static byte[] Make(string kind, int size, int seed)
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

    /// <summary>A block of any readable codec.</summary>
    public static byte[] Compress(CompressionCodec codec, byte[] input, int? level = null)
    {
        switch (codec)
        {
            case CompressionCodec.Brotli:
                var brotli = new byte[BrotliEncoder.GetMaxCompressedLength(input.Length)];
                Assert.True(BrotliEncoder.TryCompress(input, brotli, out var length, quality: 5, window: 22));
                return brotli[..length];
            case CompressionCodec.Lz4Raw:
                return Lz4(input);
            case CompressionCodec.Lz4:
                return Hadoop(input, 5000);
            default:
                using (var compressor = new BlockCompressor(codec, level))
                {
                    var output = new byte[compressor.MaxLength(input.Length)];
                    return output[..compressor.Compress(input, output)];
                }
        }
    }

    public static byte[] Restore(CompressionCodec codec, byte[] block, int size)
    {
        var output = new byte[size];
        using var decompressor = new BlockDecompressor();
        decompressor.Decompress(codec, block, output);
        return output;
    }

    /// <summary>Frames of 12,000 bytes, each of blocks of <paramref name="blockBytes"/>.</summary>
    private static byte[] Hadoop(byte[] input, int blockBytes)
    {
        using var stream = new MemoryStream();
        foreach (var frame in input.Chunk(12_000))
        {
            Length(frame.Length);
            foreach (var part in frame.Chunk(blockBytes))
            {
                var block = Lz4(part);
                Length(block.Length);
                stream.Write(block);
            }
        }

        return stream.ToArray();

        void Length(int value)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(bytes, value);
            stream.Write(bytes);
        }
    }

    private static byte[] Lz4(byte[] input)
    {
        var block = new byte[LZ4Codec.MaximumOutputSize(input.Length)];
        return block[..LZ4Codec.Encode(input, block)];
    }
}
