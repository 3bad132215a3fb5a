using CdcLake.Columnar;
using CdcLake.MySql.Binlog.Decimals;
using CdcLake.MySql.Charsets;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog.Columns;

/// <summary>
/// What one MySQL type is to a reader: how many bytes it takes in a row image, and what reads it there and in a snapshot. Every type is one row below; what its values become is
/// <see cref="MySqlColumnMapping"/>'s.
/// </summary>
/// <param name="Size">Bytes in a row image, also of columns that are only passed over.</param>
/// <param name="Create">Makes the decoder; null for types that cannot be captured.</param>
internal sealed record ColumnForm(ImageSize Size, Func<string, ColumnDecoder>? Create)
{
    public static ColumnForm Of(MySqlColumn column) => column.Type switch
    {
        MySqlTypeCode.Tiny when column.IsUnsigned => Number<int, ByteReader>(column, 1),
        MySqlTypeCode.Tiny => Number<int, SByteReader>(column, 1),
        MySqlTypeCode.Short when column.IsUnsigned => Number<int, UInt16Reader>(column, 2),
        MySqlTypeCode.Short => Number<int, Int16Reader>(column, 2),
        MySqlTypeCode.Int24 when column.IsUnsigned => Fixed<int, UInt24Reader, Inline<int, Int32Reader>>(column, 3, default, new(default, 4)),
        MySqlTypeCode.Int24 => Fixed<int, Int24Reader, Inline<int, Int32Reader>>(column, 3, default, new(default, 4)),
        MySqlTypeCode.Long when column.IsUnsigned => Number<long, UInt32Reader>(column, 4),
        MySqlTypeCode.Long => Number<int, Int32Reader>(column, 4),
        MySqlTypeCode.LongLong when column.IsUnsigned => Number<Int128, UInt64Reader>(column, 8),
        MySqlTypeCode.LongLong => Number<long, Int64Reader>(column, 8),
        MySqlTypeCode.Float => Number<float, Float32Reader>(column, 4),
        MySqlTypeCode.Double => Number<double, Float64Reader>(column, 8),
        MySqlTypeCode.Year => Fixed<int, YearReader, Inline<int, UInt16Reader>>(column, 1, default, new(default, 2)),
        MySqlTypeCode.NewDecimal => Decimal(column, DecimalLayout.Of(column.Length, column.Scale)),
        MySqlTypeCode.Bit => BitsOf(column, (column.Length + 7) / 8),
        MySqlTypeCode.Date => Date<int, DateReader, BinaryDateReader>(column, 3, default, MySqlCalendar.InvalidDate),
        MySqlTypeCode.Timestamp2 => Fraction.Bytes(column.Scale) switch
        {
            0 => Date<long, TimestampReader<NoFraction>, BinaryDateTimeReader>(column, 4, default, MySqlCalendar.InvalidTime),
            1 => Date<long, TimestampReader<ByteFraction>, BinaryDateTimeReader>(column, 5, default, MySqlCalendar.InvalidTime),
            2 => Date<long, TimestampReader<TwoByteFraction>, BinaryDateTimeReader>(column, 6, default, MySqlCalendar.InvalidTime),
            _ => Date<long, TimestampReader<ThreeByteFraction>, BinaryDateTimeReader>(column, 7, default, MySqlCalendar.InvalidTime),
        },
        MySqlTypeCode.DateTime2 => Fraction.Bytes(column.Scale) switch
        {
            0 => Date<long, DateTimeReader<NoFraction>, BinaryDateTimeReader>(column, 5, default, MySqlCalendar.InvalidTime),
            1 => Date<long, DateTimeReader<ByteFraction>, BinaryDateTimeReader>(column, 6, default, MySqlCalendar.InvalidTime),
            2 => Date<long, DateTimeReader<TwoByteFraction>, BinaryDateTimeReader>(column, 7, default, MySqlCalendar.InvalidTime),
            _ => Date<long, DateTimeReader<ThreeByteFraction>, BinaryDateTimeReader>(column, 8, default, MySqlCalendar.InvalidTime),
        },
        MySqlTypeCode.Time2 => Fixed<long, TimeReader, Prefixed<long, BinaryTimeReader>>(column, 3 + Fraction.Bytes(column.Scale), new(column.Scale), new(default)),
        MySqlTypeCode.Enum or MySqlTypeCode.Set => new(new(column.Length, 0), table => new LabelDecoder(table, column, new(column.Length, 0))),
        MySqlTypeCode.Uuid or MySqlTypeCode.Inet4 or MySqlTypeCode.Inet6 => Text(column, 1, (table, size) => new AddressDecoder(table, column, size)),
        MySqlTypeCode.String when column.IsBinary => Text(column, column.Length < 256 ? 1 : 2, (table, size) => new PaddedDecoder(table, column, size)),
        MySqlTypeCode.VarChar or MySqlTypeCode.VarString or MySqlTypeCode.String => Text(column, column.Length < 256 ? 1 : 2),
        MySqlTypeCode.Blob => Text(column, column.Length),
        MySqlTypeCode.OldTime => new(new(3, 0), null),
        MySqlTypeCode.OldTimestamp => new(new(4, 0), null),
        MySqlTypeCode.OldDateTime => new(new(8, 0), null),
        MySqlTypeCode.Json => Text(column, column.Length, (table, size) => new JsonDecoder(table, column, size)),
        MySqlTypeCode.Geometry => Text(column, column.Length, (table, size) => new GeometryDecoder(table, column, size)),
        MySqlTypeCode.Vector => Text(column, column.Length),
        _ => new(new(0, column.Length), null), // TYPED_ARRAY: the metadata is the prefix
    };

    /// <summary>The decoder of a column.</summary>
    /// <param name="table">Qualified name, for messages.</param>
    /// <param name="column">The column.</param>
    /// <exception cref="UnsupportedTypeException">The column cannot be captured.</exception>
    public static ColumnDecoder Decoder(string table, MySqlColumn column)
    {
        var create = column.Unsupported is null ? Of(column).Create : null;
        return create is not null
            ? create(table)
            : throw new UnsupportedTypeException($"Column {column.Name} of {table} ({column.NativeType}) cannot be captured: {column.Unsupported}.");
    }

    private static ColumnForm Number<T, TReader>(MySqlColumn column, int width)
        where T : unmanaged
        where TReader : struct, IValueReader<T> =>
        new(new(width, 0), table => new FixedDecoder<T, TReader, Inline<T, TReader>>(table, column, default, new Inline<T, TReader>(default, width)));

    private static ColumnForm Fixed<T, TImage, TBinary>(MySqlColumn column, int width, TImage image, TBinary binary)
        where T : unmanaged
        where TImage : struct, IValueReader<T>
        where TBinary : struct, IBinaryReader<T> =>
        new(new(width, 0), table => new FixedDecoder<T, TImage, TBinary>(table, column, image, binary));

    private static ColumnForm Date<T, TImage, TBinary>(MySqlColumn column, int width, TImage image, T invalid)
        where T : unmanaged, IEquatable<T>
        where TImage : struct, IValueReader<T>
        where TBinary : struct, IPrefixedReader<T> =>
        new(new(width, 0), column.InvalidDates == InvalidDates.Text
            ? table => new DateTextDecoder(table, column, new(width, 0))
            : table => new DateDecoder<T, TImage, Prefixed<T, TBinary>>(table, column, image, new Prefixed<T, TBinary>(default), invalid));

    private static ColumnForm Decimal(MySqlColumn column, DecimalLayout layout) => column.Length switch
    {
        > DataType.MaxDecimalPrecision => new(new(layout.Size, 0), table => new TextDecimalDecoder(table, column, new(layout.Size, 0), layout)),
        > DataType.MaxLongPrecision => Fixed<Int128, WideDecimalReader, Prefixed<Int128, BinaryWideDecimalReader>>(column, layout.Size, new(layout), new(new(column.Scale))),
        _ when layout is { IntegerBytes: <= 4, FractionBytes: <= 4, Size: >= 4 } => Fixed<long, ShortDecimalReader, Prefixed<long, BinaryLongDecimalReader>>(
            column, layout.Size, new(layout, column.Scale), new(new(column.Scale))),
        _ => Fixed<long, LongDecimalReader, Prefixed<long, BinaryLongDecimalReader>>(column, layout.Size, new(layout), new(new(column.Scale))),
    };

    private static ColumnForm BitsOf(MySqlColumn column, int width) => column.Length switch
    {
        1 => Fixed<byte, BooleanReader, Prefixed<byte, BinaryBooleanReader>>(column, width, default, new(default)),
        < 64 => Fixed<long, BitReader, Prefixed<long, BinaryBitReader>>(column, width, new(width), new(default)),
        _ => Fixed<Int128, Bit64Reader, Prefixed<Int128, BinaryBit64Reader>>(column, width, default, new(default)),
    };

    private static ColumnForm Text(MySqlColumn column, int prefix, Func<string, ImageSize, ColumnDecoder>? create = null)
    {
        var size = new ImageSize(0, prefix);
        return new(size, table => create is not null ? create(table, size) : column.IsCompressed ? new CompressedDecoder(table, column, size, Plain(table)) : Plain(table));

        BytesDecoder Plain(string table) => TextConverter.Of(column.Charset) is { } converter ? new ConvertedTextDecoder(table, column, size, converter) : new BytesDecoder(table, column, size);
    }
}
