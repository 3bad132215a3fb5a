namespace CdcLake.MySql.Binlog.Json;

// Source: MySQL source, sql-common/json_binary.h (the format) and sql-common/json_binary.cc (JSONB_TYPE_*).

/// <summary>What a value of a binary JSON document is.</summary>
internal enum JsonType : byte
{
    SmallObject = 0x00,
    LargeObject = 0x01,
    SmallArray = 0x02,
    LargeArray = 0x03,

    /// <summary>null, true or false.</summary>
    Literal = 0x04,
    Int16 = 0x05,
    UInt16 = 0x06,
    Int32 = 0x07,
    UInt32 = 0x08,
    Int64 = 0x09,
    UInt64 = 0x0A,
    Double = 0x0B,
    String = 0x0C,

    /// <summary>A value of a column type that JSON does not have: decimals, dates and times, bytes.</summary>
    Opaque = 0x0F,
}
