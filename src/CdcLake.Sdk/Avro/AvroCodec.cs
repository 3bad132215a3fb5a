using System.IO.Compression;

namespace CdcLake.Avro;

/// <summary>Codecs of file blocks that we know: stored, and raw RFC 1951 deflate (which Iceberg's properties call gzip).</summary>
internal enum AvroCodec
{
    Null,
    Deflate,
}

/// <summary>Names and blocks of <see cref="AvroCodec"/>.</summary>
internal static class AvroCodecs
{
    /// <summary>Most bytes that a block may inflate to; real blocks have 64 KiB to some MiB.</summary>
    public const int MaxBlockBytes = 256 << 20;

    public static string NameOf(AvroCodec codec) => codec == AvroCodec.Deflate ? "deflate" : "null";

    /// <exception cref="AvroFormatException">A codec that we do not know.</exception>
    public static AvroCodec Parse(string name) => name switch
    {
        "null" => AvroCodec.Null,
        "deflate" => AvroCodec.Deflate,
        _ => throw new AvroFormatException(
            $"codec \"{name}\" is not supported, only null and deflate. Set write.manifest.compression-codec=gzip on the table and rewrite its manifests"),
    };

    public static byte[] Deflate(ReadOnlySpan<byte> bytes)
    {
        using var target = new MemoryStream();
        using (var deflate = new DeflateStream(target, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(bytes);
        }

        return target.ToArray();
    }

    public static byte[] Inflate(byte[] file, int offset, int length)
    {
        using var source = new MemoryStream(file, offset, length, writable: false);
        using var inflate = new DeflateStream(source, CompressionMode.Decompress);
        using var target = new MemoryStream(Math.Min(length * 4, MaxBlockBytes));
        var chunk = new byte[16 << 10];
        try
        {
            for (var read = inflate.Read(chunk); read > 0; read = inflate.Read(chunk))
            {
                if (target.Length + read > MaxBlockBytes)
                {
                    throw new AvroFormatException($"a block inflates to more than {MaxBlockBytes} bytes");
                }

                target.Write(chunk, 0, read);
            }
        }
        catch (InvalidDataException e)
        {
            throw new AvroFormatException($"the block at byte {offset} does not inflate ({e.Message})", e);
        }

        return target.ToArray();
    }
}
