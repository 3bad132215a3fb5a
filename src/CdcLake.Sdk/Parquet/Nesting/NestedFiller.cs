using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using CdcLake.Columnar;

namespace CdcLake.Parquet.Nesting;

/// <summary>A struct, list or map as a column of JSON.</summary>
internal sealed class NestedFiller : EntriesFiller
{
    private readonly NestedValue _value;
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly Utf8JsonWriter _json;

    /// <param name="value">The column; its leaves are disposed with this.</param>
    public NestedFiller(NestedValue value)
        : base(value.Leaves)
    {
        _value = value;
        _json = new Utf8JsonWriter(_text, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
    }

    public override void Dispose()
    {
        _json.Dispose();
        base.Dispose();
    }

    protected override void AppendRow(BytesColumn target)
    {
        if (_value.IsNull)
        {
            _value.Skip();
            target.AppendNull();
            return;
        }

        _value.Write(_json);
        _json.Flush();
        target.Append(_text.WrittenSpan);
        _json.Reset();
        _text.ResetWrittenCount();
    }
}
