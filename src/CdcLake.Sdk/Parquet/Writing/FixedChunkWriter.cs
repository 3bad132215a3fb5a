using System.IO.Hashing;
using System.Runtime.InteropServices;
using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.Parquet.Encodings;
using CdcLake.Parquet.Format;

namespace CdcLake.Parquet.Writing;

/// <summary>A column of fixed-width values. The open page is an array of them; everything else happens when it closes.</summary>
internal sealed class FixedChunkWriter<T, TFormat> : ColumnChunkWriter
    where T : unmanaged
    where TFormat : struct, IPlainFormat<T>
{
    private readonly int _fixedLength;
    private readonly FixedDictionary<T, TFormat>? _dictionary;
    private readonly bool _countsNans = typeof(T) == typeof(float) || typeof(T) == typeof(double);
    private readonly Int128 _smallest;
    private readonly Int128 _largest;
    private T[] _values = [];
    private int _count;
    private int _dictionaryValues; // entries that written pages refer to
    private bool _dictionaryOpen;
    private Extent _chunk;
    private Extent _file;

    public FixedChunkWriter(ParquetColumn column, ParquetWriterOptions options, Scratch scratch)
        : base(column, options, scratch)
    {
        _fixedLength = PhysicalTypes.FixedLength(column.Type);
        _largest = column.Type.Kind == TypeKind.Decimal ? PhysicalTypes.LargestUnscaled(column.Type.Precision) : ulong.MaxValue;
        _smallest = column.Type.Kind == TypeKind.Decimal ? -_largest : 0;
        if (AllowsDictionary && typeof(TFormat) != typeof(BooleanFormat))
        {
            _dictionary = new FixedDictionary<T, TFormat>();
            _dictionaryOpen = true;
        }
    }

    public override int OpenBytes => TFormat.Length(_count, _fixedLength);

    protected override long? FileNans => _countsNans ? _file.Nans : null;

    protected override ParquetBounds? FileBounds =>
        _file.HasValue ? new ParquetBounds(TFormat.ToValue(_file.Min), TFormat.ToValue(_file.Max)) : null;

    protected override int MaxEncodedLength =>
        Math.Max(TFormat.Length(_count, _fixedLength), _dictionaryOpen ? 1 + RleEncoder.MaxLength(_count, 31) : 0);

    public override void Dispose()
    {
        base.Dispose();
        _dictionary?.Dispose();
        Pooled.Return(ref _values);
    }

    protected override int AppendValues(Column source, int start, int count)
    {
        Pooled.Grow(ref _values, _count + count, _count);
        var target = _values.AsSpan(_count);
        var nulls = source.HasNulls ? source.Nulls.Slice(start, count) : default;
        if (source is FixedColumn<T> same)
        {
            _count += Copy(same.Values.Slice(start, count), nulls, target);
        }
        else
        {
            _count += Narrow(((FixedColumn<long>)source).Values.Slice(start, count), nulls, MemoryMarshal.Cast<T, int>(target));
        }

        return count;
    }

    protected override int AppendValues(Column source, ReadOnlySpan<int> rows)
    {
        Pooled.Grow(ref _values, _count + rows.Length, _count);
        var target = _values.AsSpan(_count);
        if (source is FixedColumn<T> same)
        {
            _count += Copy(same.Values, source.Nulls, rows, target);
        }
        else
        {
            _count += Narrow(((FixedColumn<long>)source).Values, source.Nulls, rows, MemoryMarshal.Cast<T, int>(target));
        }

        return rows.Length;
    }

    protected override EncodedValues EncodeValues(Span<byte> destination)
    {
        var values = _values.AsSpan(0, _count);
        _count = 0;
        byte[]? low = null;
        byte[]? high = null;
        var found = TFormat.TryMinMax(values, out var min, out var max, out var nans);
        _chunk.Nans += nans;
        if (found)
        {
            CheckDigits(min, max);
            _chunk.Include(min, max);
            low = Plain(min);
            high = Plain(max);
        }

        AddToBloom(values);
        var length = EncodeIndices(values, destination);
        if (length >= 0)
        {
            return new EncodedValues(length, PageEncoding.RleDictionary, low, high);
        }

        length = TFormat.Length(values.Length, _fixedLength);
        TFormat.Encode(values, _fixedLength, destination[..length]);
        return new EncodedValues(length, PageEncoding.Plain, low, high);
    }

    private void AddToBloom(ReadOnlySpan<T> values)
    {
        if (Bloom is not { } bloom)
        {
            return;
        }

        Span<byte> bytes = stackalloc byte[16];
        var plain = bytes[..TFormat.Length(1, _fixedLength)];
        for (var i = 0; i < values.Length; i++)
        {
            TFormat.Encode(values.Slice(i, 1), _fixedLength, plain);
            bloom.Add(XxHash64.HashToUInt64(plain));
        }
    }

    protected override void CloseDictionary()
    {
        if (_dictionaryValues > 0)
        {
            var length = TFormat.Length(_dictionaryValues, _fixedLength);
            var body = Scratch.Body(length);
            TFormat.Encode(_dictionary!.Values[.._dictionaryValues], _fixedLength, body);
            Pages.AddDictionary(body, _dictionaryValues);
        }

        _dictionary?.Clear();
        _dictionaryValues = 0;
        _dictionaryOpen = _dictionary is not null;
    }

    protected override ChunkStatistics TakeStatistics(long nulls)
    {
        var statistics = new ChunkStatistics(
            nulls,
            _countsNans ? _chunk.Nans : null,
            _chunk.HasValue ? Plain(_chunk.Min) : null,
            _chunk.HasValue ? Plain(_chunk.Max) : null,
            true,
            true);
        if (_chunk.HasValue)
        {
            _file.Include(_chunk.Min, _chunk.Max);
        }

        _file.Nans += _chunk.Nans;
        _chunk = default;
        return statistics;
    }

    /// <summary>Encodes a page as dictionary indices, or returns −1 when the dictionary is closed or does not pay.</summary>
    private int EncodeIndices(ReadOnlySpan<T> values, Span<byte> destination)
    {
        if (!_dictionaryOpen || values.IsEmpty)
        {
            return -1;
        }

        var valueLength = TFormat.Length(1, _fixedLength);
        var indices = Scratch.Indices(values.Length);
        if (!_dictionary!.TryEncode(values, indices, Options.DictionaryBytes / valueLength))
        {
            _dictionaryOpen = false;
            return -1;
        }

        var width = RleEncoder.WidthFor(_dictionary.Count);
        destination[0] = (byte)width;
        var length = 1 + RleEncoder.Encode(indices, width, destination[1..]);
        var added = (_dictionary.Count - _dictionaryValues) * valueLength;
        if (length + added >= values.Length * valueLength)
        {
            // What is new costs more than it saves, on the first page or because the values stopped repeating.
            _dictionaryOpen = false;
            return -1;
        }

        _dictionaryValues = _dictionary.Count;
        return length;
    }

    /// <summary>A decimal with more digits than its type would be cut by its storage.</summary>
    private void CheckDigits(T min, T max)
    {
        if (Column.Type.Kind is TypeKind.Decimal or TypeKind.UInt64
            && (TFormat.ToValue(min).Integer < _smallest || TFormat.ToValue(max).Integer > _largest))
        {
            throw TooManyDigits();
        }
    }

    private ArithmeticOverflowException TooManyDigits() => new(
        $"Column \"{Column.Name}\" (field {Column.FieldId}) is {Column.Type}, but a value has more digits. Give the column a wider type in the query or the table.");

    private byte[] Plain(T value)
    {
        var bytes = new byte[TFormat.Length(1, _fixedLength)];
        TFormat.Encode([value], _fixedLength, bytes);
        return bytes;
    }

    private static int Copy(ReadOnlySpan<T> source, ReadOnlySpan<byte> nulls, Span<T> target)
    {
        if (nulls.IsEmpty)
        {
            source.CopyTo(target);
            return source.Length;
        }

        var n = 0;
        for (var i = 0; i < source.Length; i++)
        {
            target[n] = source[i];
            n += 1 - nulls[i];
        }

        return n;
    }

    private static int Copy(ReadOnlySpan<T> source, ReadOnlySpan<byte> nulls, ReadOnlySpan<int> rows, Span<T> target)
    {
        var n = 0;
        foreach (var row in rows)
        {
            target[n] = source[row];
            n += nulls.IsEmpty ? 1 : 1 - nulls[row];
        }

        return n;
    }

    private int Narrow(ReadOnlySpan<long> source, ReadOnlySpan<byte> nulls, Span<int> target)
    {
        var n = 0;
        var lost = 0L;
        for (var i = 0; i < source.Length; i++)
        {
            var value = (int)source[i];
            target[n] = value;
            lost |= source[i] ^ value;
            n += nulls.IsEmpty ? 1 : 1 - nulls[i];
        }

        return lost == 0 ? n : throw TooManyDigits();
    }

    private int Narrow(ReadOnlySpan<long> source, ReadOnlySpan<byte> nulls, ReadOnlySpan<int> rows, Span<int> target)
    {
        var n = 0;
        var lost = 0L;
        foreach (var row in rows)
        {
            var value = (int)source[row];
            target[n] = value;
            lost |= source[row] ^ value;
            n += nulls.IsEmpty ? 1 : 1 - nulls[row];
        }

        return lost == 0 ? n : throw TooManyDigits();
    }

    /// <summary>Smallest and largest value seen, and how many were NaN.</summary>
    private struct Extent
    {
        public T Min;
        public T Max;
        public bool HasValue;
        public long Nans;

        public void Include(T min, T max)
        {
            Min = !HasValue || TFormat.Less(min, Min) ? min : Min;
            Max = !HasValue || TFormat.Less(Max, max) ? max : Max;
            HasValue = true;
        }
    }
}
