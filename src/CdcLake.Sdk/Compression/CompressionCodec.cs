namespace CdcLake.Compression;

/// <summary>How a block of bytes is compressed; the numbers are Parquet's <c>CompressionCodec</c> (parquet.thrift).</summary>
internal enum CompressionCodec
{
    /// <summary>Stored as it is.</summary>
    Uncompressed = 0,

    /// <summary>Raw Snappy block, without the framing format; read and written.</summary>
    Snappy = 1,

    /// <summary>One gzip member (RFC 1952); read only.</summary>
    Gzip = 2,
}
