using CdcLake.Compression;

namespace CdcLake.Parquet.Format;

/// <summary>Names as parquet.thrift spells them, for errors: whoever reads them looks there, or in the settings of another writer.</summary>
internal static class SpecNames
{
    /// <summary>Such as <c>DELTA_BYTE_ARRAY</c>; the number where this version knows no name.</summary>
    public static string OfEncoding(int encoding) => (PageEncoding)encoding switch
    {
        PageEncoding.Plain => "PLAIN",
        PageEncoding.PlainDictionary => "PLAIN_DICTIONARY",
        PageEncoding.Rle => "RLE",
        PageEncoding.BitPacked => "BIT_PACKED",
        PageEncoding.DeltaBinaryPacked => "DELTA_BINARY_PACKED",
        PageEncoding.DeltaLengthByteArray => "DELTA_LENGTH_BYTE_ARRAY",
        PageEncoding.DeltaByteArray => "DELTA_BYTE_ARRAY",
        PageEncoding.RleDictionary => "RLE_DICTIONARY",
        PageEncoding.ByteStreamSplit => "BYTE_STREAM_SPLIT",
        _ => $"number {encoding}",
    };

    /// <summary>Such as <c>LZO</c>.</summary>
    public static string OfCodec(int codec) => codec == (int)CompressionCodec.Lzo ? "LZO" : $"number {codec}";

    /// <summary>Such as <c>FIXED_LEN_BYTE_ARRAY</c>.</summary>
    public static string Of(PhysicalType type) => type switch
    {
        PhysicalType.Boolean => "BOOLEAN",
        PhysicalType.Int32 => "INT32",
        PhysicalType.Int64 => "INT64",
        PhysicalType.Int96 => "INT96",
        PhysicalType.Float => "FLOAT",
        PhysicalType.Double => "DOUBLE",
        PhysicalType.ByteArray => "BYTE_ARRAY",
        PhysicalType.FixedLenByteArray => "FIXED_LEN_BYTE_ARRAY",
        _ => $"type number {(int)type}",
    };
}
