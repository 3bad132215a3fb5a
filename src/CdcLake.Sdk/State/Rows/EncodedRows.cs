using CdcLake.Common;

namespace CdcLake.State.Rows;

/// <summary>
/// Rows in the byte form of <see cref="RowCodec"/>, one behind the other, refilled again and again without allocation. Equal rows have equal bytes.
/// Not thread-safe; the owner disposes it. Spans handed out are valid until the next change.
/// </summary>
internal sealed class EncodedRows : IDisposable
{
    private byte[] _data = [];
    private int[] _ends = [];
    private ulong[] _hashes = [];

    public int Count { get; private set; }

    /// <summary>Bytes of row <paramref name="row"/>.</summary>
    public ReadOnlySpan<byte> this[int row]
    {
        get
        {
            var start = StartOf(row);
            return _data.AsSpan(start, _ends[row] - start);
        }
    }

    /// <summary>All rows, one behind the other.</summary>
    public ReadOnlySpan<byte> Data => _data.AsSpan(0, DataLength);

    /// <summary>For each row the offset in <see cref="Data"/> just behind its last byte.</summary>
    public ReadOnlySpan<int> Ends => _ends.AsSpan(0, Count);

    /// <summary><see cref="Hash64"/> of each row's bytes, after <see cref="ComputeHashes"/>.</summary>
    public ReadOnlySpan<ulong> Hashes => _hashes.AsSpan(0, Count);

    /// <summary>Bytes of the longest row, after <see cref="ComputeHashes"/>.</summary>
    public int Longest { get; private set; }

    public int DataLength => Count == 0 ? 0 : _ends[Count - 1];

    public void Clear() => Count = 0;

    /// <summary>Copies a row to the end.</summary>
    public void Append(ReadOnlySpan<byte> row)
    {
        var start = DataLength;
        var end = EndOf(start, row.Length);
        Pooled.Grow(ref _data, end, start);
        Pooled.Grow(ref _ends, Count + 1, Count);
        row.CopyTo(_data.AsSpan(start));
        _ends[Count++] = end;
    }

    /// <summary>Hashes every row; call it after the last row was added.</summary>
    public void ComputeHashes()
    {
        Pooled.Grow(ref _hashes, Count, 0);
        var start = 0;
        var longest = 0;
        for (var i = 0; i < Count; i++)
        {
            var end = _ends[i];
            _hashes[i] = Hash64.Of(_data.AsSpan(start, end - start));
            longest = Math.Max(longest, end - start);
            start = end;
        }

        Longest = longest;
    }

    public void Dispose()
    {
        Pooled.Return(ref _data);
        Pooled.Return(ref _ends);
        Pooled.Return(ref _hashes);
        Count = 0;
    }

    /// <summary>Makes room for <paramref name="rows"/> rows, whose end offsets the caller then fills; forgets what was there.</summary>
    internal Span<int> ResetEnds(int rows)
    {
        Pooled.Grow(ref _ends, rows, 0);
        Count = rows;
        return _ends.AsSpan(0, rows);
    }

    /// <summary>The bytes of all rows for filling, once their end offsets are known.</summary>
    internal Span<byte> DataToFill()
    {
        Pooled.Grow(ref _data, DataLength, 0);
        return _data.AsSpan(0, DataLength);
    }

    private int StartOf(int row) => row == 0 ? 0 : _ends[row - 1];

    /// <summary>Where a row ends that begins at <paramref name="start"/>.</summary>
    /// <exception cref="UnsupportedTypeException">Beyond what one buffer holds.</exception>
    internal static int EndOf(int start, int length) => (long)start + length <= Array.MaxLength
        ? start + length
        : throw new UnsupportedTypeException($"The rows of one batch take more than {Array.MaxLength:N0} bytes. Leave the longest columns out of the query.");
}
