namespace CdcLake.MySql.Tables;

// Source: MySQL source, include/field_types.h (enum_field_types). The codes are those of a stored column: ENUM and SET are resolved
// from the STRING metadata, temporal types are the "2" forms with fractions.

/// <summary>What a stored column is, as the binary log numbers it.</summary>
internal enum MySqlTypeCode : byte
{
    /// <summary>DECIMAL of MySQL before 5.0, never valid today.</summary>
    OldDecimal = 0,
    Tiny = 1,
    Short = 2,
    Long = 3,
    Float = 4,
    Double = 5,

    /// <summary>TIMESTAMP without fraction of MySQL before 5.6.</summary>
    OldTimestamp = 7,
    LongLong = 8,
    Int24 = 9,
    Date = 10,

    /// <summary>TIME of MySQL before 5.6.</summary>
    OldTime = 11,

    /// <summary>DATETIME of MySQL before 5.6.</summary>
    OldDateTime = 12,
    Year = 13,
    VarChar = 15,
    Bit = 16,
    Timestamp2 = 17,
    DateTime2 = 18,
    Time2 = 19,
    TypedArray = 20,

    /// <summary>TEXT or BLOB with COMPRESSED of MariaDB; a column is <see cref="Blob"/> and <see cref="MySqlColumn.IsCompressed"/>.</summary>
    CompressedBlob = 140,

    /// <summary>VARCHAR or VARBINARY with COMPRESSED of MariaDB; a column is <see cref="VarChar"/> and <see cref="MySqlColumn.IsCompressed"/>.</summary>
    CompressedVarChar = 141,

    // MariaDB's types that its log calls STRING; numbers of our own.
    Uuid = 200,
    Inet4 = 201,
    Inet6 = 202,
    Vector = 242,
    Json = 245,
    NewDecimal = 246,
    Enum = 247,
    Set = 248,
    Blob = 252,
    VarString = 253,
    String = 254,
    Geometry = 255,
}
