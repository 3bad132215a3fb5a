namespace CdcLake.Compression;

/// <summary>How a block of bytes is compressed; the numbers are Parquet's <c>CompressionCodec</c> (parquet.thrift).</summary>
internal enum CompressionCodec
{
    /// <summary>Stored as it is.</summary>
    Uncompressed = 0,

    /// <summary>Raw Snappy block, without the framing format; read and written.</summary>
    Snappy = 1,

    /// <summary>One gzip member (RFC 1952); read and written.</summary>
    Gzip = 2,

    /// <summary>Refused: no reader but its first one has it.</summary>
    Lzo = 3,

    /// <summary>Brotli stream (RFC 7932); only read.</summary>
    Brotli = 4,

    /// <summary>LZ4 blocks in Hadoop's framing, or a raw one: writers never agreed, and <see cref="Lz4Raw"/> took its place; only read.</summary>
    Lz4 = 5,

    /// <summary>Zstandard frames (RFC 8878); read and written.</summary>
    Zstd = 6,

    /// <summary>One LZ4 block without frame; only read.</summary>
    Lz4Raw = 7,
}
