using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using CdcLake.Columnar;
using CdcLake.MySql.Binlog.Decimals;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog.Columns;

/// <summary>BINARY(n): the log leaves trailing zero bytes out, a snapshot has them.</summary>
internal sealed class PaddedDecoder(string table, MySqlColumn definition, ImageSize size) : BytesDecoder(table, definition, size)
{
    protected override void AppendLocated(ReadOnlySpan<byte> images, ValueSpans values, int count, BytesColumn target)
    {
        for (var i = 0; i < count; i++)
        {
            var length = values.Lengths[i];
            var value = target.AppendUninitialized(values.Nulls[i] != 0 ? 0 : Math.Max(Definition.Length, length));
            values.Of(images, i).CopyTo(value);
            value[length..].Clear();
        }
    }
}

/// <summary>DECIMAL of more than 38 digits, which travels as text.</summary>
internal sealed class TextDecimalDecoder(string table, MySqlColumn definition, ImageSize size, DecimalLayout layout) : BytesDecoder(table, definition, size)
{
    public override int AppendValue(ReadOnlySpan<byte> row, int at, Column target)
    {
        Unsafe.As<BytesColumn>(target).Append(BinaryDecimal.Trim(BinaryValue.TakePrefixed(row, ref at)));
        return at;
    }

    public override void CheckText(Column target)
    {
    }

    protected override void AppendLocated(ReadOnlySpan<byte> images, ValueSpans values, int count, BytesColumn target)
    {
        Span<byte> text = stackalloc byte[PackedDecimal.MaxTextLength];
        for (var i = 0; i < count; i++)
        {
            target.Append(values.Nulls[i] != 0 ? default : text[..PackedDecimal.Format(values.Of(images, i), layout, text)]);
        }
    }
}

/// <summary>ENUM and SET: numbers in the log, labels in a snapshot.</summary>
internal sealed class LabelDecoder(string table, MySqlColumn definition, ImageSize size) : BytesDecoder(table, definition, size)
{
    private readonly byte[][] _labels = [.. definition.Labels.Select(Encoding.UTF8.GetBytes)];

    protected override void AppendLocated(ReadOnlySpan<byte> images, ValueSpans values, int count, BytesColumn target)
    {
        for (var i = 0; i < count; i++)
        {
            var bytes = values.Of(images, i);
            var value = values.Nulls[i] != 0 ? 0 : Wire.LittleEndian(ref MemoryMarshal.GetReference(bytes), bytes.Length);
            if (Definition.Type == MySqlTypeCode.Enum)
            {
                AppendEnum(value, target);
            }
            else
            {
                AppendSet(value, target);
            }
        }
    }

    private void AppendEnum(ulong value, BytesColumn target)
    {
        if (value > (ulong)_labels.Length)
        {
            ThrowNoLabel(value);
        }

        target.Append(value == 0 ? default : _labels[value - 1].AsSpan());
    }

    private void AppendSet(ulong value, BytesColumn target)
    {
        if (_labels.Length < 64 && value >> _labels.Length != 0)
        {
            ThrowNoLabel(value);
        }

        var length = -1;
        for (var bits = value; bits != 0; bits &= bits - 1)
        {
            length += _labels[BitOperations.TrailingZeroCount(bits)].Length + 1;
        }

        var text = target.AppendUninitialized(Math.Max(length, 0));
        for (var bits = value; bits != 0; bits &= bits - 1)
        {
            var label = _labels[BitOperations.TrailingZeroCount(bits)];
            label.CopyTo(text);
            if (label.Length < text.Length)
            {
                text[label.Length] = (byte)',';
                text = text[(label.Length + 1)..];
            }
        }
    }

    private void ThrowNoLabel(ulong value) => throw new UnsupportedTypeException(
        $"Table {Table}: column \"{Definition.Name}\" ({Definition.NativeType}) holds value {value}, which has no label. Repair the rows on the server.");
}
