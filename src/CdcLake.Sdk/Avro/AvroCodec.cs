using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using Snappier;
using ZstdSharp;

namespace CdcLake.Avro;

/// <summary>Codecs of file blocks (Avro specification, "Required Codecs" and "Optional Codecs").</summary>
internal enum AvroCodec
{
    /// <summary>Stored as it is.</summary>
    Null,

    /// <summary>Raw RFC 1951 deflate, which Iceberg's properties call gzip.</summary>
    Deflate,

    /// <summary>A Snappy block, then the CRC-32 of what it holds in four bytes, big endian.</summary>
    Snappy,

    /// <summary>Zstandard frames, which Iceberg's properties call zstd.</summary>
    Zstandard,
}

/// <summary>Names and blocks of <see cref="AvroCodec"/>.</summary>
internal static class AvroCodecs
{
    /// <summary>Most bytes that a block may inflate to; real blocks have 64 KiB to some MiB.</summary>
    public const int MaxBlockBytes = 256 << 20;

    public static string NameOf(AvroCodec codec) => codec switch
    {
        AvroCodec.Null => "null",
        AvroCodec.Deflate => "deflate",
        AvroCodec.Snappy => "snappy",
        _ => "zstandard",
    };

    /// <exception cref="AvroFormatException">A codec that we do not know.</exception>
    public static AvroCodec Parse(string name) => name switch
    {
        "null" => AvroCodec.Null,
        "deflate" => AvroCodec.Deflate,
        "snappy" => AvroCodec.Snappy,
        "zstandard" => AvroCodec.Zstandard,
        _ => throw new AvroFormatException(
            $"codec \"{name}\" is not supported, only null, deflate, snappy and zstandard. Set write.manifest.compression-codec=gzip on the table and rewrite its manifests"),
    };

    /// <summary>The bytes of a block before compression.</summary>
    /// <param name="codec">The file's.</param>
    /// <param name="file">The whole file.</param>
    /// <param name="offset">Where the block lies in it.</param>
    /// <param name="length">Its bytes.</param>
    /// <exception cref="AvroFormatException">It is damaged, or holds more than <see cref="MaxBlockBytes"/>.</exception>
    public static ReadOnlyMemory<byte> Restore(AvroCodec codec, byte[] file, int offset, int length)
    {
        try
        {
            return codec switch
            {
                AvroCodec.Null => file.AsMemory(offset, length),
                AvroCodec.Deflate => ReadAll(new DeflateStream(new MemoryStream(file, offset, length, writable: false), CompressionMode.Decompress), length),
                AvroCodec.Zstandard => ReadAll(new DecompressionStream(new MemoryStream(file, offset, length, writable: false)), length),
                _ => RestoreSnappy(file.AsSpan(offset, length)),
            };
        }
        catch (Exception e) when (e is InvalidDataException or ZstdException or EndOfStreamException)
        {
            throw new AvroFormatException($"the {NameOf(codec)} block at byte {offset} is damaged ({e.Message})", e);
        }
    }

    /// <summary>A block as a file has it.</summary>
    public static ReadOnlySpan<byte> Compress(AvroCodec codec, ReadOnlySpan<byte> bytes) => codec switch
    {
        AvroCodec.Null => bytes,
        AvroCodec.Deflate => Deflate(bytes),
        AvroCodec.Zstandard => Zstandard(bytes),
        _ => CompressSnappy(bytes),
    };

    private static byte[] Deflate(ReadOnlySpan<byte> bytes)
    {
        using var target = new MemoryStream();
        using (var deflate = new DeflateStream(target, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(bytes);
        }

        return target.ToArray();
    }

    private static byte[] Zstandard(ReadOnlySpan<byte> bytes)
    {
        using var compressor = new Compressor();
        return compressor.Wrap(bytes).ToArray();
    }

    private static byte[] CompressSnappy(ReadOnlySpan<byte> bytes)
    {
        var block = new byte[Snappy.GetMaxCompressedLength(bytes.Length) + sizeof(uint)];
        var length = Snappy.Compress(bytes, block);
        BinaryPrimitives.WriteUInt32BigEndian(block.AsSpan(length), Crc32.HashToUInt32(bytes));
        return block[..(length + sizeof(uint))];
    }

    private static byte[] RestoreSnappy(ReadOnlySpan<byte> block)
    {
        const int checksumBytes = sizeof(uint);
        if (block.Length <= checksumBytes || Snappy.GetUncompressedLength(block) > MaxBlockBytes)
        {
            throw new InvalidDataException("its length is impossible");
        }

        var bytes = Snappy.DecompressToArray(block[..^checksumBytes]);
        return Crc32.HashToUInt32(bytes) == BinaryPrimitives.ReadUInt32BigEndian(block[^checksumBytes..])
            ? bytes
            : throw new InvalidDataException("its checksum does not match");
    }

    private static byte[] ReadAll(Stream stream, int length)
    {
        using var source = stream;
        using var target = new MemoryStream((int)Math.Min(length * 4L, MaxBlockBytes));
        var chunk = new byte[16 << 10];
        for (var read = source.Read(chunk); read > 0; read = source.Read(chunk))
        {
            if (target.Length + read > MaxBlockBytes)
            {
                throw new InvalidDataException($"it holds more than {MaxBlockBytes} bytes");
            }

            target.Write(chunk, 0, read);
        }

        return target.ToArray();
    }
}
