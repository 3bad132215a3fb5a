using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using CdcLake.Columnar;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog.Columns;

/// <summary>Strings and bytes that are stored as they are handed on; others derive from it and convert.</summary>
internal class BytesDecoder(string table, MySqlColumn definition, ImageSize size) : ColumnDecoder(table, definition)
{
    private readonly bool _isText = definition.DataType.Kind == TypeKind.String;

    public sealed override void AppendRun(ReadOnlySpan<byte> images, RowScanner scanner, ColumnPlace place, Column target)
    {
        var bytes = (BytesColumn)target;
        var anyNull = Locate(images, scanner, place);
        AppendLocated(images, scanner.Values, scanner.Rows, bytes);
        bytes.SetLastNulls(scanner.Rows, anyNull ? scanner.Values.Nulls.AsSpan(0, scanner.Rows) : default);
    }

    public override int AppendValue(ReadOnlySpan<byte> row, int at, Column target)
    {
        Unsafe.As<BytesColumn>(target).Append(BinaryValue.TakePrefixed(row, ref at));
        return at;
    }

    /// <summary>In a snapshot the server has converted all text to UTF-8.</summary>
    public override void CheckText(Column target)
    {
        var column = (BytesColumn)target;
        if (!_isText || Ascii.IsValid(column.Data))
        {
            return;
        }

        // Valid as a whole, and no value begins inside a character.
        var data = column.Data;
        var start = 0;
        var valid = Utf8.IsValid(data);
        foreach (var end in column.Ends)
        {
            valid &= start == end || (data[start] & 0xC0) != 0x80;
            start = end;
        }

        if (!valid)
        {
            throw NoText();
        }
    }

    /// <summary>Appends one value as it is stored; empty for null.</summary>
    public virtual void AppendStored(ReadOnlySpan<byte> value, BytesColumn target)
    {
        if (_isText && !Utf8.IsValid(value))
        {
            throw NoText();
        }

        target.Append(value);
    }

    /// <summary>Appends the located values; nulls are set afterwards, and their lengths are 0.</summary>
    protected virtual void AppendLocated(ReadOnlySpan<byte> images, ValueSpans values, int count, BytesColumn target)
    {
        var data = Copy(images, values, count, target);
        if (_isText)
        {
            CheckRun(data, values, count);
        }
    }

    /// <summary>Appends the bytes as they are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected static ReadOnlySpan<byte> Copy(ReadOnlySpan<byte> images, ValueSpans values, int count, BytesColumn target)
    {
        var lengths = values.Lengths;
        var offsets = values.Offsets;
        var total = 0;
        for (var i = 0; i < count; i++)
        {
            total += lengths[i];
        }

        var end = target.DataLength;
        var data = target.AppendUninitialized(count, total, out var ends);
        var at = 0;
        for (var i = 0; i < count; i++)
        {
            var length = lengths[i];
            images.Slice(offsets[i], length).CopyTo(data[at..]);
            at += length;
            ends[i] = end + at;
        }

        return data;
    }

    /// <summary>Values of a run are UTF-8 if their concatenation is and none begins in the middle of a character.</summary>
    private void CheckRun(ReadOnlySpan<byte> data, ValueSpans values, int count)
    {
        if (Ascii.IsValid(data))
        {
            return;
        }

        var valid = Utf8.IsValid(data);
        var at = 0;
        for (var i = 0; i < count && valid; i++)
        {
            valid = values.Lengths[i] == 0 || (data[at] & 0xC0) != 0x80;
            at += values.Lengths[i];
        }

        if (!valid)
        {
            throw NoText();
        }
    }

    /// <summary>Finds bytes and length of every value, past its length prefix. True when there is a null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Locate(ReadOnlySpan<byte> images, RowScanner scanner, ColumnPlace place)
    {
        var (offsets, lengths, nulls) = (scanner.Values.Offsets, scanner.Values.Lengths, scanner.Values.Nulls);
        var (width, prefix) = size;
        var byColumn = scanner.Location == RunLayout.Columns;
        var first = byColumn ? place.Index : place.Segment;
        var distance = byColumn ? 0 : place.Distance;
        var anyNull = false;
        for (var i = 0; i < scanner.Rows; i++)
        {
            var offset = scanner.Location == RunLayout.Strided
                ? scanner.First + (i * scanner.Stride)
                : scanner.Offsets[first + (i * scanner.Stride)];
            if (offset < 0)
            {
                (offsets[i], lengths[i], nulls[i]) = (0, 0, 1);
                anyNull = true;
                continue;
            }

            offset += distance;
            var length = prefix switch
            {
                0 => width,
                1 => images[offset],
                _ => (int)Wire.LittleEndian(ref MemoryMarshal.GetReference(images[offset..]), prefix),
            };
            (offsets[i], lengths[i], nulls[i]) = (offset + prefix, length, 0);
        }

        return anyNull;
    }

    private UnsupportedTypeException NoText() => new(
        $"Table {Table}: column \"{Definition.Name}\" ({Definition.NativeType}, {Definition.Charset}) holds bytes that are not UTF-8 text. " +
        "Repair the rows on the server, or change the column to VARBINARY or BLOB.");
}
