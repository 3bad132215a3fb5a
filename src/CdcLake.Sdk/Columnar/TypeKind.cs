namespace CdcLake.Columnar;

/// <summary>What a column's values mean. How they lie in memory is <see cref="StorageKind"/>.</summary>
internal enum TypeKind : byte
{
    Boolean,
    Int8,
    UInt8,
    Int16,
    UInt16,
    Int32,
    UInt32,
    Int64,
    UInt64,
    Float32,
    Float64,

    /// <summary>Unscaled integer with <see cref="DataType.Precision"/> digits, of which <see cref="DataType.Scale"/> are behind the point.</summary>
    Decimal,

    /// <summary>Days since 1970-01-01.</summary>
    Date,

    /// <summary>A signed duration in microseconds; MySQL TIME ranges over ±838:59:59.999999.</summary>
    Time,

    /// <summary>Local date and time without a zone, in microseconds since 1970-01-01T00:00:00.</summary>
    DateTime,

    /// <summary>An instant in UTC, in microseconds since the Unix epoch.</summary>
    Timestamp,

    /// <summary>Valid UTF-8.</summary>
    String,

    /// <summary>Raw bytes.</summary>
    Binary,
}
