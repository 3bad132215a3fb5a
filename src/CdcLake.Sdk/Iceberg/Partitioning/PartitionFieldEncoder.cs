using System.Buffers.Binary;
using System.Text;
using CdcLake.Avro;
using CdcLake.Columnar;
using CdcLake.Iceberg.Spec;

namespace CdcLake.Iceberg.Partitioning;

/// <summary>Transforms the values of one column and writes them as manifests hold them. Iceberg specification, "Partition Transforms" and appendix B.</summary>
/// <param name="ordinal">Ordinal of the column.</param>
/// <param name="type">Its type.</param>
/// <param name="transform">One that takes the type.</param>
internal sealed class PartitionFieldEncoder(int ordinal, DataType type, PartitionTransform transform)
{
    private readonly int _decimalLength = type.Kind switch
    {
        TypeKind.Decimal => PartitionValues.DecimalLength(type.Precision),
        TypeKind.UInt64 => PartitionValues.DecimalLength(20),
        _ => 0,
    };

    /// <summary>Writes the result for a row.</summary>
    public void Encode(IReadOnlyList<Column> columns, int row, AvroWriter values)
    {
        var column = columns[ordinal];
        if (transform.Kind == TransformKind.Void || column.IsNull(row))
        {
            values.WriteNull();
            return;
        }

        values.WriteNotNull();
        switch (transform.Kind)
        {
            case TransformKind.Identity or TransformKind.Truncate:
                Write(column, row, values);
                break;
            case TransformKind.Bucket:
                values.WriteInt(Murmur3.Bucket(Hash(column, row), transform.Width));
                break;
            case TransformKind.Hour:
                values.WriteLong(CalendarUnits.HoursOf((long)Integer(column, row)));
                break;
            default:
                values.WriteLong(Unit((long)Integer(column, row)));
                break;
        }
    }

    private long Unit(long value)
    {
        var days = type.Kind == TypeKind.Date ? value : CalendarUnits.DaysOf(value);
        return transform.Kind switch
        {
            TransformKind.Year => CalendarUnits.YearsOf(days),
            TransformKind.Month => CalendarUnits.MonthsOf(days),
            _ => days,
        };
    }

    private void Write(Column column, int row, AvroWriter values)
    {
        Span<byte> bytes = stackalloc byte[16];
        switch (column)
        {
            case BytesColumn texts:
                values.WriteBytes(transform.Kind == TransformKind.Truncate ? Truncate(texts[row]) : texts[row]);
                break;
            case FixedColumn<byte> flags:
                values.WriteBoolean(flags.Values[row] != 0);
                break;
            case FixedColumn<float> singles:
                BinaryPrimitives.WriteSingleLittleEndian(bytes, singles.Values[row]);
                values.WriteRaw(bytes[..sizeof(float)]);
                break;
            case FixedColumn<double> doubles:
                BinaryPrimitives.WriteDoubleLittleEndian(bytes, doubles.Values[row]);
                values.WriteRaw(bytes[..sizeof(double)]);
                break;
            default:
                var number = Integer(column, row);
                number = transform.Kind == TransformKind.Truncate ? number - (((number % transform.Width) + transform.Width) % transform.Width) : number;
                if (_decimalLength == 0)
                {
                    values.WriteLong((long)number);
                    break;
                }

                BinaryPrimitives.WriteInt128BigEndian(bytes, number);
                values.WriteRaw(bytes[^_decimalLength..]);
                break;
        }
    }

    private int Hash(Column column, int row)
    {
        if (column is BytesColumn bytes)
        {
            return Murmur3.Hash(bytes[row]);
        }

        var number = Integer(column, row);
        return _decimalLength == 0 ? Murmur3.Hash((long)number) : Murmur3.HashDecimal(number);
    }

    /// <summary>The first characters of a text, or bytes of a binary.</summary>
    private ReadOnlySpan<byte> Truncate(ReadOnlySpan<byte> value)
    {
        if (type.Kind == TypeKind.Binary)
        {
            return value[..Math.Min(transform.Width, value.Length)];
        }

        var length = 0;
        for (var i = 0; i < transform.Width && length < value.Length; i++)
        {
            _ = Rune.DecodeFromUtf8(value[length..], out _, out var bytes);
            length += bytes;
        }

        return value[..length];
    }

    private static Int128 Integer(Column column, int row) => column switch
    {
        FixedColumn<long> longs => longs.Values[row],
        FixedColumn<int> ints => ints.Values[row],
        FixedColumn<Int128> wide => wide.Values[row],
        _ => ((FixedColumn<byte>)column).Values[row],
    };
}
