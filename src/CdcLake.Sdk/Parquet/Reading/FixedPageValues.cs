using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.Compression;

namespace CdcLake.Parquet.Reading;

/// <summary>Values of fixed width in memory, however they are stored.</summary>
internal sealed class FixedPageValues<T> : PageValues
    where T : unmanaged
{
    private readonly Conversion _conversion;
    private T[] _dictionary = [];
    private int _dictionaryCount;
    private T[] _dense = [];

    public FixedPageValues(Conversion conversion)
        : base(conversion) => _conversion = conversion;

    public override void SetDictionary(ReadOnlySpan<byte> body, int count)
    {
        if (count > body.Length)
        {
            throw new CorruptDataException("Dictionary page", 0, $"{count} values in {body.Length} bytes");
        }

        Pooled.Grow(ref _dictionary, count, 0);
        PlainDecoder.Decode(_conversion, body, _dictionary.AsSpan(0, count));
        _dictionaryCount = count;
    }

    public override void Read(Column target, int rows, ReadOnlySpan<byte> nulls, int present)
    {
        var column = (FixedColumn<T>)target;
        if (present == rows)
        {
            Decode(column.AppendUninitialized(rows));
            column.SetLastNulls(rows, default);
            return;
        }

        Pooled.Grow(ref _dense, present + 1, 0); // one more is looked at behind the last value
        var dense = _dense.AsSpan(0, present + 1);
        Decode(dense[..present]);
        dense[present] = default;
        var values = column.AppendUninitialized(rows);
        var n = 0;
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = nulls[i] == 0 ? dense[n] : default;
            n += 1 - nulls[i];
        }

        column.SetLastNulls(rows, nulls);
    }

    public override void Dispose()
    {
        base.Dispose();
        Pooled.Return(ref _dictionary);
        Pooled.Return(ref _dense);
    }

    private void Decode(Span<T> values)
    {
        if (!UsesDictionary)
        {
            Position += PlainDecoder.Decode(_conversion, Body.AsSpan(Position, End - Position), values);
            return;
        }

        var dictionary = _dictionary;
        var indices = ReadIndices(values.Length, _dictionaryCount);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = dictionary[indices[i]];
        }
    }
}
