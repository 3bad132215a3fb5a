using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CdcLake.State.Spilling;
using CdcLake.Storage;

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

    private const int LongestFirstRead = ReadBatch.LongestRead;
    private const int Ahead = 8;
    private const int WaitingBits = 9;

    // As many writes of single records take as long as reading and writing a segment.
    private const int FewChanges = 24;

    private readonly RecordLog _copies = new(0);
    private readonly RefIndex _index = new();
    private readonly List<(uint Reference, uint Copy)> _changed = [];
    private readonly SegmentRun _run = new(segments);
    private readonly byte[] _first = new byte[LongestFirstRead];

    // References of reads that are under way, by hash: of one that is not found here any more a record may be read twice.
    private readonly uint[] _waiting = new uint[1 << WaitingBits];
    private readonly uint[] _asked = new uint[ReadBatch.Most];

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
            var bytes = _first.AsSpan(0, FirstBytes(reference));
            _run.Read(RecordFormat.SegmentOf(reference), RecordFormat.OffsetOf(reference), bytes);
            copy = Add(reference, bytes);
        }

        return Address(copy);
    }

    /// <summary>Where a record's header is if there is a copy, else 0.</summary>
    public nint Peek(uint reference) => Find(reference) is var copy and not 0 ? Address(copy) : 0;

    /// <summary>Copies those of some records that are on disk, as many at once as the system allows; of others the disk is asked for, so that they are there when they are looked at. 0 is allowed.</summary>
    public void Ask(ReadOnlySpan<uint> references)
    {
        ReadBatch? batch = null;
        for (var i = 0; i < references.Length; i++)
        {
            _index.Prefetch(HashOf(references[Math.Min(i + Ahead, references.Length - 1)]));
            var reference = references[i];
            if (reference == 0 || segments.Addresses[RecordFormat.SegmentOf(reference)] != 0)
            {
                continue;
            }

            ref var waiting = ref _waiting[HashOf(reference) >> (32 - WaitingBits)];
            if (waiting == reference || Find(reference) != 0)
            {
                continue;
            }

            waiting = reference;
            batch ??= ReadBatch.Rent();
            _asked[batch.Count] = reference;
            segments.AddTo(batch, RecordFormat.SegmentOf(reference), RecordFormat.OffsetOf(reference), FirstBytes(reference));
            if (batch.IsFull)
            {
                Take(batch);
            }
        }

        if (batch is not null)
        {
            Take(batch);
            batch.GiveBack();
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
        _run.Forget();
        if (_index.Count > 0)
        {
            _copies.Clear();
            _index.Empty();
        }
    }

    private static uint HashOf(uint reference) => reference * 0x9E3779B1; // no two have the same

    private uint Find(uint reference) => _index.First(HashOf(reference));

    private unsafe nint Address(uint copy) => (nint)Unsafe.AsPointer(ref _copies.At(copy)) + ReferenceBytes;

    private int FirstBytes(uint reference) => Math.Min(_firstRead, segments.Used[RecordFormat.SegmentOf(reference)] - RecordFormat.OffsetOf(reference));

    private void Take(ReadBatch batch)
    {
        batch.Run();
        for (var i = 0; i < batch.Count; i++)
        {
            _waiting[HashOf(_asked[i]) >> (32 - WaitingBits)] = 0;
            if (batch[i] is { IsEmpty: false } bytes && Find(_asked[i]) == 0)
            {
                Add(_asked[i], bytes);
            }
        }

        batch.Clear();
    }

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
        _run.Forget();
        foreach (var (_, copy) in changed)
        {
            Now(_copies[copy]).CopyTo(OnDisk(_copies[copy]));
        }
    }
}
