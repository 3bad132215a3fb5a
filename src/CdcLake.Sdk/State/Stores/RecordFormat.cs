using System.Runtime.InteropServices;

namespace CdcLake.State.Stores;

// A record, aligned to 8 bytes inside its segment:
//
//   offset  size    field
//   0       4       header: bits 0-29 payload bytes, bit 30 dead, bit 31 changed since the last checkpoint
//   4       length  payload: a prefix that its owner changes in place, then bytes that never change
//
// A reference is segment << 17 | offset / 8; 0 means none. References ascend in the order of appending, so at most 32 GiB fit one log. The first 8 bytes of the first segment are unused.
//
// In a segment on disk, bit 31 means nothing, and a record may be dead without bit 30: that is known in memory.

/// <summary>How records lie in their segments.</summary>
internal static class RecordFormat
{
    public const int UnitBits = 3;
    public const int Unit = 1 << UnitBits;
    public const int SegmentShift = 20 - UnitBits;
    public const int OffsetMask = (1 << SegmentShift) - 1;
    public const int MostSegments = 1 << (32 - SegmentShift);
    public const int HeaderBytes = 4;
    public const int LengthMask = (1 << 30) - 1;
    public const int Dead = 1 << 30;
    public const int Dirty = 1 << 31;

    /// <summary>Bytes that a record takes.</summary>
    public static int SizeOf(int length) => (length + HeaderBytes + Unit - 1) & ~(Unit - 1);

    public static int SegmentOf(uint reference) => (int)(reference >> SegmentShift);

    public static int OffsetOf(uint reference) => (int)(reference & OffsetMask) << UnitBits;

    public static uint ReferenceOf(int segment, int offset) => ((uint)segment << SegmentShift) | (uint)(offset >> UnitBits);

    /// <summary>Where the first record of bytes begins that begin at <paramref name="offset"/> of a segment.</summary>
    public static int FirstIn(int segment, int offset) => segment == 0 && offset == 0 ? Unit : 0;

    /// <summary>Makes of whole records as they are on disk what they stand for. Other bytes, of a place that another store took meanwhile, do no harm.</summary>
    /// <param name="bytes">The records.</param>
    /// <param name="segment">Their segment.</param>
    /// <param name="offset">Where in it they begin.</param>
    /// <param name="dead">A bit for each unit of the segment where a record begins that is dead; null when none is.</param>
    /// <param name="patchBytes">Bytes of the prefix that a checkpoint writes, which are zero in a dead record.</param>
    public static void Complete(Span<byte> bytes, int segment, int offset, ulong[]? dead, int patchBytes)
    {
        for (var at = FirstIn(segment, offset); at < bytes.Length;)
        {
            at += Math.Min(SizeOf(CompleteOne(bytes[at..], offset + at, dead, patchBytes)), bytes.Length - at);
        }
    }

    /// <summary>As <see cref="Complete"/>, of the first record alone.</summary>
    /// <returns>Bytes of its payload.</returns>
    public static int CompleteOne(Span<byte> record, int offset, ulong[]? dead, int patchBytes)
    {
        var header = MemoryMarshal.Read<int>(record) & ~Dirty;
        var length = header & LengthMask;
        if (dead is not null && (dead[offset >> (UnitBits + 6)] >> ((offset >> UnitBits) & 63) & 1) != 0)
        {
            header |= Dead;
            record.Slice(HeaderBytes, Math.Min(Math.Min(patchBytes, length), record.Length - HeaderBytes)).Clear();
        }

        MemoryMarshal.Write(record, header);
        return length;
    }
}

/// <summary>How much of a payload's start changes.</summary>
/// <param name="Saved">Bytes that a checkpoint must write again when a record is touched. A dead record has zeros there.</param>
/// <param name="Changing">Bytes that may change at all, links included that are made anew after a restart.</param>
internal readonly record struct RecordPrefix(int Saved, int Changing);
