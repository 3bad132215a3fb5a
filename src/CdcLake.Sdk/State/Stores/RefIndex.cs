using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace CdcLake.State.Stores;

/// <summary>
/// An open-addressing hash index from 32-bit hashes to references of a <see cref="RecordLog"/>: 8 bytes a slot, at most 70 % full, linear probing,
/// removal by shifting back. Several references may have one hash; the caller compares what they refer to. Not thread-safe.
/// </summary>
internal sealed class RefIndex
{
    private const int SmallestCapacity = 64;

    private ulong[] _slots = NewSlots(SmallestCapacity);
    private int _mask = SmallestCapacity - 1;

    /// <summary>References held.</summary>
    public int Count { get; private set; }

    public long Bytes => (long)_slots.Length * sizeof(ulong);

    /// <summary>The part of a 64-bit hash that an index keeps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Part(ulong hash) => (uint)(hash >> 32);

    /// <summary>
    /// The next reference with this hash, or 0. <paramref name="at"/> begins as the hash itself; after a hit, <c>at − 1</c> is the hit's slot for <see cref="Replace"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Find(uint hash, ref uint at)
    {
        ref var slots = ref MemoryMarshal.GetArrayDataReference(_slots);
        while (true)
        {
            var slot = Unsafe.Add(ref slots, (nint)(at & (uint)_mask));
            if (slot == 0)
            {
                return 0;
            }

            at++;
            if ((uint)(slot >> 32) == hash)
            {
                return (uint)slot;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Prefetch(uint hash)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), (nint)(hash & (uint)_mask))));
        }
    }

    /// <summary>The reference in the first slot of a hash if it has that hash, else 0: nearly always what <see cref="Find"/> will give, for fetching ahead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Peek(uint hash)
    {
        var slot = Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), (nint)(hash & (uint)_mask));
        return (uint)(slot >> 32) == hash ? (uint)slot : 0;
    }

    public void Insert(uint hash, uint reference)
    {
        if (Count >= (int)(_slots.Length * 0.7))
        {
            Grow();
        }

        Place(_slots, _mask, ((ulong)hash << 32) | reference);
        Count++;
    }

    /// <summary>Puts another reference of the same hash into the slot of a hit.</summary>
    public void Replace(uint slot, uint hash, uint reference) => _slots[slot & (uint)_mask] = ((ulong)hash << 32) | reference;

    /// <summary>Removes a reference that is known to be in.</summary>
    public void Remove(uint hash, uint reference)
    {
        var hole = (int)(hash & (uint)_mask);
        var wanted = ((ulong)hash << 32) | reference;
        while (_slots[hole] != wanted)
        {
            hole = (hole + 1) & _mask;
        }

        // Entries behind the hole move back into it unless that would put them before their home slot.
        for (var next = (hole + 1) & _mask; _slots[next] != 0; next = (next + 1) & _mask)
        {
            var home = (int)((uint)(_slots[next] >> 32) & (uint)_mask);
            if (((next - home) & _mask) >= ((next - hole) & _mask))
            {
                _slots[hole] = _slots[next];
                hole = next;
            }
        }

        _slots[hole] = 0;
        Count--;
    }

    public void Clear()
    {
        if (_slots.Length > SmallestCapacity)
        {
            _slots = NewSlots(SmallestCapacity);
            _mask = SmallestCapacity - 1;
        }
        else
        {
            Array.Clear(_slots);
        }

        Count = 0;
    }

    /// <summary>Makes room for <paramref name="count"/> references in an empty index.</summary>
    public void Reserve(long count)
    {
        var capacity = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(count * 10 / 7 + 1, SmallestCapacity, 1 << 30));
        if (capacity > _slots.Length)
        {
            _slots = NewSlots(capacity);
            _mask = capacity - 1;
        }
    }

    private void Grow()
    {
        if (_slots.Length >= 1 << 30)
        {
            throw new UnsupportedTypeException(
                "The state of one operator reached 750 million rows, the most that is kept today. Filter earlier, or split the pipeline.");
        }

        var larger = NewSlots(_slots.Length * 2);
        var mask = larger.Length - 1;
        foreach (var slot in _slots)
        {
            if (slot != 0)
            {
                Place(larger, mask, slot);
            }
        }

        _slots = larger;
        _mask = mask;
    }

    private static void Place(ulong[] slots, int mask, ulong slot)
    {
        var at = (int)((uint)(slot >> 32) & (uint)mask);
        while (slots[at] != 0)
        {
            at = (at + 1) & mask;
        }

        slots[at] = slot;
    }

    private static ulong[] NewSlots(int capacity) => GC.AllocateArray<ulong>(capacity, pinned: true);
}
