using System.Buffers;
using System.Text;
using System.Text.Json;
using CdcLake.Columnar;
using CdcLake.StarRocks.Ddl;

namespace CdcLake.StarRocks.StreamLoad;

// [{"id":1,"name":"Ann","__op":0},{"id":2,"__op":1}]

/// <summary>Rows as one array of JSON objects, <c>__op</c> last: 0 to insert or replace, 1 to delete.</summary>
internal sealed class JsonRowWriter : RowWriter
{
    private static readonly SearchValues<byte> Special = SearchValues.Create([.. Enumerable.Range(0, 32).Select(b => (byte)b), (byte)'"', (byte)'\\']);
    private static readonly KeyValuePair<string, string>[] Form = [new("format", "json"), new("strip_outer_array", "true"), new("ignore_json_size", "true")];
    private readonly byte[][] _names;
    private readonly byte[][] _missing;

    public JsonRowWriter(TargetTable table, Schema schema)
        : base(table, schema)
    {
        _names = [.. Columns.Select(c => Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(c.Name)}\":"))];
        _missing = [.. Columns.Select(c => c.IsNullable ? [] : Encoding.UTF8.GetBytes(c.Type.Name == "JSON" ? "{}" : $"\"{AnyValue(c.Type)}\""))];
    }

    public override IReadOnlyList<KeyValuePair<string, string>> Headers => Form;

    public override void Finish(LoadBody body) => body.ReplaceLast((byte)']');

    protected override void Begin(LoadBody body) => body.Write(body.Length == 0 ? "[{"u8 : "{"u8);

    protected override void Value(int index, Column column, int row, LoadBody body)
    {
        body.Write(_names[index]);
        var cell = Cells[index];
        if (!cell.IsQuoted)
        {
            cell.Write(column, row, body);
        }
        else if (!cell.IsFree)
        {
            body.Write((byte)'"');
            cell.Write(column, row, body);
            body.Write((byte)'"');
        }
        else
        {
            Plain.Clear();
            cell.Write(column, row, Plain);
            Quote(Plain.Bytes.Span, body);
        }

        body.Write((byte)',');
    }

    protected override void Null(int index, LoadBody body)
    {
        body.Write(_names[index]);
        body.Write("null,"u8);
    }

    protected override void Missing(int index, LoadBody body)
    {
        if (_missing[index].Length > 0)
        {
            body.Write(_names[index]);
            body.Write(_missing[index]);
            body.Write((byte)',');
        }
    }

    protected override void End(bool isDelete, LoadBody body) => body.Write(isDelete ? "\"__op\":1},"u8 : "\"__op\":0},"u8);

    private static void Quote(ReadOnlySpan<byte> text, LoadBody body)
    {
        body.Write((byte)'"');
        for (var at = text.IndexOfAny(Special); at >= 0; at = text.IndexOfAny(Special))
        {
            body.Write(text[..at]);
            Escape(text[at], body);
            text = text[(at + 1)..];
        }

        body.Write(text);
        body.Write((byte)'"');
    }

    private static void Escape(byte value, LoadBody body)
    {
        switch (value)
        {
            case (byte)'"':
                body.Write("\\\""u8);
                break;
            case (byte)'\\':
                body.Write("\\\\"u8);
                break;
            case (byte)'\n':
                body.Write("\\n"u8);
                break;
            case (byte)'\r':
                body.Write("\\r"u8);
                break;
            case (byte)'\t':
                body.Write("\\t"u8);
                break;
            default:
                body.Write("\\u00"u8);
                body.Write((byte)('0' + (value >> 4)));
                body.Write("0123456789abcdef"u8[value & 15]);
                break;
        }
    }
}
