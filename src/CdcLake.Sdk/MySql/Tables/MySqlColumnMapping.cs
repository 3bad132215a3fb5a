using CdcLake.Columnar;
using CdcLake.MySql.Charsets;

namespace CdcLake.MySql.Tables;

// MySQL type                          DataType                 values
//
// TINYINT, SMALLINT [UNSIGNED]        int8 uint8 int16 uint16
// MEDIUMINT [UNSIGNED], INT           int32
// INT UNSIGNED, BIGINT [UNSIGNED]     uint32, int64, uint64
// DECIMAL(p, s), p <= 38              decimal(p, s)            unscaled
// DECIMAL(p, s), p > 38               string                   digits as MySQL prints them, all s fractional digits
// FLOAT, DOUBLE                       float32, float64
// CHAR, VARCHAR, TEXT                 string                   CHAR without trailing spaces
// BINARY, VARBINARY, BLOB             binary                   BINARY(n) padded with zero bytes to n
// DATE                                date
// TIME(f), DATETIME(f), TIMESTAMP(f)  time(f), datetime(f), timestamp(f)
// YEAR                                int16                    0 for 0000
// ENUM                                string                   the label; '' for the invalid value 0
// SET                                 string                   labels in declared order, joined by ','
// BIT(1), BIT(2..63), BIT(64)         boolean, int64, uint64
// JSON                                string                   the text that the server prints
// GEOMETRY and its kinds              binary                   WKB; EWKB where the SRID is not 0; x is the longitude
// VECTOR(n)                           binary                   n floats of four bytes, little endian
// UUID, INET4, INET6 (MariaDB)        string                   as MariaDB prints them
//
// Dates that no calendar has (0000-00-00, 2026-00-00, 2026-02-30) become what InvalidDates says: by default they are an error; with Text the column is a string.

/// <summary>How the values of a MySQL column travel.</summary>
/// <param name="Type">Binary when the column is unsupported.</param>
/// <param name="Unsupported">Reason and way out, or null.</param>
internal sealed record MySqlColumnMapping(DataType Type, string? Unsupported = null)
{
    public static MySqlColumnMapping Of(MySqlColumn column) => column.Type switch
    {
        MySqlTypeCode.Tiny => Integer(column.IsUnsigned ? TypeKind.UInt8 : TypeKind.Int8),
        MySqlTypeCode.Short => Integer(column.IsUnsigned ? TypeKind.UInt16 : TypeKind.Int16),
        MySqlTypeCode.Int24 => Integer(TypeKind.Int32),
        MySqlTypeCode.Long => Integer(column.IsUnsigned ? TypeKind.UInt32 : TypeKind.Int32),
        MySqlTypeCode.LongLong => Integer(column.IsUnsigned ? TypeKind.UInt64 : TypeKind.Int64),
        MySqlTypeCode.Year => Integer(TypeKind.Int16),
        MySqlTypeCode.Float => Integer(TypeKind.Float32),
        MySqlTypeCode.Double => Integer(TypeKind.Float64),
        MySqlTypeCode.NewDecimal when column.Length <= DataType.MaxDecimalPrecision => new(DataType.Decimal(column.Length, column.Scale)),
        MySqlTypeCode.NewDecimal => new(DataType.String),
        MySqlTypeCode.Date or MySqlTypeCode.DateTime2 or MySqlTypeCode.Timestamp2 when column.InvalidDates == InvalidDates.Text => new(DataType.String),
        MySqlTypeCode.Date => new(DataType.Date),
        MySqlTypeCode.Time2 => new(DataType.Time(column.Scale)),
        MySqlTypeCode.DateTime2 => new(DataType.DateTime(column.Scale)),
        MySqlTypeCode.Timestamp2 => new(DataType.Timestamp(column.Scale)),
        MySqlTypeCode.Bit => new(column.Length switch { 1 => DataType.Boolean, < 64 => DataType.Int64, _ => new DataType(TypeKind.UInt64) }),
        MySqlTypeCode.VarChar or MySqlTypeCode.VarString or MySqlTypeCode.String or MySqlTypeCode.Blob when column.IsBinary => new(DataType.Binary),
        MySqlTypeCode.VarChar or MySqlTypeCode.VarString or MySqlTypeCode.String or MySqlTypeCode.Blob => Text(column),
        MySqlTypeCode.Enum or MySqlTypeCode.Set => Text(column),
        MySqlTypeCode.Json or MySqlTypeCode.Uuid or MySqlTypeCode.Inet4 or MySqlTypeCode.Inet6 => new(DataType.String),
        MySqlTypeCode.Geometry or MySqlTypeCode.Vector => new(DataType.Binary),
        MySqlTypeCode.TypedArray => Refuse("it is the hidden column of a multi-valued index"),
        MySqlTypeCode.OldTime or MySqlTypeCode.OldDateTime or MySqlTypeCode.OldTimestamp =>
            Refuse("it still has the temporal format of MySQL 5.5 and MariaDB 5.3; run ALTER TABLE ... FORCE on the server to convert it (in MariaDB with mysql56_temporal_format=ON)"),
        _ => Refuse($"type code {(int)column.Type} is not known"),
    };

    private static MySqlColumnMapping Integer(TypeKind kind) => new(new DataType(kind));

    private static MySqlColumnMapping Text(MySqlColumn column) => MySqlCharsets.CanRead(column.Charset)
        ? new(DataType.String)
        : Refuse(column.Charset.Length == 0
            ? "its character set is unknown; run SET GLOBAL binlog_row_metadata=FULL on the server and capture from after that"
            : $"character set {column.Charset} is not converted; convert the column to utf8mb4, or leave it out of the query");

    private static MySqlColumnMapping Refuse(string reason) => new(DataType.Binary, reason);
}
