using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CdcLake.Iceberg.Index;

/// <summary>
/// The form of a run's file: blocks of 4 KiB, each with as many slots as fit, in the order of their hashes, and behind them their number and a checksum of all before it. So a key is found
/// with one read, and what the disk gave back wrong is noticed.
/// </summary>
/// <typeparam name="TKey">How keys are kept.</typeparam>
internal static class RunBlocks<TKey>
    where TKey : unmanaged, IIndexKey<TKey>
{
    public const int BlockBytes = 4096;

    private const int CountOffset = BlockBytes - 16;
    private const int HashOffset = BlockBytes - 8;

    /// <summary>Slots in a full block.</summary>
    public static int SlotsPerBlock { get; } = CountOffset / Unsafe.SizeOf<KeySlot<TKey>>();

    /// <summary>The slots of a block that is being filled.</summary>
    public static Span<KeySlot<TKey>> SlotsOf(Span<byte> block) => MemoryMarshal.Cast<byte, KeySlot<TKey>>(block[..CountOffset])[..SlotsPerBlock];

    /// <summary>Ends a block that has been filled.</summary>
    public static void Seal(Span<byte> block, int slots)
    {
        BinaryPrimitives.WriteInt64LittleEndian(block[CountOffset..], slots);
        BinaryPrimitives.WriteUInt64LittleEndian(block[HashOffset..], XxHash3.HashToUInt64(block[..HashOffset]));
    }

    /// <summary>The slots of a block that was read.</summary>
    /// <exception cref="ObjectStoreException">It is not what was written.</exception>
    public static ReadOnlySpan<KeySlot<TKey>> Open(ReadOnlySpan<byte> block)
    {
        var slots = BinaryPrimitives.ReadInt64LittleEndian(block[CountOffset..]);
        return XxHash3.HashToUInt64(block[..HashOffset]) == BinaryPrimitives.ReadUInt64LittleEndian(block[HashOffset..]) && slots >= 0 && slots <= SlotsPerBlock
            ? MemoryMarshal.Cast<byte, KeySlot<TKey>>(block[..CountOffset])[..(int)slots]
            : throw new ObjectStoreException(
                "A file of the key index gave back other bytes than were written to it: its disk fails, or somebody changed it. Nothing that was committed is affected; the pipeline builds the index anew from the table.")
            {
                IsTransient = true,
            };
    }
}
