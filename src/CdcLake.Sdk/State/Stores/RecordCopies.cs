using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CdcLake.State.Spilling;

namespace CdcLake.State.Stores;

// A copy: the reference (4 bytes), the record with its header, then its changing bytes as they are on disk.

/// <summary>
/// Records of segments on disk that were looked at: each is read by itself, stays in memory until <see cref="WriteBack"/> and <see cref="Forget"/>, and is read and changed there meanwhile.
/// What changed is written back by the segment; a record that is dead is not written any more. Not thread-safe.
/// </summary>
/// <param name="segments">Those of the log.</param>
/// <param name="prefix">Of the log's records.</param>
internal sealed class RecordCopies(LogSegments segments, RecordPrefix prefix)
{
    private const int ReferenceBytes = 4;

    private const int LongestFirstRead = 1024;
    private const int Ahead = 8;

    // As many writes of single records take as long as reading and writing a segment.
    private const int FewChanges = 24;

    private readonly RecordLog _copies = new(0);
    private readonly RefIndex _index = new();
    private readonly List<(uint Reference, uint Copy)> _changed = [];
    private readonly byte[] _first = new byte[LongestFirstRead];

    // What is read at once, before the length is known: as much as the longest so far took.
    private int _firstRead = 64;

    /// <summary>Memory that copies take.</summary>
    public long Bytes => _index.Count == 0 ? 0 : _copies.UsedBytes + _index.Bytes;

    /// <summary>Where a record's header is; read from disk if need be.</summary>
    /// <exception cref="ObjectStoreException">The disk fails.</exception>
    public nint AddressOf(uint reference)
    {
        var copy = Find(reference);
        if (copy == 0)
        {
            var bytes = FirstBytes(reference);
            segments.Read(RecordFormat.SegmentOf(reference), RecordFormat.OffsetOf(reference), bytes);
            copy = Add(reference, bytes);
        }

        return Address(copy);
    }

    /// <summary>Where a record's header is if there is a copy, else 0.</summary>
    public nint Peek(uint reference) => Find(reference) is var copy and not 0 ? Address(copy) : 0;

    /// <summary>Copies those of some records that are on disk and that the system has in its cache; asks the disk for the others, so that they are there when they are looked at. 0 is allowed.</summary>
    public void Ask(ReadOnlySpan<uint> references)
    {
        for (var i = 0; i < references.Length; i++)
        {
            _index.Prefetch(HashOf(references[Math.Min(i + Ahead, references.Length - 1)]));
            var reference = references[i];
            if (reference == 0 || segments.Addresses[RecordFormat.SegmentOf(reference)] != 0 || Find(reference) != 0)
            {
                continue;
            }

            var bytes = FirstBytes(reference);
            if (segments.TryReadNow(RecordFormat.SegmentOf(reference), RecordFormat.OffsetOf(reference), bytes))
            {
                Add(reference, bytes);
            }
        }
    }

    /// <summary>Writes what changed to disk.</summary>
    /// <exception cref="ObjectStoreException">The disk fails.</exception>
    public void WriteBack()
    {
        if (_index.Count == 0)
        {
            return;
        }

        _changed.Clear();
        for (var copy = _copies.Next(0); copy != 0; copy = _copies.Next(copy))
        {
            var bytes = _copies[copy];
            if (!Now(bytes).SequenceEqual(OnDisk(bytes)) && (MemoryMarshal.Read<int>(bytes[ReferenceBytes..]) & RecordFormat.Dead) == 0)
            {
                _changed.Add((MemoryMarshal.Read<uint>(bytes), copy));
            }
        }

        _changed.Sort();
        var changed = CollectionsMarshal.AsSpan(_changed);
        while (!changed.IsEmpty)
        {
            var segment = RecordFormat.SegmentOf(changed[0].Reference);
            var count = 1;
            for (; count < changed.Length && RecordFormat.SegmentOf(changed[count].Reference) == segment; count++)
            {
            }

            Write(segment, changed[..count]);
            changed = changed[count..];
        }
    }

    /// <summary>Gives the memory of all copies up, with what was not written back.</summary>
    public void Forget()
    {
        if (_index.Count > 0)
        {
            _copies.Clear();
            _index.Empty();
        }
    }

    private static uint HashOf(uint reference) => reference * 0x9E3779B1; // no two have the same

    private uint Find(uint reference) => _index.First(HashOf(reference));

    private unsafe nint Address(uint copy) => (nint)Unsafe.AsPointer(ref _copies.At(copy)) + ReferenceBytes;

    private Span<byte> FirstBytes(uint reference) =>
        _first.AsSpan(0, Math.Min(_firstRead, segments.Used[RecordFormat.SegmentOf(reference)] - RecordFormat.OffsetOf(reference)));

    private uint Add(uint reference, ReadOnlySpan<byte> first)
    {
        var (segment, offset) = (RecordFormat.SegmentOf(reference), RecordFormat.OffsetOf(reference));
        var length = MemoryMarshal.Read<int>(first) & RecordFormat.LengthMask;
        var size = RecordFormat.HeaderBytes + length;
        var copy = _copies.Append(ReferenceBytes + size + Math.Min(prefix.Changing, length));
        var bytes = _copies[copy];
        MemoryMarshal.Write(bytes, reference);
        var record = bytes.Slice(ReferenceBytes, size);
        first[..Math.Min(first.Length, size)].CopyTo(record);
        if (size > first.Length)
        {
            _firstRead = Math.Clamp((size + 63) & -64, _firstRead, LongestFirstRead);
            segments.Read(segment, offset + first.Length, record[first.Length..]);
        }

        RecordFormat.CompleteOne(record, offset, segments.DeadOf(segment), prefix.Saved);
        Now(bytes).CopyTo(OnDisk(bytes));
        _index.Insert(HashOf(reference), copy);
        return copy;
    }

    // The changing bytes of a copy: as they are, and as they are on disk.
    private Span<byte> Now(Span<byte> copy) => copy.Slice(ReferenceBytes + RecordFormat.HeaderBytes, Changing(copy));

    private Span<byte> OnDisk(Span<byte> copy) => copy[^Changing(copy)..];

    private int Changing(Span<byte> copy) => Math.Min(prefix.Changing, MemoryMarshal.Read<int>(copy[ReferenceBytes..]) & RecordFormat.LengthMask);

    private void Write(int segment, ReadOnlySpan<(uint Reference, uint Copy)> changed)
    {
        using var whole = changed.Length > FewChanges ? segments.Open(segment) : null;
        foreach (var (reference, copy) in changed)
        {
            var at = RecordFormat.OffsetOf(reference) + RecordFormat.HeaderBytes;
            var bytes = _copies[copy];
            if (whole is null)
            {
                segments.Write(segment, at, Now(bytes));
            }
            else
            {
                Now(bytes).CopyTo(whole.Bytes[at..]);
            }
        }

        whole?.Write();
        foreach (var (_, copy) in changed)
        {
            Now(_copies[copy]).CopyTo(OnDisk(_copies[copy]));
        }
    }
}
