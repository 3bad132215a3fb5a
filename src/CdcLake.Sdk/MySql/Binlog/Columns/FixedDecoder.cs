using System.Runtime.CompilerServices;
using CdcLake.Columnar;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog.Columns;

/// <summary>Values of fixed width; the loops are compiled once for each pair of readers.</summary>
/// <typeparam name="T">What the column holds.</typeparam>
/// <typeparam name="TImage">Reads a value in a row image.</typeparam>
/// <typeparam name="TBinary">Reads a value in a binary row.</typeparam>
internal class FixedDecoder<T, TImage, TBinary>(string table, MySqlColumn definition, TImage image, TBinary binary) : ColumnDecoder(table, definition)
    where T : unmanaged
    where TImage : struct, IValueReader<T>
    where TBinary : struct, IBinaryReader<T>
{
    public override void AppendRun(ReadOnlySpan<byte> images, RowScanner scanner, ColumnPlace place, Column target) =>
        FixedWidthFill.Append<T, TImage>(images, scanner, place, image, target);

    public override int AppendValue(ReadOnlySpan<byte> row, int at, Column target)
    {
        Unsafe.As<FixedColumn<T>>(target).Append(binary.Read(row, ref at)); // the column was made for the type; a cast per value would be paid for nothing
        return at;
    }
}

/// <summary>Dates, of which some exist in no calendar: their readers give <paramref name="invalid"/> for those.</summary>
internal sealed class DateDecoder<T, TImage, TBinary>(string table, MySqlColumn definition, TImage image, TBinary binary, T invalid)
    : FixedDecoder<T, TImage, TBinary>(table, definition, image, binary)
    where T : unmanaged, IEquatable<T>
    where TImage : struct, IValueReader<T>
    where TBinary : struct, IBinaryReader<T>
{
    private readonly InvalidDates _policy = definition.InvalidDates;
    private readonly TImage _image = image;
    private readonly TBinary _binary = binary;

    public override void AppendRun(ReadOnlySpan<byte> images, RowScanner scanner, ColumnPlace place, Column target)
    {
        var values = FixedWidthFill.Append<T, TImage>(images, scanner, place, _image, target);
        var at = MemoryExtensions.IndexOf(values, invalid);
        if (at < 0)
        {
            return;
        }

        if (_policy == InvalidDates.Epoch)
        {
            values[at..].Replace(invalid, default);
            return;
        }

        if (_policy == InvalidDates.Error || !Definition.IsNullable)
        {
            throw MySqlCalendar.Refuse(Table, Definition, DateParts.OfImage(images[scanner.OffsetOf(place, at)..], Definition).Text(Definition));
        }

        var nulls = scanner.Values.Nulls.AsSpan(0, values.Length);
        if (scanner.Location != RunLayout.Columns)
        {
            nulls.Clear();
        }

        for (; at < values.Length; at++)
        {
            if (values[at].Equals(invalid))
            {
                (values[at], nulls[at]) = (default, 1);
            }
        }

        target.SetLastNulls(values.Length, nulls);
    }

    public override int AppendValue(ReadOnlySpan<byte> row, int at, Column target)
    {
        var start = at;
        var value = _binary.Read(row, ref at);
        if (value.Equals(invalid) && _policy != InvalidDates.Epoch)
        {
            AppendInvalid(row[start..], target);
        }
        else
        {
            Unsafe.As<FixedColumn<T>>(target).Append(value.Equals(invalid) ? default : value);
        }

        return at;
    }

    private void AppendInvalid(ReadOnlySpan<byte> bytes, Column target)
    {
        if (_policy == InvalidDates.Error || !Definition.IsNullable)
        {
            var at = 0;
            throw MySqlCalendar.Refuse(Table, Definition, DateParts.OfBinary(BinaryValue.TakePrefixed(bytes, ref at)).Text(Definition));
        }

        target.AppendNull();
    }
}
