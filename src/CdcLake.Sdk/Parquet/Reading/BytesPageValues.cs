using System.Text.Unicode;
using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.Compression;
using CdcLake.Parquet.Format;

namespace CdcLake.Parquet.Reading;

/// <summary>Strings and bytes: BYTE_ARRAY, or FIXED_LEN_BYTE_ARRAY read as bytes.</summary>
internal sealed class BytesPageValues : PageValues
{
    private readonly int _fixedLength;
    private readonly bool _isText;
    private byte[] _dictionary = [];
    private int[] _ends = [];
    private int _dictionaryCount;

    public BytesPageValues(Conversion conversion, bool isText)
        : base(conversion)
    {
        _fixedLength = conversion.Physical == PhysicalType.FixedLenByteArray ? conversion.FixedLength : 0;
        _isText = isText;
    }

    public override void SetDictionary(ReadOnlySpan<byte> body, int count)
    {
        var smallest = _fixedLength > 0 ? _fixedLength : sizeof(int);
        if (count > body.Length / smallest)
        {
            throw new CorruptDataException("Dictionary page", 0, $"{count} values in {body.Length} bytes");
        }

        Pooled.Grow(ref _dictionary, body.Length, 0);
        Pooled.Grow(ref _ends, count, 0);
        var position = 0;
        var length = 0;
        for (var i = 0; i < count; i++)
        {
            var value = Next(body, ref position);
            value.CopyTo(_dictionary.AsSpan(length));
            length += value.Length;
            _ends[i] = length;
        }

        _dictionaryCount = count;
        CheckText(_dictionary.AsSpan(0, length));
    }

    public override void Read(Column target, int rows, ReadOnlySpan<byte> nulls, int present)
    {
        var column = (BytesColumn)target;
        nulls = present == rows ? default : nulls;
        if (UsesDictionary)
        {
            ReadByDictionary(column, rows, nulls, present);
        }
        else
        {
            ReadPlain(column, rows, nulls, present);
        }

        column.SetLastNulls(rows, nulls);
    }

    public override void Dispose()
    {
        base.Dispose();
        Pooled.Return(ref _dictionary);
        Pooled.Return(ref _ends);
    }

    private void ReadByDictionary(BytesColumn column, int rows, ReadOnlySpan<byte> nulls, int present)
    {
        var indices = ReadIndices(present, _dictionaryCount);
        var total = 0L;
        foreach (var index in indices)
        {
            total += _ends[index] - StartOf(index);
        }

        var end = column.DataLength;
        var data = column.AppendUninitialized(rows, CheckBatch(column, total), out var ends);
        var n = 0;
        for (var i = 0; i < rows; i++)
        {
            if (nulls.IsEmpty || nulls[i] == 0)
            {
                var index = indices[n++];
                var value = _dictionary.AsSpan(StartOf(index), _ends[index] - StartOf(index));
                value.CopyTo(data);
                data = data[value.Length..];
                end += value.Length;
            }

            ends[i] = end;
        }
    }

    private void ReadPlain(BytesColumn column, int rows, ReadOnlySpan<byte> nulls, int present)
    {
        var body = Body.AsSpan(0, End);
        var position = Position;
        var total = 0L;
        for (var i = 0; i < present; i++)
        {
            total += Next(body, ref position).Length;
        }

        var end = column.DataLength;
        var data = column.AppendUninitialized(rows, CheckBatch(column, total), out var ends);
        var rest = data;
        position = Position;
        for (var i = 0; i < rows; i++)
        {
            if (nulls.IsEmpty || nulls[i] == 0)
            {
                var value = Next(body, ref position);
                value.CopyTo(rest);
                rest = rest[value.Length..];
                end += value.Length;
            }

            ends[i] = end;
        }

        Position = position;
        CheckText(data);
    }

    private ReadOnlySpan<byte> Next(ReadOnlySpan<byte> body, ref int position)
    {
        if (_fixedLength == 0)
        {
            return PlainBytesDecoder.Next(body, ref position);
        }

        if (body.Length - position < _fixedLength)
        {
            throw new CorruptDataException("Page values", position, $"a value of {_fixedLength} bytes, {body.Length - position} left");
        }

        position += _fixedLength;
        return body.Slice(position - _fixedLength, _fixedLength);
    }

    private int StartOf(int index) => index == 0 ? 0 : _ends[index - 1];

    private static int CheckBatch(BytesColumn column, long total) => column.DataLength + total <= MaxBatchBytes
        ? (int)total
        : throw new CorruptDataException("Page values", 0, $"{column.DataLength + total} bytes of strings in one batch; read fewer rows at a time");

    private void CheckText(ReadOnlySpan<byte> bytes)
    {
        if (_isText && !Utf8.IsValid(bytes))
        {
            throw new CorruptDataException("Page values", 0, "text that is not UTF-8");
        }
    }
}
