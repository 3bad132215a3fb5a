using System.Text;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog.Columns;

/// <summary>One column of a table that leaves the decoder, compiled for the loops.</summary>
internal sealed class ReadColumn
{
    /// <param name="column">The column; its type is supported.</param>
    /// <param name="index">Its place among the columns that are read, which is its ordinal in the batch.</param>
    /// <param name="segment">Segment of the row it lies in, see <see cref="RowScanner"/>.</param>
    /// <param name="distance">Bytes from the start of the segment.</param>
    public ReadColumn(MySqlColumn column, int index, int segment, int distance)
    {
        (Column, Index, Segment, Distance) = (column, index, segment, distance);
        var image = ImageColumn.Of(column);
        (Prefix, Width) = (image.Prefix, image.Width);
        Decimal = column.Type == MySqlTypeCode.NewDecimal ? DecimalLayout.Of(column.Length, column.Scale) : default;
        Kind = KindOf(column, Decimal);
        Labels = [.. column.Labels.Select(Encoding.UTF8.GetBytes)];
    }

    public MySqlColumn Column { get; }

    public int Index { get; }

    public int Segment { get; }

    public int Distance { get; }

    /// <summary>Bytes of the length in front of the value; 0 for fixed width.</summary>
    public int Prefix { get; }

    /// <summary>Bytes of a fixed-width value.</summary>
    public int Width { get; }

    public DecodeKind Kind { get; }

    public DecimalLayout Decimal { get; }

    /// <summary>Labels of ENUM and SET in UTF-8.</summary>
    public byte[][] Labels { get; }

    private static DecodeKind KindOf(MySqlColumn column, DecimalLayout layout) => column.Type switch
    {
        MySqlTypeCode.Tiny => column.IsUnsigned ? DecodeKind.Byte : DecodeKind.SByte,
        MySqlTypeCode.Short => column.IsUnsigned ? DecodeKind.UInt16 : DecodeKind.Int16,
        MySqlTypeCode.Int24 => column.IsUnsigned ? DecodeKind.UInt24 : DecodeKind.Int24,
        MySqlTypeCode.Long => column.IsUnsigned ? DecodeKind.UInt32 : DecodeKind.Int32,
        MySqlTypeCode.LongLong => column.IsUnsigned ? DecodeKind.UInt64 : DecodeKind.Int64,
        MySqlTypeCode.Float => DecodeKind.Float32,
        MySqlTypeCode.Double => DecodeKind.Float64,
        MySqlTypeCode.Year => DecodeKind.Year,
        MySqlTypeCode.Bit => column.Length switch { 1 => DecodeKind.Boolean, < 64 => DecodeKind.Bit, _ => DecodeKind.Bit64 },
        MySqlTypeCode.NewDecimal when column.Length > Columnar.DataType.MaxDecimalPrecision => DecodeKind.TextDecimal,
        MySqlTypeCode.NewDecimal when column.Length > Columnar.DataType.MaxLongPrecision => DecodeKind.WideDecimal,
        MySqlTypeCode.NewDecimal when layout is { IntegerBytes: <= 4, FractionBytes: <= 4, Size: >= 4 } => DecodeKind.ShortDecimal,
        MySqlTypeCode.NewDecimal => DecodeKind.LongDecimal,
        MySqlTypeCode.Date => DecodeKind.Date,
        MySqlTypeCode.Time2 => DecodeKind.Time,
        MySqlTypeCode.DateTime2 => DecodeKind.DateTime,
        MySqlTypeCode.Timestamp2 => DecodeKind.Timestamp,
        MySqlTypeCode.Enum => DecodeKind.Enum,
        MySqlTypeCode.Set => DecodeKind.Set,
        MySqlTypeCode.String when column.IsBinary => DecodeKind.PaddedBytes,
        _ when column.IsBinary => DecodeKind.Bytes,
        _ => column.Charset == MySqlCharsets.Latin1 ? DecodeKind.Latin1 : DecodeKind.Utf8,
    };
}
