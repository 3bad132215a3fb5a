using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using CdcLake.Common;

namespace CdcLake.State.Stores;

/// <summary>
/// An open-addressing hash index from 32-bit hashes to references of a <see cref="RecordLog"/>: 8 bytes a slot, at most 70 % full, linear probing,
/// removal by shifting back. Several references may have one hash; the caller compares what they refer to. Entries lie in the order of their hashes but for collisions, so that it grows where it is,
/// in one pass and by less than double. Not thread-safe.
/// </summary>
internal sealed unsafe class RefIndex
{
    private const uint SmallestCapacity = 64;
    private const uint LargestCapacity = 1 << 30;

    private readonly uint _doublesTo;
    private readonly NativeBlock _memory = new();
    private ulong* _slots;
    private uint _capacity;
    private int _most;

    /// <param name="doublesTo">Slots up to which it doubles, which is quicker; 64 MiB unless told. Then it grows by a quarter, so that it is never less than half full.</param>
    public RefIndex(uint doublesTo = 1 << 23)
    {
        _doublesTo = doublesTo;
        Start(SmallestCapacity);
    }

    /// <summary>References held.</summary>
    public int Count { get; private set; }

    public long Bytes => _memory.Bytes;

    /// <summary>Bytes by which the next <see cref="Insert"/> makes it larger; mostly 0.</summary>
    public long Growth => Count < _most ? 0 : (Grown - _capacity) * (long)sizeof(ulong);

    private uint Grown => Math.Min(_capacity + (_capacity < _doublesTo ? _capacity : _capacity / 4), LargestCapacity);

    /// <summary>The part of a 64-bit hash that an index keeps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Part(ulong hash) => (uint)(hash >> 32);

    /// <summary>Where <see cref="Find"/> begins to look for a hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Home(uint hash) => (uint)(((ulong)hash * _capacity) >> 32);

    /// <summary>The next reference with this hash, or 0.</summary>
    /// <param name="hash">What is looked for.</param>
    /// <param name="at">Begins as <see cref="Home"/>; after a hit it is what <see cref="Replace"/> wants.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Find(uint hash, ref uint at)
    {
        while (true)
        {
            var slot = _slots[at];
            if (slot == 0)
            {
                return 0;
            }

            at = Behind(at);
            if ((uint)(slot >> 32) == hash)
            {
                return (uint)slot;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(uint hash)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(_slots + Home(hash));
        }
    }

    /// <summary>The reference in the first slot of a hash if it has that hash, else 0: mostly what <see cref="Find"/> will give, for fetching ahead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Peek(uint hash)
    {
        var slot = _slots[Home(hash)];
        return (uint)(slot >> 32) == hash ? (uint)slot : 0;
    }

    /// <summary>The first reference with this hash, or 0: nearly always the one that is looked for.</summary>
    public uint First(uint hash)
    {
        var at = Home(hash);
        return Find(hash, ref at);
    }

    public void Insert(uint hash, uint reference)
    {
        if (Count >= _most)
        {
            Grow();
        }

        Place(((ulong)hash << 32) | reference);
        Count++;
    }

    /// <summary>Puts another reference of the same hash into the slot of a hit.</summary>
    /// <param name="at">As <see cref="Find"/> left it.</param>
    /// <param name="hash">That of both.</param>
    /// <param name="reference">The other one.</param>
    public void Replace(uint at, uint hash, uint reference) => _slots[(at == 0 ? _capacity : at) - 1] = ((ulong)hash << 32) | reference;

    /// <summary>Removes a reference that is known to be in.</summary>
    public void Remove(uint hash, uint reference)
    {
        var hole = Home(hash);
        var wanted = ((ulong)hash << 32) | reference;
        while (_slots[hole] != wanted)
        {
            hole = Behind(hole);
        }

        // Entries behind the hole move back into it unless that would put them before their home slot.
        for (var next = Behind(hole); _slots[next] != 0; next = Behind(next))
        {
            var home = Home((uint)(_slots[next] >> 32));
            if (Distance(home, next) >= Distance(hole, next))
            {
                _slots[hole] = _slots[next];
                hole = next;
            }
        }

        _slots[hole] = 0;
        Count--;
    }

    /// <summary>Removes all, and gives the memory up.</summary>
    public void Clear() => Start(SmallestCapacity);

    /// <summary>Removes all; the memory is kept for as many again.</summary>
    public void Empty() => Start(_capacity);

    /// <summary>Makes room for <paramref name="count"/> references in an empty index.</summary>
    public void Reserve(long count)
    {
        var capacity = (uint)Math.Clamp((count * 10 / 7) + 1, SmallestCapacity, LargestCapacity);
        if (capacity > _capacity)
        {
            Start(capacity);
        }
    }

    private void Start(uint capacity)
    {
        Resize(capacity);
        Slots(0, capacity).Clear();
        Count = 0;
    }

    private void Resize(uint capacity)
    {
        if (capacity != _capacity)
        {
            _memory.Resize((long)capacity * sizeof(ulong));
            _slots = (ulong*)_memory.Address;
            (_capacity, _most) = (capacity, (int)(capacity * 0.7));
        }
    }

    private Span<ulong> Slots(uint first, uint count) => new(_slots + first, (int)count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Behind(uint at) => ++at == _capacity ? 0 : at;

    private uint Distance(uint from, uint to) => to >= from ? to - from : to + _capacity - from;

    private void Grow()
    {
        if (_capacity >= LargestCapacity)
        {
            throw new UnsupportedTypeException(
                "The state of one operator reached 750 million rows, the most that is kept today. Filter earlier, or split the pipeline.");
        }

        var before = _capacity;
        Resize(Grown);
        var more = _capacity - before;

        // All entries go to the end and come back in their order. None comes to lie behind where it was: it is pushed by those before it alone, and homes move by less than the end does.
        Slots(0, before).CopyTo(Slots(more, before));
        Slots(0, more).Clear();
        var wrapped = new List<ulong>();
        for (var from = more; from < _capacity; from++)
        {
            var slot = _slots[from];
            if (slot != 0)
            {
                _slots[from] = 0;
                if ((((slot >> 32) * before) >> 32) > from - more)
                {
                    wrapped.Add(slot); // its run went on at the beginning
                    continue;
                }

                Place(slot);
            }
        }

        wrapped.ForEach(Place);
    }

    private void Place(ulong slot)
    {
        var at = Home((uint)(slot >> 32));
        while (_slots[at] != 0)
        {
            at = Behind(at);
        }

        _slots[at] = slot;
    }
}
