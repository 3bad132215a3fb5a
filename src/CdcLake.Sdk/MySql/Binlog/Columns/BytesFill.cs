using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using CdcLake.Columnar;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog.Columns;

/// <summary>Appends the values of one column of strings, bytes, labels or long decimals for a whole run of rows.</summary>
internal sealed class BytesFill
{
    private readonly int[] _offsets = new int[RowScanner.MaxRows];
    private readonly int[] _lengths = new int[RowScanner.MaxRows];
    private readonly byte[] _nulls = new byte[RowScanner.MaxRows];

    /// <exception cref="UnsupportedTypeException">Text that is not UTF-8, or an ENUM or SET value without a label.</exception>
    public void Append(ReadOnlySpan<byte> rows, RowScanner scanner, ReadColumn column, BytesColumn target)
    {
        var anyNull = Locate(rows, scanner, column);
        var count = scanner.Rows;
        switch (column.Kind)
        {
            case DecodeKind.Enum or DecodeKind.Set or DecodeKind.TextDecimal:
                AppendConverted(rows, column, target, count);
                break;
            case DecodeKind.Latin1 when !AllAscii(rows, count):
                AppendLatin1(rows, target, count);
                break;
            case DecodeKind.PaddedBytes:
                AppendPadded(rows, column, target, count);
                break;
            default:
                var data = Copy(rows, target, count);
                if (column.Kind == DecodeKind.Utf8)
                {
                    CheckUtf8(data, count, column);
                }

                break;
        }

        target.SetLastNulls(count, anyNull ? _nulls.AsSpan(0, count) : default);
    }

    /// <summary>Finds bytes and length of every value, past its length prefix; nulls have length 0. True when there is a null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Locate(ReadOnlySpan<byte> rows, RowScanner scanner, ReadColumn column)
    {
        var byColumn = scanner.Location == RunLayout.Columns;
        var first = byColumn ? column.Index : column.Segment;
        var distance = byColumn ? 0 : column.Distance;
        var anyNull = false;
        for (var i = 0; i < scanner.Rows; i++)
        {
            var offset = scanner.Location == RunLayout.Strided
                ? scanner.First + (i * scanner.Stride)
                : scanner.Offsets[first + (i * scanner.Stride)];
            if (offset < 0)
            {
                (_offsets[i], _lengths[i], _nulls[i]) = (0, 0, 1);
                anyNull = true;
                continue;
            }

            offset += distance;
            var length = column.Prefix switch
            {
                0 => column.Width,
                1 => rows[offset],
                _ => (int)Wire.LittleEndian(ref MemoryMarshal.GetReference(rows[offset..]), column.Prefix),
            };
            (_offsets[i], _lengths[i], _nulls[i]) = (offset + column.Prefix, length, 0);
        }

        return anyNull;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Span<byte> Copy(ReadOnlySpan<byte> rows, BytesColumn target, int count)
    {
        var total = 0;
        for (var i = 0; i < count; i++)
        {
            total += _lengths[i];
        }

        var end = target.DataLength;
        var data = target.AppendUninitialized(count, total, out var ends);
        var at = 0;
        for (var i = 0; i < count; i++)
        {
            var length = _lengths[i];
            rows.Slice(_offsets[i], length).CopyTo(data[at..]);
            at += length;
            ends[i] = end + at;
        }

        return data;
    }

    private void AppendPadded(ReadOnlySpan<byte> rows, ReadColumn column, BytesColumn target, int count)
    {
        var width = column.Column.Length;
        for (var i = 0; i < count; i++)
        {
            if (_nulls[i] != 0)
            {
                target.AppendUninitialized(0);
                continue;
            }

            var value = target.AppendUninitialized(Math.Max(width, _lengths[i]));
            rows.Slice(_offsets[i], _lengths[i]).CopyTo(value);
            value[_lengths[i]..].Clear();
        }
    }

    private bool AllAscii(ReadOnlySpan<byte> rows, int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (!Ascii.IsValid(rows.Slice(_offsets[i], _lengths[i])))
            {
                return false;
            }
        }

        return true;
    }

    private void AppendLatin1(ReadOnlySpan<byte> rows, BytesColumn target, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var value = rows.Slice(_offsets[i], _lengths[i]);
            MySqlText.Latin1ToUtf8(value, target.AppendUninitialized(MySqlText.Latin1ToUtf8Length(value)));
        }
    }

    private void AppendConverted(ReadOnlySpan<byte> rows, ReadColumn column, BytesColumn target, int count)
    {
        Span<byte> text = stackalloc byte[PackedDecimal.MaxTextLength];
        for (var i = 0; i < count; i++)
        {
            var value = rows.Slice(_offsets[i], _lengths[i]);
            if (_nulls[i] != 0)
            {
                target.AppendUninitialized(0);
            }
            else if (column.Kind == DecodeKind.TextDecimal)
            {
                target.Append(text[..PackedDecimal.Format(value, column.Decimal, text)]);
            }
            else
            {
                AppendLabels(Wire.LittleEndian(ref MemoryMarshal.GetReference(value), value.Length), column, target);
            }
        }
    }

    private static void AppendLabels(ulong value, ReadColumn column, BytesColumn target)
    {
        if (column.Kind == DecodeKind.Enum)
        {
            if (value > (ulong)column.Labels.Length)
            {
                ThrowNoLabel(column, value);
            }

            target.Append(value == 0 ? default : column.Labels[value - 1]);
            return;
        }

        if (column.Labels.Length < 64 && value >> column.Labels.Length != 0)
        {
            ThrowNoLabel(column, value);
        }

        var length = -1;
        for (var bits = value; bits != 0; bits &= bits - 1)
        {
            length += column.Labels[System.Numerics.BitOperations.TrailingZeroCount(bits)].Length + 1;
        }

        var text = target.AppendUninitialized(Math.Max(length, 0));
        for (var bits = value; bits != 0; bits &= bits - 1)
        {
            var label = column.Labels[System.Numerics.BitOperations.TrailingZeroCount(bits)];
            label.CopyTo(text);
            if (label.Length < text.Length)
            {
                text[label.Length] = (byte)',';
                text = text[(label.Length + 1)..];
            }
        }
    }

    /// <summary>Values of a run are UTF-8 if their concatenation is and none begins in the middle of a character.</summary>
    private void CheckUtf8(ReadOnlySpan<byte> data, int count, ReadColumn column)
    {
        if (Ascii.IsValid(data))
        {
            return;
        }

        var valid = Utf8.IsValid(data);
        var at = 0;
        for (var i = 0; i < count && valid; i++)
        {
            valid = _lengths[i] == 0 || (data[at] & 0xC0) != 0x80;
            at += _lengths[i];
        }

        if (!valid)
        {
            throw new UnsupportedTypeException($"Column \"{column.Column.Name}\" ({column.Column.NativeType}, {column.Column.Charset}) holds bytes that are not UTF-8 text. Repair the rows on the server, or change the column to VARBINARY or BLOB.");
        }
    }

    private static void ThrowNoLabel(ReadColumn column, ulong value) =>
        throw new UnsupportedTypeException($"Column \"{column.Column.Name}\" ({column.Column.NativeType}) holds value {value}, which has no label. Repair the rows on the server.");
}
