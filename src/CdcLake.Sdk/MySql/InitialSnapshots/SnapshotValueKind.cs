using CdcLake.MySql.Tables;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>How a column's values lie in a binary row and where they go; names are wire form, then storage.</summary>
internal enum SnapshotValueKind : byte
{
    Int8,
    UInt8,
    Int16,
    UInt16,
    Int32,
    UInt32ToInt64,
    Int64,
    UInt64ToInt128,
    Float32,
    Float64,
    DecimalToInt64,
    DecimalToInt128,
    DecimalText,
    Date,
    DateTime,
    Time,
    BitToBoolean,
    BitToInt64,
    BitToInt128,
    Bytes,
}

/// <summary>Chooses the kind of a column.</summary>
internal static class SnapshotValueKinds
{
    /// <exception cref="UnsupportedTypeException">The column cannot be captured.</exception>
    public static SnapshotValueKind Of(MySqlTableName table, MySqlColumn column)
    {
        if (column.Unsupported is { } reason)
        {
            throw new UnsupportedTypeException($"Column {column.Name} of {table} ({column.NativeType}) cannot be captured: {reason}.");
        }

        return column.Type switch
        {
            MySqlTypeCode.Tiny => column.IsUnsigned ? SnapshotValueKind.UInt8 : SnapshotValueKind.Int8,
            MySqlTypeCode.Short => column.IsUnsigned ? SnapshotValueKind.UInt16 : SnapshotValueKind.Int16,
            MySqlTypeCode.Year => SnapshotValueKind.UInt16,
            MySqlTypeCode.Int24 => SnapshotValueKind.Int32,
            MySqlTypeCode.Long => column.IsUnsigned ? SnapshotValueKind.UInt32ToInt64 : SnapshotValueKind.Int32,
            MySqlTypeCode.LongLong => column.IsUnsigned ? SnapshotValueKind.UInt64ToInt128 : SnapshotValueKind.Int64,
            MySqlTypeCode.Float => SnapshotValueKind.Float32,
            MySqlTypeCode.Double => SnapshotValueKind.Float64,
            MySqlTypeCode.NewDecimal => column.DataType.Storage switch
            {
                Columnar.StorageKind.Int64 => SnapshotValueKind.DecimalToInt64,
                Columnar.StorageKind.Int128 => SnapshotValueKind.DecimalToInt128,
                _ => SnapshotValueKind.DecimalText,
            },
            MySqlTypeCode.Date => SnapshotValueKind.Date,
            MySqlTypeCode.DateTime2 or MySqlTypeCode.Timestamp2 => SnapshotValueKind.DateTime,
            MySqlTypeCode.Time2 => SnapshotValueKind.Time,
            MySqlTypeCode.Bit => column.DataType.Storage switch
            {
                Columnar.StorageKind.Byte => SnapshotValueKind.BitToBoolean,
                Columnar.StorageKind.Int64 => SnapshotValueKind.BitToInt64,
                _ => SnapshotValueKind.BitToInt128,
            },
            _ => SnapshotValueKind.Bytes,
        };
    }
}
