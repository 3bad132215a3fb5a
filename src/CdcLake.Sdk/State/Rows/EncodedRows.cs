using System.Buffers;
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

    public int DataLength => Count == 0 ? 0 : _ends[Count - 1];

    public void Clear() => Count = 0;

    /// <summary>Copies a row to the end.</summary>
    public void Append(ReadOnlySpan<byte> row)
    {
        var start = DataLength;
        var end = checked(start + row.Length);
        Grow(ref _data, end, start);
        Grow(ref _ends, Count + 1, Count);
        row.CopyTo(_data.AsSpan(start));
        _ends[Count++] = end;
    }

    /// <summary>Hashes every row; call it after the last row was added.</summary>
    public void ComputeHashes()
    {
        Grow(ref _hashes, Count, 0);
        var start = 0;
        for (var i = 0; i < Count; i++)
        {
            var end = _ends[i];
            _hashes[i] = Hash64.Of(_data.AsSpan(start, end - start));
            start = end;
        }
    }

    public void Dispose()
    {
        Release(ref _data);
        Release(ref _ends);
        Release(ref _hashes);
        Count = 0;
    }

    /// <summary>Makes room for <paramref name="rows"/> rows, whose end offsets the caller then fills; forgets what was there.</summary>
    internal Span<int> ResetEnds(int rows)
    {
        Grow(ref _ends, rows, 0);
        Count = rows;
        return _ends.AsSpan(0, rows);
    }

    /// <summary>The bytes of all rows for filling, once their end offsets are known.</summary>
    internal Span<byte> DataToFill()
    {
        Grow(ref _data, DataLength, 0);
        return _data.AsSpan(0, DataLength);
    }

    private int StartOf(int row) => row == 0 ? 0 : _ends[row - 1];

    private static void Grow<T>(ref T[] array, int needed, int used)
    {
        if (array.Length >= needed)
        {
            return;
        }

        var larger = ArrayPool<T>.Shared.Rent((int)Math.Min(Array.MaxLength, Math.Max(needed, Math.Max(256L, array.Length * 2L))));
        array.AsSpan(0, used).CopyTo(larger);
        Release(ref array);
        array = larger;
    }

    private static void Release<T>(ref T[] array)
    {
        if (array.Length > 0)
        {
            ArrayPool<T>.Shared.Return(array);
        }

        array = [];
    }
}
