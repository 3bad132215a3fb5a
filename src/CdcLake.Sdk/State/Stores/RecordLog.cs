using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using CdcLake.State.Spilling;

namespace CdcLake.State.Stores;

// A record, aligned to 8 bytes inside its segment:
//
//   offset  size    field
//   0       4       header: bits 0-29 payload bytes, bit 30 dead, bit 31 changed since the last checkpoint
//   4       length  payload: a prefix that its owner changes in place, then bytes that never change
//
// A reference is segment << 17 | offset / 8; 0 means none. References ascend in the order of appending, so at most 32 GiB fit one log.

/// <summary>
/// An append-only log of records in segments of up to 1 MiB (a longer record gets a segment of its own). Records stay where they are until the whole log is
/// rewritten; a prefix of each may change in place, and a record can be declared dead. With a part of a <see cref="StateBudget"/>, old segments go to disk while records are added
/// (<see cref="Append"/>) and in <see cref="Trim"/>: bytes of the log that were looked at before must not be looked at after these calls. Not thread-safe.
/// </summary>
internal sealed partial class RecordLog
{
    /// <summary>Bytes of a segment, but for records that are longer.</summary>
    public const int SegmentBytes = SegmentPool.SegmentBytes;

    /// <summary>Largest payload in bytes.</summary>
    public const int LongestPayload = LengthMask - Unit;

    private const int UnitBits = 3;
    private const int Unit = 1 << UnitBits;
    private const int SegmentShift = 20 - UnitBits;
    private const int OffsetMask = (1 << SegmentShift) - 1;
    private const int MostSegments = 1 << (32 - SegmentShift);
    private const int HeaderBytes = 4;
    private const int LengthMask = (1 << 30) - 1;
    private const int Dead = 1 << 30;
    private const int Dirty = 1 << 31;

    private readonly int _patchBytes;
    private LogSegments _segments;
    private StateSpace? _space;
    private nint[] _addresses;
    private int[] _used;
    private int _count;
    private int _capacity;
    private uint _mark;
    private List<uint> _dirty = [];

    /// <param name="patchBytes">How much of a payload's start a checkpoint must write again when a record is touched.</param>
    public RecordLog(int patchBytes)
        : this(patchBytes, null)
    {
    }

    private RecordLog(int patchBytes, StateSpace? space)
    {
        _patchBytes = patchBytes;
        _space = space;
        _segments = new LogSegments(space);
        (_addresses, _used) = (_segments.Addresses, _segments.Used);
    }

    /// <summary>Bytes of memory of all segments.</summary>
    public long AllocatedBytes => _segments.MemoryBytes;

    /// <summary>Bytes of all segments that are on disk.</summary>
    public long SpilledBytes => _segments.DiskBytes;

    /// <summary>Bytes of records appended, dead ones included.</summary>
    public long UsedBytes { get; private set; }

    /// <summary>Bytes of dead records.</summary>
    public long DeadBytes { get; private set; }

    /// <summary>Records that are not dead.</summary>
    public long LiveCount { get; private set; }

    /// <summary>True when a rewrite would free at least half of the log, and enough to be worth the trouble.</summary>
    public bool IsSparse => DeadBytes > UsedBytes / 2 && DeadBytes > SegmentBytes / 2;

    /// <summary>Gives an empty log, and those that take its place, a part of a budget.</summary>
    public void Use(StateSpace space)
    {
        if (_count > 0)
        {
            throw new InvalidOperationException("Records were added before the log had its part of the budget.");
        }

        _space = space;
        _segments = new LogSegments(space);
        (_addresses, _used) = (_segments.Addresses, _segments.Used);
    }

    /// <summary>Forgets everything, and leaves its part of the budget to others: the log is not used again.</summary>
    public void GiveUp()
    {
        Clear();
        _space?.Dispose();
    }

    /// <summary>An empty log to take the place of this one, with the same part of the budget.</summary>
    public RecordLog Successor() => new(_patchBytes, _space);

    /// <summary>Adds a record of <paramref name="length"/> payload bytes with arbitrary content and returns its reference.</summary>
    /// <exception cref="ObjectStoreException">Memory is short and older records cannot be written to disk.</exception>
    public uint Append(int length)
    {
        var size = SizeOf(length);
        var segment = _count - 1;
        if (segment < 0 || _capacity - _used[segment] < size)
        {
            segment = AddSegment(size);
        }

        var at = _used[segment];
        _used[segment] = at + size;
        UsedBytes += size;
        LiveCount++;
        var reference = ((uint)segment << SegmentShift) | (uint)(at >> UnitBits);
        Unsafe.WriteUnaligned(ref HeaderAt(reference), length);
        return reference;
    }

    /// <summary>First payload byte; at least the bytes given to <see cref="Append"/> follow.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref byte At(uint reference) => ref Unsafe.Add(ref HeaderAt(reference), HeaderBytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int LengthOf(uint reference) => Unsafe.ReadUnaligned<int>(ref HeaderAt(reference)) & LengthMask;

    /// <summary>The whole payload.</summary>
    public Span<byte> this[uint reference]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            ref var header = ref HeaderAt(reference);
            return MemoryMarshal.CreateSpan(ref Unsafe.Add(ref header, HeaderBytes), Unsafe.ReadUnaligned<int>(ref header) & LengthMask);
        }
    }

    /// <summary>Says that the prefix of a record changed, so that the next checkpoint includes it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Touch(uint reference)
    {
        if (reference < _mark)
        {
            TouchOld(reference);
        }
    }

    /// <summary>Declares a record dead: its memory is free at the next rewrite.</summary>
    public void Free(uint reference)
    {
        Touch(reference);
        ref var header = ref HeaderAt(reference);
        var value = Unsafe.ReadUnaligned<int>(ref header);
        Unsafe.WriteUnaligned(ref header, value | Dead);
        DeadBytes += SizeOf(value & LengthMask);
        LiveCount--;
    }

    /// <summary>The first live record behind <paramref name="reference"/>, or 0. Pass 0 to begin.</summary>
    public uint Next(uint reference)
    {
        var segment = (int)(reference >> SegmentShift);
        var at = reference == 0 ? Unit : ((int)(reference & OffsetMask) << UnitBits) + SizeOf(LengthOf(reference));
        while (segment < _count)
        {
            if (at <= Unit)
            {
                _segments.Walks(segment);
            }

            while (at < _used[segment])
            {
                var header = HeaderOf(segment, at);
                if ((header & Dead) == 0)
                {
                    return ((uint)segment << SegmentShift) | (uint)(at >> UnitBits);
                }

                at += SizeOf(header & LengthMask);
            }

            segment++;
            at = 0;
        }

        return 0;
    }

    /// <summary>Forgets everything; the memory of all but one segment is given up.</summary>
    public void Clear()
    {
        _segments.Clear();
        (_count, _capacity) = (_segments.Count, _segments.LastCapacity);
        if (_count > 0)
        {
            _used[0] = Unit;
        }

        UsedBytes = 0;
        DeadBytes = 0;
        LiveCount = 0;
        _savedSegments = 0;
        _savedOffset = 0;
        _savedBytes = 0;
        _mark = 0;
        _dirty = [];
    }

    /// <summary>Gives up the segments before the one of <paramref name="reference"/>, while a rewrite moves records out in order.</summary>
    public void ReleaseBefore(uint reference)
    {
        for (var i = (int)(reference >> SegmentShift) - 1; i >= 0 && _addresses[i] != 0; i--)
        {
            _segments.Release(i);
        }
    }

    /// <summary>Sends old segments to disk where memory is short.</summary>
    /// <exception cref="ObjectStoreException">They cannot be written.</exception>
    public void Trim() => _segments.Trim();

    /// <summary>Keeps few pages of what is on disk in the process; for calls between batches.</summary>
    public void TrimPages() => _segments.TrimPages();

    /// <summary>Asks the processor to fetch a record that will be read soon; 0 is allowed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Prefetch(uint reference)
    {
        if (Sse.IsSupported && reference != 0)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref HeaderAt(reference)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe ref byte HeaderAt(uint reference) => ref Unsafe.AsRef<byte>((void*)(
        Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_addresses), reference >> SegmentShift) + ((nint)(reference & OffsetMask) << UnitBits)));

    private int HeaderOf(int segment, int at) => Unsafe.ReadUnaligned<int>(ref HeaderAt(((uint)segment << SegmentShift) | (uint)(at >> UnitBits)));

    private static int SizeOf(int length) => (length + HeaderBytes + Unit - 1) & ~(Unit - 1);

    private void TouchOld(uint reference)
    {
        ref var header = ref HeaderAt(reference);
        var value = Unsafe.ReadUnaligned<int>(ref header);
        if ((value & Dirty) == 0)
        {
            Unsafe.WriteUnaligned(ref header, value | Dirty);
            _dirty.Add(reference);
        }
    }

    private int AddSegment(int size)
    {
        if (size > LengthMask)
        {
            throw new UnsupportedTypeException(
                $"One row of state takes {size:N0} bytes; the largest that can be kept is {LongestPayload:N0} bytes. Leave its longest column out of the join or aggregate.");
        }

        // The first 8 bytes of the first segment stay unused: reference 0 means none.
        var reserved = _count == 0 ? Unit : 0;
        PlaceSegment(size + reserved, reserved);
        return _count - 1;
    }

    private void PlaceSegment(int bytes, int used)
    {
        if (_count >= MostSegments)
        {
            throw new UnsupportedTypeException(
                "One store of an operator's state (a side of a join, the groups of an aggregate) reached 32 GiB, the most that is kept today. Filter earlier, keep fewer columns, or split the pipeline.");
        }

        _segments.Add(bytes, used);
        (_addresses, _used, _count, _capacity) = (_segments.Addresses, _segments.Used, _segments.Count, _segments.LastCapacity);
    }

    private void Enlarge(int bytes)
    {
        if (bytes > _capacity)
        {
            _segments.EnlargeLast(Math.Max(bytes, Math.Min(2 * _capacity, SegmentBytes)));
            _capacity = _segments.LastCapacity;
        }
    }
}
