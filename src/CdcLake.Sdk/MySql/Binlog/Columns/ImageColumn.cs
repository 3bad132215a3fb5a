using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog.Columns;

/// <summary>How many bytes a column takes in a row image: a fixed number, or a length of one to four bytes and as many as it says.</summary>
/// <param name="Width">Bytes of a fixed-width value; 0 for the others.</param>
/// <param name="Prefix">Bytes of the length of a variable value; 0 for fixed ones.</param>
internal readonly record struct ImageColumn(int Width, int Prefix)
{
    public static ImageColumn Of(MySqlColumn column) => column.Type switch
    {
        MySqlTypeCode.Tiny or MySqlTypeCode.Year => Fixed(1),
        MySqlTypeCode.Short => Fixed(2),
        MySqlTypeCode.Int24 or MySqlTypeCode.Date or MySqlTypeCode.OldTime => Fixed(3),
        MySqlTypeCode.Long or MySqlTypeCode.Float or MySqlTypeCode.OldTimestamp => Fixed(4),
        MySqlTypeCode.LongLong or MySqlTypeCode.Double or MySqlTypeCode.OldDateTime => Fixed(8),
        MySqlTypeCode.NewDecimal => Fixed(DecimalLayout.Of(column.Length, column.Scale).Size),
        MySqlTypeCode.Time2 => Fixed(3 + FractionBytes(column.Scale)),
        MySqlTypeCode.Timestamp2 => Fixed(4 + FractionBytes(column.Scale)),
        MySqlTypeCode.DateTime2 => Fixed(5 + FractionBytes(column.Scale)),
        MySqlTypeCode.Bit => Fixed((column.Length + 7) / 8),
        MySqlTypeCode.Enum or MySqlTypeCode.Set => Fixed(column.Length),
        MySqlTypeCode.VarChar or MySqlTypeCode.VarString or MySqlTypeCode.String => new(0, column.Length < 256 ? 1 : 2),
        _ => new(0, column.Length), // BLOB, JSON, GEOMETRY, VECTOR, TYPED_ARRAY: the metadata is the prefix
    };

    /// <summary>Bytes of the fraction of a second with <paramref name="digits"/> digits.</summary>
    public static int FractionBytes(int digits) => (digits + 1) / 2;

    private static ImageColumn Fixed(int width) => new(width, 0);
}
