using CdcLake.Columnar;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog.Columns;

/// <summary>
/// Decodes the row images of one table straight into the columns of a batch, a run of rows at a time and column by column. Allocates nothing
/// per row. Not thread-safe.
/// </summary>
internal sealed class RowDecoder
{
    private readonly string _table;
    private readonly InvalidDates _invalidDates;
    private readonly ReadColumn[] _read;
    private readonly RowScanner _scanner;
    private readonly BytesFill _bytes = new();
    private readonly byte[] _nulls = new byte[RowScanner.MaxRows];

    /// <param name="table">Qualified name, for messages.</param>
    /// <param name="columns">All columns of the table.</param>
    /// <param name="read">Ordinals of the columns that leave the decoder, ascending; their types are supported.</param>
    /// <param name="invalidDates">What a date becomes that no calendar has.</param>
    public RowDecoder(string table, IReadOnlyList<MySqlColumn> columns, IReadOnlyList<int> read, InvalidDates invalidDates = InvalidDates.Error)
    {
        (_table, _invalidDates) = (table, invalidDates);
        _scanner = new RowScanner([.. columns.Select(ImageColumn.Of)], [.. read]);
        _read = [.. read.Select((ordinal, index) =>
        {
            var (segment, distance) = _scanner.Locate(ordinal);
            return new ReadColumn(columns[ordinal], index, segment, distance);
        })];
    }

    /// <summary>Appends every image to the columns of <paramref name="batch"/>, weights not included, and returns how many there were.</summary>
    /// <exception cref="MySqlProtocolException">An image runs over the end.</exception>
    /// <exception cref="UnsupportedTypeException">A value that cannot be represented.</exception>
    public int Append(ReadOnlySpan<byte> images, ChangeBatch batch)
    {
        var at = 0;
        var rows = 0;
        while (at < images.Length)
        {
            at = _scanner.Scan(images, at);
            rows += _scanner.Rows;
            for (var i = 0; i < _read.Length; i++)
            {
                AppendColumn(images, _read[i], batch[i]);
            }
        }

        return rows;
    }

    private void AppendColumn(ReadOnlySpan<byte> images, ReadColumn column, Column target)
    {
        switch (column.Kind)
        {
            case DecodeKind.SByte:
                Fill<int, SByteReader>(images, column, default, target);
                break;
            case DecodeKind.Byte:
                Fill<int, ByteReader>(images, column, default, target);
                break;
            case DecodeKind.Int16:
                Fill<int, Int16Reader>(images, column, default, target);
                break;
            case DecodeKind.UInt16:
                Fill<int, UInt16Reader>(images, column, default, target);
                break;
            case DecodeKind.Int24:
                Fill<int, Int24Reader>(images, column, default, target);
                break;
            case DecodeKind.UInt24:
                Fill<int, UInt24Reader>(images, column, default, target);
                break;
            case DecodeKind.Int32:
                Fill<int, Int32Reader>(images, column, default, target);
                break;
            case DecodeKind.UInt32:
                Fill<long, UInt32Reader>(images, column, default, target);
                break;
            case DecodeKind.Int64:
                Fill<long, Int64Reader>(images, column, default, target);
                break;
            case DecodeKind.UInt64:
                Fill<Int128, UInt64Reader>(images, column, default, target);
                break;
            case DecodeKind.Float32:
                Fill<float, Float32Reader>(images, column, default, target);
                break;
            case DecodeKind.Float64:
                Fill<double, Float64Reader>(images, column, default, target);
                break;
            case DecodeKind.Year:
                Fill<int, YearReader>(images, column, default, target);
                break;
            case DecodeKind.Boolean:
                Fill<byte, BooleanReader>(images, column, default, target);
                break;
            case DecodeKind.Bit:
                Fill<long, BitReader>(images, column, new BitReader(column.Width), target);
                break;
            case DecodeKind.Bit64:
                Fill<Int128, Bit64Reader>(images, column, default, target);
                break;
            case DecodeKind.ShortDecimal:
                Fill<long, ShortDecimalReader>(images, column, new ShortDecimalReader(column.Decimal, column.Column.Scale), target);
                break;
            case DecodeKind.LongDecimal:
                Fill<long, LongDecimalReader>(images, column, new LongDecimalReader(column.Decimal), target);
                break;
            case DecodeKind.WideDecimal:
                Fill<Int128, WideDecimalReader>(images, column, new WideDecimalReader(column.Decimal), target);
                break;
            case DecodeKind.Time:
                Fill<long, TimeReader>(images, column, new TimeReader(column.Column.Scale), target);
                break;
            case DecodeKind.Date:
                Settle(images, column, target, Fill<int, DateReader>(images, column, default, target), MySqlCalendar.InvalidDate);
                break;
            case DecodeKind.DateTime:
                Settle(images, column, target, Fill<long, DateTimeReader>(images, column, new DateTimeReader(column.Column.Scale), target), MySqlCalendar.InvalidTime);
                break;
            case DecodeKind.Timestamp:
                Settle(images, column, target, Fill<long, TimestampReader>(images, column, new TimestampReader(column.Column.Scale), target), MySqlCalendar.InvalidTime);
                break;
            default:
                _bytes.Append(images, _scanner, column, (BytesColumn)target);
                break;
        }
    }

    private Span<T> Fill<T, TReader>(ReadOnlySpan<byte> images, ReadColumn column, TReader reader, Column target)
        where T : unmanaged
        where TReader : struct, IValueReader<T> =>
        FixedWidthFill.Append<T, TReader>(images, _scanner, column, reader, target, _nulls);

    /// <summary>Turns dates that no calendar has into what the policy says, or refuses them.</summary>
    private void Settle<T>(ReadOnlySpan<byte> images, ReadColumn column, Column target, Span<T> values, T invalid)
        where T : unmanaged, IEquatable<T>
    {
        var at = MemoryExtensions.IndexOf(values, invalid);
        if (at < 0)
        {
            return;
        }

        if (_invalidDates == InvalidDates.Epoch)
        {
            values[at..].Replace(invalid, default);
            return;
        }

        if (_invalidDates == InvalidDates.Error || !column.Column.IsNullable)
        {
            throw MySqlCalendar.Refuse(_table, column.Column, InvalidDateText.Of(images, _scanner, column, at));
        }

        if (_scanner.Location != RunLayout.Columns)
        {
            _nulls.AsSpan(0, values.Length).Clear();
        }

        for (; at < values.Length; at++)
        {
            if (values[at].Equals(invalid))
            {
                (values[at], _nulls[at]) = (default, 1);
            }
        }

        target.SetLastNulls(values.Length, _nulls.AsSpan(0, values.Length));
    }
}
