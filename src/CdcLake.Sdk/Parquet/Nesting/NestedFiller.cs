using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using CdcLake.Columnar;
using CdcLake.Parquet.Format;
using CdcLake.Parquet.Reading;

namespace CdcLake.Parquet.Nesting;

/// <summary>A struct, list or map as a column of JSON.</summary>
internal sealed class NestedFiller : ColumnFiller
{
    private const int SkippedRows = 1024; // at a time

    private readonly NestedValue _value;
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly Utf8JsonWriter _json;

    /// <param name="value">The column; its leaves are disposed with this.</param>
    public NestedFiller(NestedValue value)
    {
        _value = value;
        _json = new Utf8JsonWriter(_text, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
    }

    public override void Start(RowGroupLocation group)
    {
        foreach (var leaf in _value.Leaves)
        {
            leaf.Start(group);
        }
    }

    public override async ValueTask FillAsync(Column target, int rows, CancellationToken cancellationToken)
    {
        foreach (var leaf in _value.Leaves)
        {
            await leaf.ReadAsync(rows, cancellationToken).ConfigureAwait(false);
        }

        for (var row = 0; row < rows; row++)
        {
            AppendRow((BytesColumn)target);
        }
    }

    public override async ValueTask SkipAsync(long rows, CancellationToken cancellationToken)
    {
        for (var left = rows; left > 0; left -= Math.Min(left, SkippedRows))
        {
            foreach (var leaf in _value.Leaves)
            {
                await leaf.ReadAsync((int)Math.Min(left, SkippedRows), cancellationToken).ConfigureAwait(false);
                for (var row = 0; row < Math.Min(left, SkippedRows); row++)
                {
                    leaf.Expect(0);
                    leaf.Pass(0);
                }
            }
        }
    }

    public override void Dispose()
    {
        _json.Dispose();
        foreach (var leaf in _value.Leaves)
        {
            leaf.Dispose();
        }

        base.Dispose();
    }

    private void AppendRow(BytesColumn target)
    {
        foreach (var leaf in _value.Leaves)
        {
            leaf.Expect(0);
        }

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
