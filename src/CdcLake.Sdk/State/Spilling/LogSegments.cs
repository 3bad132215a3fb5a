using CdcLake.Storage;

namespace CdcLake.State.Spilling;

/// <summary>
/// The segments of one log, by number: the last ones in memory, those before them on disk once memory is short, the oldest first. One in memory has an address at which its bytes are read and changed;
/// it leaves memory only in <see cref="Add"/> and <see cref="Trim"/>. One on disk is read, and written, in parts; which of its records died there is known in memory. Not thread-safe.
/// </summary>
internal sealed class LogSegments
{
    private const int FirstBytes = 16 << 10; // a pipeline may have thousands of logs with a few rows each
    private const int GrowthBits = 2;
    private const int Growing = 3;

    // Of those that go to disk so many wait for their next use: room is wanted for something else.
    private const int KeptOfSpilled = 4;

    private readonly int _segmentBytes;
    private readonly StateSpace? _space;
    private SegmentMemory?[] _memory = new SegmentMemory[4];
    private SpilledSegment[] _disk = new SpilledSegment[4];
    private ulong[]?[] _dead = new ulong[4][];
    private nint[] _addresses = new nint[4];
    private int[] _used = new int[4];
    private int _onDisk;
    private int _watched;

    /// <param name="space">Part of the budget; null for segments that stay in memory.</param>
    public LogSegments(StateSpace? space)
    {
        _segmentBytes = space?.Budget.SegmentBytes ?? SegmentPool.SegmentBytes;
        _space = space;
    }

    /// <summary>Part of the budget; null for segments that stay in memory.</summary>
    public StateSpace? Space => _space;

    public int Count { get; private set; }

    /// <summary>Bytes of segments in memory, and of what is known of those on disk.</summary>
    public long MemoryBytes { get; private set; }

    /// <summary>Bytes of segments on disk.</summary>
    public long DiskBytes { get; private set; }

    /// <summary>Where each segment begins, 0 for one that is on disk; another array when there are more.</summary>
    public nint[] Addresses => _addresses;

    /// <summary>Bytes of each that are in use; another array when there are more.</summary>
    public int[] Used => _used;

    /// <summary>Bytes of the last segment; 0 when there is none.</summary>
    public int LastCapacity => Count == 0 ? 0 : _memory[Count - 1]!.Length;

    /// <summary>Adds a segment of <paramref name="bytes"/>, or of the usual size where that is more; the first ones of a log are shorter. Earlier ones go to disk where memory is short.</summary>
    /// <exception cref="ObjectStoreException">The disk is full, or the folder cannot be written to.</exception>
    public void Add(int bytes, int used)
    {
        var capacity = Math.Max(bytes, Math.Min(_segmentBytes, FirstBytes << (GrowthBits * Math.Min(Count, Growing))));
        Spill(Count, capacity);
        if (Count == _used.Length)
        {
            Array.Resize(ref _memory, Count * 2);
            Array.Resize(ref _disk, Count * 2);
            Array.Resize(ref _dead, Count * 2);
            Array.Resize(ref _addresses, Count * 2);
            Array.Resize(ref _used, Count * 2);
        }

        Place(Count, capacity);
        _used[Count] = used;
        Count++;
    }

    /// <summary>Gives the last segment more bytes; what is in use stays. Nobody may look at bytes of the log meanwhile.</summary>
    public void EnlargeLast(int bytes)
    {
        var last = Count - 1;
        var memory = _memory[last]!;
        Place(last, bytes);
        memory.GetSpan()[.._used[last]].CopyTo(_memory[last]!.GetSpan());
        MemoryBytes -= memory.Length;
    }

    /// <summary>Sends segments to disk while the store takes more memory than it may, once <paramref name="more"/> bytes are added to it; the last one stays. Nobody may look at bytes of the log meanwhile.</summary>
    /// <exception cref="ObjectStoreException">The disk is full, or the folder cannot be written to.</exception>
    public void Trim(long more = 0) => Spill(Count - 1, more);

    /// <summary>True when a segment is not in memory.</summary>
    public bool IsOnDisk(int segment) => segment < _onDisk && _memory[segment] is null;

    /// <summary>True until a segment is given up.</summary>
    public bool IsThere(int segment) => _memory[segment] is not null || _disk[segment].Capacity > 0;

    /// <summary>Bytes of a segment in memory. They stay what they are when it leaves memory.</summary>
    public Memory<byte> Bytes(int segment, int offset, int length) => _memory[segment]!.Memory.Slice(offset, length);

    /// <summary>Where a segment on disk lies.</summary>
    public SpilledSegment PlaceOf(int segment) => _disk[segment];

    /// <summary>A bit for each 8 bytes of a segment on disk where a record begins that died there; null when none did.</summary>
    public ulong[]? DeadOf(int segment) => _dead[segment];

    /// <summary>Remembers that a record of a segment on disk is dead.</summary>
    public void MarkDead(int segment, int offset)
    {
        if (_dead[segment] is null)
        {
            _dead[segment] = new ulong[(_used[segment] + 511) / 512];
            MemoryBytes += _dead[segment]!.Length * sizeof(ulong);
        }

        _dead[segment]![offset / 512] |= 1UL << (offset / 8 % 64);
    }

    /// <summary>Fills a span with bytes of a segment on disk.</summary>
    /// <exception cref="ObjectStoreException">The disk fails.</exception>
    public void Read(int segment, int offset, Span<byte> bytes) => _disk[segment].Extent.Read(bytes, _disk[segment].Offset + offset);

    /// <summary>Adds a read of a segment on disk to a batch.</summary>
    public void AddTo(ReadBatch batch, int segment, int offset, int length) => _disk[segment].Extent.AddTo(batch, _disk[segment].Offset + offset, length);

    /// <summary>Writes bytes into a segment on disk.</summary>
    /// <exception cref="ObjectStoreException">The disk fails.</exception>
    public void Write(int segment, int offset, ReadOnlySpan<byte> bytes) => _disk[segment].Extent.Write(bytes, _disk[segment].Offset + offset);

    /// <summary>All of a segment on disk.</summary>
    /// <exception cref="ObjectStoreException">The disk fails.</exception>
    public WholeSegment Open(int segment)
    {
        var bytes = new WholeSegment(_disk[segment], _used[segment]);
        try
        {
            bytes.Read();
            return bytes;
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>Says that a walk through all segments has come to one on disk: what comes next is asked for.</summary>
    public void WillWalk(int segment)
    {
        const int ahead = 4;
        for (var i = segment == 0 ? 1 : segment + ahead - 1; i < Math.Min(segment + ahead, _onDisk); i++)
        {
            if (IsOnDisk(i) && IsThere(i))
            {
                _disk[i].Extent.WillRead(_disk[i].Offset, _used[i]);
            }
        }
    }

    /// <summary>Says that another thread looks at bytes of all segments that are there now, until <see cref="Unwatch"/>: their memory is used for nothing else.</summary>
    public void Watch() => _watched = Count;

    public void Unwatch() => _watched = 0;

    /// <summary>Gives up a segment. Its number is not used again.</summary>
    public void Release(int segment)
    {
        if (_memory[segment] is { } memory)
        {
            GiveUp(segment, memory);
        }
        else if (IsThere(segment))
        {
            DiskBytes -= _disk[segment].Capacity;
            _space!.Budget.Free(_disk[segment]);
            _disk[segment] = default;
            MemoryBytes -= (_dead[segment]?.Length ?? 0) * sizeof(ulong);
            _dead[segment] = null;
        }

        _addresses[segment] = 0;
    }

    /// <summary>Gives up all segments but one, which is the first then: the last that is in memory, not longer than usual and not looked at by another thread.</summary>
    public void Clear()
    {
        var kept = Count - 1;
        while (kept >= 0 && (_watched > 0 || _memory[kept] is not { } memory || memory.Length > _segmentBytes))
        {
            kept--;
        }

        if (kept > 0)
        {
            (_memory[0], _memory[kept]) = (_memory[kept], _memory[0]);
            (_addresses[0], _addresses[kept]) = (_addresses[kept], _addresses[0]);
            (_disk[0], _disk[kept]) = (_disk[kept], _disk[0]);
            (_dead[0], _dead[kept]) = (_dead[kept], _dead[0]);
        }

        for (var i = kept < 0 ? 0 : 1; i < Count; i++)
        {
            Release(i);
        }

        Count = kept < 0 ? 0 : 1;
        _onDisk = 0;
        _watched = 0;
    }

    private void Place(int segment, int bytes)
    {
        var memory = bytes == SegmentPool.SegmentBytes ? SegmentPool.Shared.Rent() : new SegmentMemory(bytes);
        _memory[segment] = memory;
        _addresses[segment] = memory.Address;
        MemoryBytes += bytes;
    }

    // What another thread looks at is freed when that is done with it.
    private void GiveUp(int segment, SegmentMemory memory, int kept = int.MaxValue)
    {
        _memory[segment] = null;
        MemoryBytes -= memory.Length;
        if (segment >= _watched && memory.Length == SegmentPool.SegmentBytes)
        {
            SegmentPool.Shared.Return(memory, kept);
        }
        else if (segment >= _watched)
        {
            memory.Free();
        }
    }

    private void Spill(int below, long more)
    {
        while (_onDisk < below && _space?.IsExceeded(more) == true)
        {
            if (_memory[_onDisk] is { } memory)
            {
                var place = _space.Budget.Write(memory.GetSpan()[.._used[_onDisk]], memory.Length);
                _disk[_onDisk] = place;
                _addresses[_onDisk] = 0;
                DiskBytes += memory.Length;
                GiveUp(_onDisk, memory, KeptOfSpilled);
            }

            _onDisk++;
        }
    }
}
