using System.Buffers;
using CdcLake.Common;

namespace CdcLake.Parquet.Writing;

/// <summary>Distinct fixed-width values of a column chunk in order of first appearance, found through an open hash table.</summary>
internal sealed class FixedDictionary<T, TFormat> : IDisposable
    where T : unmanaged
    where TFormat : struct, IPlainFormat<T>
{
    private const int FirstSlotBits = 10;

    private T[] _values = [];
    private int[] _slots = []; // index + 1; 0 = free; at most half of them taken
    private int _slotBits;

    /// <summary>Distinct values so far.</summary>
    public int Count { get; private set; }

    public ReadOnlySpan<T> Values => _values.AsSpan(0, Count);

    /// <summary>Gives each value its index, adding it when new. False: more than <paramref name="limit"/> distinct values, the rest is not looked at.</summary>
    public bool TryEncode(ReadOnlySpan<T> values, Span<int> indices, int limit)
    {
        if (values.IsEmpty)
        {
            return true;
        }

        var last = values[0];
        var lastIndex = IndexOf(last);
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            if (!TFormat.Same(value, last))
            {
                last = value;
                lastIndex = IndexOf(value);
                if (Count > limit)
                {
                    return false;
                }
            }

            indices[i] = lastIndex;
        }

        return true;
    }

    /// <summary>Forgets all values and keeps the memory.</summary>
    public void Clear()
    {
        Count = 0;
        _slots.AsSpan().Clear();
    }

    public void Dispose()
    {
        Pooled.Return(ref _values);
        Pooled.Return(ref _slots);
        Count = 0;
        _slotBits = 0;
    }

    private int IndexOf(T value)
    {
        if (_slotBits == 0 || 2 * Count >= 1 << _slotBits)
        {
            Enlarge();
        }

        var slots = _slots;
        var mask = (1 << _slotBits) - 1;
        var at = (int)(TFormat.Hash(value) >> (32 - _slotBits));
        while (true)
        {
            var index = slots[at] - 1;
            if (index < 0)
            {
                break;
            }

            if (TFormat.Same(_values[index], value))
            {
                return index;
            }

            at = (at + 1) & mask;
        }

        slots[at] = Count + 1;
        _values[Count] = value;
        return Count++;
    }

    private void Enlarge()
    {
        _slotBits = _slotBits == 0 ? FirstSlotBits : _slotBits + 1;
        Pooled.Return(ref _slots);
        _slots = ArrayPool<int>.Shared.Rent(1 << _slotBits);
        _slots.AsSpan().Clear();
        Pooled.Grow(ref _values, 1 << (_slotBits - 1), Count);
        var mask = (1 << _slotBits) - 1;
        for (var i = 0; i < Count; i++)
        {
            var at = (int)(TFormat.Hash(_values[i]) >> (32 - _slotBits));
            while (_slots[at] != 0)
            {
                at = (at + 1) & mask;
            }

            _slots[at] = i + 1;
        }
    }
}
