using System.IO.Hashing;
using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.Parquet.Encodings;
using CdcLake.Parquet.Format;

namespace CdcLake.Parquet.Writing;

/// <summary>A column of strings or bytes. The open page keeps them one after the other with their ends; encoding happens when it closes.</summary>
internal sealed class BytesChunkWriter : ColumnChunkWriter
{
    private const int LengthPrefix = 4;
    private const int StatisticsBytes = 64; // longer bounds are shortened in the file

    private readonly bool _isText;
    private readonly bool _hasBounds; // the bytes of variants have an order that means nothing
    private readonly BytesDictionary? _dictionary;
    private readonly BytesExtent _chunk = new();
    private readonly BytesExtent _file = new();
    private byte[] _data = [];
    private int[] _ends = [];
    private int _count;
    private int _dictionaryValues; // entries that written pages refer to
    private bool _dictionaryOpen;

    public BytesChunkWriter(ParquetColumn column, ParquetWriterOptions options, Scratch scratch)
        : base(column, options, scratch)
    {
        _isText = column.Type.Kind == TypeKind.String;
        _hasBounds = column.HasBounds;
        if (AllowsDictionary)
        {
            _dictionary = new BytesDictionary();
            _dictionaryOpen = true;
        }
    }

    public override int OpenBytes => checked(DataLength + (LengthPrefix * _count));

    protected override long? FileNans => null;

    protected override ParquetBounds? FileBounds =>
        _file.HasValue ? new ParquetBounds(Bound(_file.Min), Bound(_file.Max)) : null;

    protected override int MaxEncodedLength => Math.Max(OpenBytes, _dictionaryOpen ? 1 + RleEncoder.MaxLength(_count, 31) : 0);

    private int DataLength => _count == 0 ? 0 : _ends[_count - 1];

    public override void Dispose()
    {
        base.Dispose();
        _dictionary?.Dispose();
        _chunk.Dispose();
        _file.Dispose();
        Pooled.Return(ref _data);
        Pooled.Return(ref _ends);
    }

    protected override int AppendValues(Column source, int start, int count)
    {
        var column = (BytesColumn)source;
        var ends = column.Ends.Slice(start, count);
        var first = start == 0 ? 0 : column.Ends[start - 1];
        var room = Math.Max(0, Options.PageBytes - DataLength);
        if (ends[^1] - first > room)
        {
            // The row that crosses the limit still belongs to this page.
            var crossing = ends.BinarySearch(first + room);
            ends = ends[..Math.Min(count, (crossing < 0 ? ~crossing : crossing) + 1)];
        }

        var length = DataLength;
        var added = ends[^1] - first;
        Pooled.Grow(ref _data, checked(length + added), length);
        Pooled.Grow(ref _ends, _count + ends.Length, _count);
        column.Data.Slice(first, added).CopyTo(_data.AsSpan(length));
        var target = _ends.AsSpan(_count, ends.Length);
        var shift = length - first;
        var n = 0;
        if (source.HasNulls)
        {
            var nulls = source.Nulls.Slice(start, ends.Length);
            for (var i = 0; i < ends.Length; i++)
            {
                target[n] = ends[i] + shift;
                n += 1 - nulls[i];
            }
        }
        else
        {
            for (; n < ends.Length; n++)
            {
                target[n] = ends[n] + shift;
            }
        }

        _count += n;
        return ends.Length;
    }

    protected override int AppendValues(Column source, ReadOnlySpan<int> rows)
    {
        var column = (BytesColumn)source;
        Pooled.Grow(ref _ends, _count + rows.Length, _count);
        var length = DataLength;
        var taken = 0;
        while (taken < rows.Length && (taken == 0 || length < Options.PageBytes))
        {
            var row = rows[taken++];
            if (!source.IsNull(row))
            {
                var value = column[row];
                Pooled.Grow(ref _data, checked(length + value.Length), length);
                value.CopyTo(_data.AsSpan(length));
                length += value.Length;
                _ends[_count++] = length;
            }
        }

        return taken;
    }

    protected override EncodedValues EncodeValues(Span<byte> destination)
    {
        var ends = _ends.AsSpan(0, _count);
        var data = _data.AsSpan(0, DataLength);
        var plainLength = OpenBytes;
        _count = 0;
        if (ends.IsEmpty)
        {
            return new EncodedValues(0, PageEncoding.Plain, null, null);
        }

        var (low, high) = _hasBounds ? BoundsOf(data, ends) : (null, null);
        AddToBloom(data, ends);
        var length = EncodeIndices(data, ends, plainLength, destination);
        if (length >= 0)
        {
            return new EncodedValues(length, PageEncoding.RleDictionary, low, high);
        }

        PlainBytes.Write(data, ends, destination);
        return new EncodedValues(plainLength, PageEncoding.Plain, low, high);
    }

    private (byte[] Low, byte[] High) BoundsOf(ReadOnlySpan<byte> data, ReadOnlySpan<int> ends)
    {
        PlainBytes.Extremes(data, ends, out var min, out var max);
        _chunk.Include(min, max);
        return (PlainBytes.Cut(min, StatisticsBytes, _isText).ToArray(), PlainBytes.CutUpwards(max, StatisticsBytes, _isText));
    }

    private void AddToBloom(ReadOnlySpan<byte> data, ReadOnlySpan<int> ends)
    {
        if (Bloom is not { } bloom)
        {
            return;
        }

        var start = 0;
        foreach (var end in ends)
        {
            bloom.Add(XxHash64.HashToUInt64(data[start..end]));
            start = end;
        }
    }

    protected override void CloseDictionary()
    {
        if (_dictionaryValues > 0)
        {
            var body = Scratch.Body(_dictionary!.PlainLength(_dictionaryValues));
            _dictionary.WritePlain(_dictionaryValues, body);
            Pages.AddDictionary(body, _dictionaryValues);
        }

        _dictionary?.Clear();
        _dictionaryValues = 0;
        _dictionaryOpen = _dictionary is not null;
    }

    protected override ChunkStatistics TakeStatistics(long nulls)
    {
        if (!_chunk.HasValue)
        {
            return new ChunkStatistics(nulls, null, null, null, true, true);
        }

        var min = PlainBytes.Cut(_chunk.Min, StatisticsBytes, _isText).ToArray();
        var max = PlainBytes.CutUpwards(_chunk.Max, StatisticsBytes, _isText);
        var statistics = new ChunkStatistics(
            nulls, null, min, max, min.Length == _chunk.Min.Length, _chunk.Max.SequenceEqual(max));
        _file.Include(_chunk.Min, _chunk.Max);
        _chunk.Clear();
        return statistics;
    }

    /// <summary>Encodes a page as dictionary indices, or returns −1 when the dictionary is closed or does not pay.</summary>
    private int EncodeIndices(ReadOnlySpan<byte> data, ReadOnlySpan<int> ends, int plainLength, Span<byte> destination)
    {
        if (!_dictionaryOpen)
        {
            return -1;
        }

        var indices = Scratch.Indices(ends.Length);
        if (!_dictionary!.TryEncode(data, ends, indices, Options.DictionaryBytes))
        {
            _dictionaryOpen = false;
            return -1;
        }

        var width = RleEncoder.WidthFor(_dictionary.Count);
        destination[0] = (byte)width;
        var length = 1 + RleEncoder.Encode(indices, width, destination[1..]);
        var added = _dictionary.PlainLength(_dictionary.Count) - _dictionary.PlainLength(_dictionaryValues);
        if (length + added >= plainLength)
        {
            // What is new costs more than it saves, on the first page or because the values stopped repeating.
            _dictionaryOpen = false;
            return -1;
        }

        _dictionaryValues = _dictionary.Count;
        return length;
    }

    private static ParquetValue Bound(ReadOnlySpan<byte> value)
    {
        var kept = value[..Math.Min(value.Length, ParquetValue.MaxBytes)];
        return new ParquetValue(Bytes: kept.ToArray(), IsTruncated: kept.Length < value.Length);
    }
}
