using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using static CdcLake.State.Stores.RecordFormat;

namespace CdcLake.State.Stores;

internal sealed partial class RecordLog
{
    // What it costs to write a touched record again, in bytes appended: it has to be fetched from wherever it lies.
    private const int TouchCost = 64;
    private const long MostCopied = 64 << 20;

    private int _savedSegments;
    private int _savedOffset;
    private long _savedBytes;

    /// <summary>Bytes of one entry that <see cref="WritePatch"/> makes: reference (4), header (4), prefix.</summary>
    public int PatchBytes => 8 + _prefix.Saved;

    /// <summary>True when nothing was appended or touched since the last <see cref="MarkSaved"/>.</summary>
    public bool IsSaved => _dirty.Count == 0 && _savedSegments == _count && (_count == 0 || _savedOffset == _used[_count - 1]);

    /// <summary>About how many bytes a checkpoint has to write that holds what changed since the last <see cref="MarkSaved"/>.</summary>
    public long UnsavedBytes => UsedBytes - _savedBytes + ((long)_dirty.Count * TouchCost);

    /// <summary>Bytes that were appended since the last <see cref="MarkSaved"/>.</summary>
    public IEnumerable<LogChunk> Appended() => Chunks(Math.Max(0, _savedSegments - 1), _savedOffset);

    /// <summary>All bytes of the log.</summary>
    public IEnumerable<LogChunk> All() => Chunks(0, 0);

    /// <summary>
    /// All bytes there are, to be copied by another thread while the log goes on; they count as saved from here on. Bytes that change in place while they are copied
    /// belong to records that count as touched then, and records appended later are not among them.
    /// </summary>
    public IReadOnlyList<LogChunk> BeginCopy()
    {
        TakeTouched();
        var all = All().ToList();
        MarkSaved();
        _segments.Watch();
        return all;
    }

    /// <summary>
    /// As <see cref="BeginCopy"/>, of what changed since the last <see cref="MarkSaved"/> alone: bytes that were appended, and what <see cref="WritePatch"/> makes of records that were touched, one behind the other, unless these are too many to be copied.
    /// </summary>
    public (IReadOnlyList<LogChunk> Appended, byte[] Patches) BeginCopyOfChanges()
    {
        var touched = (long)_dirty.Count * PatchBytes <= MostCopied ? TakeTouched() : []; // else they stay touched
        var patches = new byte[touched.Count * PatchBytes];
        for (var i = 0; i < touched.Count; i++)
        {
            WritePatch(touched[i], patches.AsSpan(i * PatchBytes, PatchBytes));
        }

        var appended = Appended().ToList();
        MarkSaved();
        _segments.Watch();
        return (appended, patches);
    }

    /// <summary>
    /// The records touched since the last <see cref="MarkSaved"/>, as they are now; they count as untouched from here on. Take it before reading chunks.
    /// </summary>
    public IReadOnlyList<uint> TakeTouched()
    {
        var touched = _dirty;
        _dirty = [];
        foreach (var reference in touched)
        {
            if (_addresses[SegmentOf(reference)] != 0 || _onDisk!.HasCopy(reference))
            {
                ref var header = ref HeaderAt(reference);
                Unsafe.WriteUnaligned(ref header, Unsafe.ReadUnaligned<int>(ref header) & ~Dirty);
            }
        }

        return touched;
    }

    /// <summary>Writes what changed in place in one record: <see cref="PatchBytes"/> bytes.</summary>
    public void WritePatch(uint reference, Span<byte> into)
    {
        Settle();
        into[..PatchBytes].Clear();
        var payload = this[reference];
        BinaryPrimitives.WriteUInt32LittleEndian(into, reference);
        BinaryPrimitives.WriteInt32LittleEndian(into[4..], Unsafe.ReadUnaligned<int>(ref HeaderAt(reference)));
        payload[..Math.Min(_prefix.Saved, payload.Length)].CopyTo(into[8..]);
    }

    /// <summary>All of the log is in a checkpoint now.</summary>
    public void MarkSaved()
    {
        _segments.Unwatch();
        _savedSegments = _count;
        _savedBytes = UsedBytes;
        _savedOffset = _count == 0 ? 0 : _used[_count - 1];
        _mark = _count == 0 ? 0 : ((uint)(_count - 1) << SegmentShift) + (uint)Math.Min(_savedOffset >> UnitBits, SegmentBytes >> UnitBits);
    }

    /// <summary>Makes room for a chunk that is read back and gives the bytes to fill. Chunks come in the order in which they were written.</summary>
    /// <returns>Empty when the chunk cannot follow what is there.</returns>
    public Memory<byte> LoadChunk(int segment, int offset, int length)
    {
        if (length <= 0 || offset < 0 || (offset | length) % Unit != 0)
        {
            return default;
        }

        if (segment == _count && offset == 0)
        {
            PlaceSegment(length, length);
        }
        else if (segment == _count - 1 && offset == _used[segment] && length <= Math.Max(_capacity, SegmentBytes) - offset)
        {
            Enlarge(offset + length); // a log with a larger budget has longer segments
            _used[segment] = offset + length;
        }
        else
        {
            return default;
        }

        return _segments.Bytes(segment, offset, length);
    }

    /// <summary>Applies what <see cref="WritePatch"/> wrote; false when it does not fit a record.</summary>
    public bool TryApplyPatch(ReadOnlySpan<byte> patch)
    {
        var reference = BinaryPrimitives.ReadUInt32LittleEndian(patch);
        var header = BinaryPrimitives.ReadInt32LittleEndian(patch[4..]);
        var (segment, at) = (SegmentOf(reference), OffsetOf(reference));
        if (reference == 0 || segment >= _count || at >= _used[segment] || ((Unsafe.ReadUnaligned<int>(ref HeaderAt(reference)) ^ header) & LengthMask) != 0)
        {
            return false;
        }

        Settle();
        Unsafe.WriteUnaligned(ref HeaderAt(reference), header & ~Dirty);
        var payload = this[reference];
        patch.Slice(8, Math.Min(_prefix.Saved, payload.Length)).CopyTo(payload);
        if ((header & Dead) != 0)
        {
            _onDisk?.MarkDead(reference);
        }

        return true;
    }

    /// <summary>Counts what was read back; false when the records do not fill their segments exactly.</summary>
    public bool TryFinishLoad()
    {
        UsedBytes = DeadBytes = LiveCount = 0;
        for (var segment = 0; segment < _count; segment++)
        {
            _onDisk?.WalkTo(segment);
            var at = FirstIn(segment, 0);
            while (at < _used[segment])
            {
                var header = HeaderOf(segment, at);
                var size = SizeOf(header & LengthMask);
                if (size > _used[segment] - at)
                {
                    return false;
                }

                UsedBytes += size;
                DeadBytes += (header & Dead) != 0 ? size : 0;
                LiveCount += (header & Dead) != 0 ? 0 : 1;
                at += size;
            }
        }

        _onDisk?.EndWalk();
        MarkSaved();
        return true;
    }

    private IEnumerable<LogChunk> Chunks(int segment, int offset)
    {
        _onDisk?.WriteBack();
        return Enumerable.Range(segment, Math.Max(0, _count - segment)).Select(s => Chunk(s, s == segment ? offset : 0)).Where(c => c.Length > 0);
    }

    private LogChunk Chunk(int segment, int offset)
    {
        var length = _used[segment] - offset;
        return _segments.IsOnDisk(segment)
            ? new LogChunk(segment, offset, length, default) { Place = _segments.PlaceOf(segment), Dead = _segments.DeadOf(segment), SavedPrefix = _prefix.Saved }
            : new LogChunk(segment, offset, length, _segments.Bytes(segment, offset, length));
    }
}
