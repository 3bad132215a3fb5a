using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using CdcLake.Common;

namespace CdcLake.Parquet.Writing;

/// <summary>Distinct byte strings of a column chunk in order of first appearance, found through an open hash table.</summary>
internal sealed class BytesDictionary : IDisposable
{
    private const int FirstSlotBits = 10;
    private const int LengthPrefix = 4;

    private byte[] _data = [];
    private int[] _ends = [];
    private uint[] _hashes = [];
    private int[] _slots = []; // index + 1; 0 = free; at most half of them taken
    private int _slotBits;

    /// <summary>Distinct values so far.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of the first <paramref name="count"/> values in PLAIN encoding.</summary>
    public int PlainLength(int count) => count == 0 ? 0 : _ends[count - 1] + (LengthPrefix * count);

    /// <summary>Gives each value its index, adding it when new. False: the distinct values exceed <paramref name="limit"/> bytes, the rest is not looked at.</summary>
    /// <param name="data">All values, one after the other.</param>
    /// <param name="ends">For each value where it ends in <paramref name="data"/>.</param>
    /// <param name="indices">Receives one index for each value.</param>
    /// <param name="limit">Bytes in PLAIN encoding.</param>
    public bool TryEncode(ReadOnlySpan<byte> data, ReadOnlySpan<int> ends, Span<int> indices, int limit)
    {
        var start = 0;
        ReadOnlySpan<byte> last = default;
        var lastIndex = -1;
        for (var i = 0; i < ends.Length; i++)
        {
            var value = data[start..ends[i]];
            start = ends[i];
            if (lastIndex < 0 || !value.SequenceEqual(last))
            {
                if (value.Length > limit)
                {
                    return false;
                }

                lastIndex = IndexOf(value);
                last = value;
                if (PlainLength(Count) > limit)
                {
                    return false;
                }
            }

            indices[i] = lastIndex;
        }

        return true;
    }

    /// <summary>Writes the first <paramref name="count"/> values in PLAIN encoding.</summary>
    public void WritePlain(int count, Span<byte> destination) => PlainBytes.Write(_data, _ends.AsSpan(0, count), destination);

    /// <summary>Forgets all values and keeps the memory.</summary>
    public void Clear()
    {
        Count = 0;
        _slots.AsSpan().Clear();
    }

    public void Dispose()
    {
        Pooled.Return(ref _data);
        Pooled.Return(ref _ends);
        Pooled.Return(ref _hashes);
        Pooled.Return(ref _slots);
        Count = 0;
        _slotBits = 0;
    }

    private int IndexOf(ReadOnlySpan<byte> value)
    {
        if (_slotBits == 0 || 2 * Count >= 1 << _slotBits)
        {
            Enlarge();
        }

        var hash = Hash(value);
        var mask = (1 << _slotBits) - 1;
        var at = (int)(hash >> (32 - _slotBits));
        while (_slots[at] != 0)
        {
            var index = _slots[at] - 1;
            if (_hashes[index] == hash && this[index].SequenceEqual(value))
            {
                return index;
            }

            at = (at + 1) & mask;
        }

        _slots[at] = Count + 1;
        return Add(value, hash);
    }

    private ReadOnlySpan<byte> this[int index]
    {
        get
        {
            var start = index == 0 ? 0 : _ends[index - 1];
            return _data.AsSpan(start, _ends[index] - start);
        }
    }

    private int Add(ReadOnlySpan<byte> value, uint hash)
    {
        var start = Count == 0 ? 0 : _ends[Count - 1];
        Pooled.Grow(ref _data, start + value.Length, start);
        value.CopyTo(_data.AsSpan(start));
        _ends[Count] = start + value.Length;
        _hashes[Count] = hash;
        return Count++;
    }

    private void Enlarge()
    {
        _slotBits = _slotBits == 0 ? FirstSlotBits : _slotBits + 1;
        Pooled.Return(ref _slots);
        _slots = ArrayPool<int>.Shared.Rent(1 << _slotBits);
        _slots.AsSpan().Clear();
        Pooled.Grow(ref _ends, 1 << (_slotBits - 1), Count);
        Pooled.Grow(ref _hashes, 1 << (_slotBits - 1), Count);
        var mask = (1 << _slotBits) - 1;
        for (var i = 0; i < Count; i++)
        {
            var at = (int)(_hashes[i] >> (32 - _slotBits));
            while (_slots[at] != 0)
            {
                at = (at + 1) & mask;
            }

            _slots[at] = i + 1;
        }
    }

    private static uint Hash(ReadOnlySpan<byte> value)
    {
        const ulong Multiplier = 0x9E3779B97F4A7C15;
        var hash = (ulong)value.Length * Multiplier;
        if (value.Length >= 8)
        {
            var rest = value;
            for (; rest.Length > 8; rest = rest[8..])
            {
                hash = BitOperations.RotateLeft((hash ^ BinaryPrimitives.ReadUInt64LittleEndian(rest)) * Multiplier, 29);
            }

            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(value[^8..])) * Multiplier;
        }
        else if (value.Length >= 4)
        {
            var both = BinaryPrimitives.ReadUInt32LittleEndian(value) | ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(value[^4..]) << 32);
            hash = (hash ^ both) * Multiplier;
        }
        else if (value.Length > 0)
        {
            var all = value[0] | ((uint)value[value.Length >> 1] << 8) | ((uint)value[^1] << 16);
            hash = (hash ^ all) * Multiplier;
        }

        return (uint)((hash ^ (hash >> 29)) * Multiplier >> 32);
    }
}
