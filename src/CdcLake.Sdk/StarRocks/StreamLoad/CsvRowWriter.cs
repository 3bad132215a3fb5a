using System.Text;
using CdcLake.Columnar;
using CdcLake.StarRocks.Ddl;

namespace CdcLake.StarRocks.StreamLoad;

// 1 01 "Ann" 01 \N 01 0 02        fields end with 0x01, rows with 0x02

/// <summary>
/// Rows as fields between control characters, <c>__op</c> last. Text stands in quotes, which are doubled inside, so that it may hold any character and is never taken for NULL, which is
/// <c>\N</c>. Bytes are hexadecimal digits.
/// </summary>
internal sealed class CsvRowWriter : RowWriter
{
    private const byte FieldEnd = 1;
    private const byte RowEnd = 2;
    private readonly KeyValuePair<string, string>[] _form;
    private readonly byte[][] _missing;

    public CsvRowWriter(TargetTable table, Schema schema)
        : base(table, schema)
    {
        _form =
        [
            new("format", "csv"), new("column_separator", "\\x01"), new("row_delimiter", "\\x02"), new("enclose", "\""),
            new("columns", string.Join(',', Columns.Select(c => SqlText.Name(c.Name)).Append("`__op`"))),
        ];
        _missing = [.. Columns.Select(c => c.IsNullable ? "\\N"u8.ToArray() : Encoding.UTF8.GetBytes(c.Type.Name is "VARCHAR" or "CHAR" ? "\"\"" : AnyValue(c.Type)))];
    }

    public override IReadOnlyList<KeyValuePair<string, string>> Headers => _form;

    public override void Finish(LoadBody body)
    {
        // each row has its end already
    }

    protected override void Begin(LoadBody body)
    {
        // a row begins with its first field
    }

    protected override void Value(int index, Column column, int row, LoadBody body)
    {
        var cell = Cells[index];
        if (!cell.IsFree)
        {
            cell.Write(column, row, body);
        }
        else
        {
            Plain.Clear();
            cell.Write(column, row, Plain);
            Enclose(Plain.Bytes.Span, body);
        }

        body.Write(FieldEnd);
    }

    protected override void Null(int index, LoadBody body)
    {
        body.Write("\\N"u8);
        body.Write(FieldEnd);
    }

    protected override void Missing(int index, LoadBody body)
    {
        body.Write(_missing[index]);
        body.Write(FieldEnd);
    }

    protected override void End(bool isDelete, LoadBody body)
    {
        body.Write(isDelete ? (byte)'1' : (byte)'0');
        body.Write(RowEnd);
    }

    private static void Enclose(ReadOnlySpan<byte> text, LoadBody body)
    {
        body.Write((byte)'"');
        for (var at = text.IndexOf((byte)'"'); at >= 0; at = text.IndexOf((byte)'"'))
        {
            body.Write(text[..(at + 1)]);
            body.Write((byte)'"');
            text = text[(at + 1)..];
        }

        body.Write(text);
        body.Write((byte)'"');
    }
}
