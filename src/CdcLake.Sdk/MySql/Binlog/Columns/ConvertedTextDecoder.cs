using System.Text;
using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.MySql.Charsets;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog.Columns;

/// <summary>Text that is not stored as UTF-8: converted here, in the log and in a snapshot alike.</summary>
internal sealed class ConvertedTextDecoder(string table, MySqlColumn definition, ImageSize size, TextConverter converter) : BytesDecoder(table, definition, size)
{
    private const int KeptBytes = 1 << 20;
    private const int ShownBytes = 16;

    private byte[] _utf8 = [];

    public override int AppendValue(ReadOnlySpan<byte> row, int at, Column target)
    {
        Append(BinaryValue.TakePrefixed(row, ref at), (BytesColumn)target);
        return at;
    }

    public override void CheckText(Column target) => Trim();

    public override void AppendStored(ReadOnlySpan<byte> value, BytesColumn target) => Append(value, target);

    protected override void AppendLocated(ReadOnlySpan<byte> images, ValueSpans values, int count, BytesColumn target)
    {
        if (converter.IsAsciiSuperset && AreAscii(images, values, count))
        {
            Copy(images, values, count, target);
            return;
        }

        for (var i = 0; i < count; i++)
        {
            Append(values.Of(images, i), target);
        }

        Trim();
    }

    private static bool AreAscii(ReadOnlySpan<byte> images, ValueSpans values, int count)
    {
        for (var i = 0; i < count; i++)
        {
            if (!Ascii.IsValid(values.Of(images, i)))
            {
                return false;
            }
        }

        return true;
    }

    private void Append(ReadOnlySpan<byte> text, BytesColumn target)
    {
        if (converter.IsAsciiSuperset && Ascii.IsValid(text))
        {
            target.Append(text);
            return;
        }

        if ((long)text.Length * TextConverter.MaxGrowth > Array.MaxLength)
        {
            throw new UnsupportedTypeException($"Table {Table}: column \"{Definition.Name}\" ({Definition.NativeType}) holds {text.Length:N0} bytes of {Definition.Charset}, which may exceed 2 GB in UTF-8.");
        }

        Pooled.Grow(ref _utf8, text.Length * TextConverter.MaxGrowth, 0);
        var converted = converter.Convert(text, _utf8, out var written);
        if (converted < text.Length)
        {
            throw NoText(text[converted..]);
        }

        target.Append(_utf8.AsSpan(0, written));
    }

    private void Trim()
    {
        if (_utf8.Length > KeptBytes)
        {
            Pooled.Return(ref _utf8);
        }
    }

    private UnsupportedTypeException NoText(ReadOnlySpan<byte> rest) => new(
        $"Table {Table}: column \"{Definition.Name}\" ({Definition.NativeType}, {Definition.Charset}) holds bytes that are no character of {Definition.Charset}: " +
        $"0x{Convert.ToHexString(rest[..Math.Min(ShownBytes, rest.Length)])}. Repair the rows on the server, or change the column to VARBINARY or BLOB.");
}
