using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace CdcLake.State.Stores;

// A record, aligned to 8 bytes inside its segment:
//
//   offset  size    field
//   0       4       header: bits 0-29 payload bytes, bit 30 dead, bit 31 changed since the last checkpoint
//   4       length  payload: a prefix that its owner changes in place, then bytes that never change
//
// A reference is segment << 17 | offset / 8; 0 means none. References ascend in the order of appending, so at most 32 GiB fit one log.

/// <summary>
/// An append-only log of records in segments of 1 MiB (a longer record gets a segment of its own). Records stay where they are until the whole log is
/// rewritten; a prefix of each may change in place, and a record can be declared dead. Not thread-safe.
/// </summary>
internal sealed partial class RecordLog
{
    /// <summary>Bytes of a segment, but for records that are longer.</summary>
    public const int SegmentBytes = 1 << 20;

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
    private byte[]?[] _segments = new byte[4][];
    private int[] _used = new int[4];
    private int _count;
    private uint _mark;
    private List<uint> _dirty = [];

    /// <param name="patchBytes">How much of a payload's start a checkpoint must write again when a record is touched.</param>
    public RecordLog(int patchBytes) => _patchBytes = patchBytes;

    /// <summary>Bytes of all segments.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>Bytes of records appended, dead ones included.</summary>
    public long UsedBytes { get; private set; }

    /// <summary>Bytes of dead records.</summary>
    public long DeadBytes { get; private set; }

    /// <summary>Records that are not dead.</summary>
    public long LiveCount { get; private set; }

    /// <summary>True when a rewrite would free at least half of the log, and enough to be worth the trouble.</summary>
    public bool IsSparse => DeadBytes > UsedBytes / 2 && DeadBytes > SegmentBytes / 2;

    /// <summary>Adds a record of <paramref name="length"/> payload bytes with arbitrary content and returns its reference.</summary>
    public uint Append(int length)
    {
        var size = SizeOf(length);
        var segment = _count - 1;
        if (segment < 0 || _segments[segment]!.Length - _used[segment] < size)
        {
            segment = AddSegment(size);
        }

        var at = _used[segment];
        _used[segment] = at + size;
        UsedBytes += size;
        LiveCount++;
        Unsafe.WriteUnaligned(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_segments[segment]!), at), length);
        return ((uint)segment << SegmentShift) | (uint)(at >> UnitBits);
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
        for (; segment < _count; segment++, at = 0)
        {
            while (at < _used[segment])
            {
                var header = Unsafe.ReadUnaligned<int>(ref _segments[segment]![at]);
                if ((header & Dead) == 0)
                {
                    return ((uint)segment << SegmentShift) | (uint)(at >> UnitBits);
                }

                at += SizeOf(header & LengthMask);
            }
        }

        return 0;
    }

    /// <summary>Forgets everything; the memory of all but the first segment is given up.</summary>
    public void Clear()
    {
        for (var i = 1; i < _count; i++)
        {
            GiveUp(i);
        }

        var keepsFirst = _count > 0 && _segments[0]!.Length == SegmentBytes;
        _count = keepsFirst ? 1 : 0;
        _used[0] = Unit;
        AllocatedBytes = keepsFirst ? SegmentBytes : 0;
        UsedBytes = 0;
        DeadBytes = 0;
        LiveCount = 0;
        _mark = 0;
        _dirty = [];
    }

    /// <summary>Gives up the segments before the one of <paramref name="reference"/>, while a rewrite moves records out in order.</summary>
    public void ReleaseBefore(uint reference)
    {
        for (var i = (int)(reference >> SegmentShift) - 1; i >= 0 && _segments[i] is not null; i--)
        {
            GiveUp(i);
        }
    }

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
    private ref byte HeaderAt(uint reference) =>
        ref Unsafe.Add(
            ref MemoryMarshal.GetArrayDataReference(Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_segments), reference >> SegmentShift)!),
            (nint)(reference & OffsetMask) << UnitBits);

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
        PlaceSegment(_count, size + reserved <= SegmentBytes ? SegmentPool.Shared.Rent() : GC.AllocateUninitializedArray<byte>(size + reserved, pinned: true), reserved);
        return _count - 1;
    }

    private void GiveUp(int index)
    {
        var segment = _segments[index];
        _segments[index] = null;
        if (segment?.Length == SegmentBytes)
        {
            SegmentPool.Shared.Return(segment);
        }
    }

    private void PlaceSegment(int index, byte[] bytes, int used)
    {
        if (index >= MostSegments)
        {
            throw new UnsupportedTypeException(
                "The state of one operator reached 32 GiB, the most that is kept today. Filter earlier, keep fewer columns, or split the pipeline.");
        }

        if (index >= _segments.Length)
        {
            Array.Resize(ref _segments, _segments.Length * 2);
            Array.Resize(ref _used, _used.Length * 2);
        }

        _segments[index] = bytes;
        _used[index] = used;
        _count = index + 1;
        AllocatedBytes += bytes.Length;
    }
}
