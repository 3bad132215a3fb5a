using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using CdcLake.State.Spilling;
using static CdcLake.State.Stores.RecordFormat;

namespace CdcLake.State.Stores;

/// <summary>
/// An append-only log of records in segments of up to 1 MiB (a longer record gets a segment of its own). Records stay where they are until the whole log is
/// rewritten; a prefix of each may change in place, and a record can be declared dead. With a part of a <see cref="StateBudget"/>, old segments go to disk while records are added
/// (<see cref="Append"/>) and in <see cref="Trim"/>, and what was read from there is given up then, in <see cref="Settle"/> and when a walk (<see cref="Next"/>) comes to another segment: bytes of the
/// log that were looked at before must not be looked at after these calls. Not thread-safe.
/// </summary>
internal sealed partial class RecordLog
{
    /// <summary>Bytes of a segment, but for records that are longer.</summary>
    public const int SegmentBytes = SegmentPool.SegmentBytes;

    /// <summary>Largest payload in bytes.</summary>
    public const int LongestPayload = LengthMask - Unit;

    private readonly RecordPrefix _prefix;
    private LogSegments _segments;
    private RecordsOnDisk? _onDisk;
    private nint[] _addresses;
    private int[] _used;
    private int _count;
    private int _capacity;
    private uint _mark;
    private List<uint> _dirty = [];

    /// <param name="savedBytes">How much of a payload's start a checkpoint must write again when a record is touched.</param>
    /// <param name="changingBytes">How much of it changes at all, where that is more.</param>
    public RecordLog(int savedBytes, int changingBytes = 0)
        : this(new RecordPrefix(savedBytes, Math.Max(savedBytes, changingBytes)), null)
    {
    }

    private RecordLog(RecordPrefix prefix, StateSpace? space)
    {
        _prefix = prefix;
        Begin(space);
    }

    /// <summary>Bytes of memory of all segments, without copies of records that are on disk.</summary>
    public long AllocatedBytes => _segments.MemoryBytes;

    /// <summary>Bytes of all segments that are on disk.</summary>
    public long SpilledBytes => _segments.DiskBytes;

    /// <summary>Bytes of memory of what was read from segments on disk.</summary>
    public long CopiedBytes => _onDisk?.Bytes ?? 0;

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

        Begin(space);
    }

    /// <summary>Forgets everything, and leaves its part of the budget to others: the log is not used again.</summary>
    public void GiveUp()
    {
        Clear();
        _segments.Space?.Dispose();
    }

    /// <summary>An empty log to take the place of this one, with the same part of the budget.</summary>
    public RecordLog Successor() => new(_prefix, _segments.Space);

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
        var reference = ReferenceOf(segment, at);
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
        _onDisk?.MarkDead(reference);
        DeadBytes += SizeOf(value & LengthMask);
        LiveCount--;
    }

    /// <summary>The first live record behind <paramref name="reference"/>, or 0. Pass 0 to begin.</summary>
    public uint Next(uint reference)
    {
        var segment = SegmentOf(reference);
        var at = reference == 0 ? Unit : OffsetOf(reference) + SizeOf(LengthOf(reference));
        while (segment < _count)
        {
            if (at < _used[segment])
            {
                _onDisk?.WalkTo(segment);
            }

            while (at < _used[segment])
            {
                var header = HeaderOf(segment, at);
                if ((header & Dead) == 0)
                {
                    return ReferenceOf(segment, at);
                }

                at += SizeOf(header & LengthMask);
            }

            segment++;
            at = 0;
        }

        _onDisk?.EndWalk();
        return 0;
    }

    /// <summary>Forgets everything; the memory of all but one segment is given up.</summary>
    public void Clear()
    {
        _onDisk?.Forget();
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
        for (var i = SegmentOf(reference) - 1; i >= 0 && _segments.IsThere(i); i--)
        {
            _segments.Release(i);
        }
    }

    /// <summary>Sends old segments to disk where memory is short, and gives up what was read from there.</summary>
    /// <exception cref="ObjectStoreException">The disk fails.</exception>
    public void Trim()
    {
        _segments.Trim();
        _onDisk?.Settle();
    }

    /// <summary>Sends old segments to disk where memory is short once an index takes so many bytes more.</summary>
    /// <exception cref="ObjectStoreException">The disk fails.</exception>
    public void MakeRoom(long bytes)
    {
        if (bytes > 0)
        {
            _segments.Trim(bytes);
        }
    }

    /// <summary>Gives up what was read from disk where it takes more than its part of the budget; for calls between batches.</summary>
    /// <exception cref="ObjectStoreException">The disk fails.</exception>
    public void Settle() => _onDisk?.Settle();

    /// <summary>True when records are on disk, so that <see cref="Ask"/> pays.</summary>
    public bool IsPartlyOnDisk => _segments.DiskBytes > 0;

    /// <summary>Says which records are looked at soon: reading those that are on disk begins. 0 is allowed.</summary>
    public void Ask(ReadOnlySpan<uint> references) => _onDisk?.Ask(references);

    /// <summary>Asks the processor to fetch a record that will be read soon; 0 is allowed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void Prefetch(uint reference)
    {
        if (Sse.IsSupported && reference != 0)
        {
            Sse.Prefetch0((void*)(AddressOf(reference) + ((nint)(reference & OffsetMask) << UnitBits))); // of no use for what is on disk, and no fault
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private nint AddressOf(uint reference) => Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_addresses), reference >> SegmentShift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe ref byte HeaderAt(uint reference)
    {
        var segment = AddressOf(reference);
        return ref Unsafe.AsRef<byte>((void*)(segment != 0 ? segment + ((nint)(reference & OffsetMask) << UnitBits) : OnDisk(reference)));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private nint OnDisk(uint reference) => _onDisk!.AddressOf(reference);

    private int HeaderOf(int segment, int at) => Unsafe.ReadUnaligned<int>(ref HeaderAt(ReferenceOf(segment, at)));

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
        _onDisk?.Settle();
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

    [MemberNotNull(nameof(_segments), nameof(_addresses), nameof(_used))]
    private void Begin(StateSpace? space)
    {
        _segments = new LogSegments(space);
        _onDisk = space is null ? null : new RecordsOnDisk(_segments, space, _prefix);
        (_addresses, _used) = (_segments.Addresses, _segments.Used);
    }
}
