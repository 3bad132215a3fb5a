using CdcLake.Columnar;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog.Columns;

/// <summary>Dates that travel as text, so that those that no calendar has are kept.</summary>
internal sealed class DateTextDecoder(string table, MySqlColumn definition, ImageSize size) : BytesDecoder(table, definition, size)
{
    public override int AppendValue(ReadOnlySpan<byte> row, int at, Column target)
    {
        var value = BinaryValue.TakePrefixed(row, ref at);
        BinaryTemporal.CheckLength(value);
        Append(DateParts.OfBinary(value), (BytesColumn)target);
        return at;
    }

    public override void CheckText(Column target)
    {
    }

    protected override void AppendLocated(ReadOnlySpan<byte> images, ValueSpans values, int count, BytesColumn target)
    {
        for (var i = 0; i < count; i++)
        {
            if (values.Nulls[i] != 0)
            {
                target.Append(default);
            }
            else
            {
                Append(DateParts.OfImage(values.Of(images, i), Definition), target);
            }
        }
    }

    private void Append(DateParts date, BytesColumn target)
    {
        Span<byte> text = stackalloc byte[DateParts.MaxTextLength];
        target.Append(text[..date.Format(Definition, text)]);
    }
}
