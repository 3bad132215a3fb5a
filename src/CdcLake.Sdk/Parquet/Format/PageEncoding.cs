namespace CdcLake.Parquet.Format;

/// <summary>How the values of a page are encoded; the numbers are <c>Encoding</c> in parquet.thrift.</summary>
internal enum PageEncoding
{
    Plain = 0,

    /// <summary>Dictionary indices, the name older writers use; the same bytes as <see cref="RleDictionary"/>.</summary>
    PlainDictionary = 2,
    Rle = 3,

    /// <summary>Levels of the first writers, packed from the most significant bit; refused.</summary>
    BitPacked = 4,
    DeltaBinaryPacked = 5,
    DeltaLengthByteArray = 6,
    DeltaByteArray = 7,
    RleDictionary = 8,
    ByteStreamSplit = 9,
}

/// <summary>Kind of a page; the numbers are <c>PageType</c> in parquet.thrift.</summary>
internal enum PageType
{
    DataV1 = 0,
    Index = 1,
    Dictionary = 2,
    DataV2 = 3,
}
