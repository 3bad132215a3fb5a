using CdcLake.Columnar;

namespace CdcLake.Parquet.Reading;

/// <summary>
/// Values without a column type of their own, as text: UUIDs as <c>f79c3e09-677c-4bbd-a479-3f349cb785e7</c>, and times in nanoseconds as
/// <c>2017-11-16T22:31:08.123456789</c>, instants with <c>+00:00</c> behind.
/// </summary>
internal sealed class TextPageValues : PageValues
{
    private const int UuidLength = 36;

    private readonly PageValues _stored;
    private readonly Column _values;
    private readonly IntegerAdjustment _form;

    public TextPageValues(Conversion conversion)
        : base(conversion)
    {
        _form = conversion.Adjustment;
        var stored = conversion with { Adjustment = IntegerAdjustment.None };
        var isUuid = _form == IntegerAdjustment.UuidText;
        _stored = isUuid ? new BytesPageValues(stored, isText: false) : new FixedPageValues<long>(stored);
        _values = Column.Create(isUuid ? DataType.Binary : DataType.Int64);
    }

    public override void SetDictionary(ReadOnlySpan<byte> body, int count) => _stored.SetDictionary(body, count);

    public override void SetPage(int encoding, byte[] body, int start, int end, int rows) => _stored.SetPage(encoding, body, start, end, rows);

    public override void Read(Column target, int rows, ReadOnlySpan<byte> nulls, int present)
    {
        _values.Clear();
        _stored.Read(_values, present, default, present);
        var column = (BytesColumn)target;
        var next = 0;
        for (var i = 0; i < rows; i++)
        {
            if (!nulls.IsEmpty && nulls[i] != 0)
            {
                column.AppendNull();
            }
            else if (_values is BytesColumn uuids)
            {
                new Guid(uuids[next++], bigEndian: true).TryFormat(column.AppendUninitialized(UuidLength), out _);
            }
            else
            {
                AppendNanos(column, ((FixedColumn<long>)_values).Values[next++]);
            }
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _stored.Dispose();
        _values.Return();
    }

    private void AppendNanos(BytesColumn column, long value)
    {
        Span<byte> text = stackalloc byte[NanosText.MaxLength];
        column.Append(text[..NanosText.Format(value, _form == IntegerAdjustment.InstantNanosText, text)]);
    }
}
