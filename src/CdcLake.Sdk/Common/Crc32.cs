using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ArmCrc32 = System.Runtime.Intrinsics.Arm.Crc32;

namespace CdcLake.Common;

// CRC-32 as in zlib, IEEE 802.3 and the binary log: polynomial 0x04C11DB7, bits reflected (0xEDB88320), register preset and result inverted.
// Check value: the ASCII digits 123456789 give 0xCBF43926.

/// <summary>The CRC-32 of zlib, with carry-less multiplication where the processor has it (more than 10 GB/s), else by tables.</summary>
internal static class Crc32
{
    private const int Slices = 8;
    private static readonly uint[] Tables = CreateTables();

    /// <summary>The checksum of <paramref name="bytes"/>; pass an earlier result to continue it.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes, uint previous = 0)
    {
        var register = ~previous;
        if (Pclmulqdq.IsSupported && Sse2.IsSupported && bytes.Length >= Crc32Folding.MinLength)
        {
            register = Crc32Folding.Update(register, ref bytes);
        }
        else if (ArmCrc32.Arm64.IsSupported)
        {
            register = UpdateArm(register, ref bytes);
        }

        return ~UpdateByTables(register, bytes);
    }

    /// <summary>Advances the register (not inverted) without special instructions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static uint UpdateByTables(uint register, ReadOnlySpan<byte> bytes)
    {
        ref var tables = ref System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(Tables);
        while (bytes.Length >= Slices)
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ register;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            register = Entry(ref tables, 7, low) ^ Entry(ref tables, 6, low >> 8) ^ Entry(ref tables, 5, low >> 16) ^ Entry(ref tables, 4, low >> 24)
                ^ Entry(ref tables, 3, high) ^ Entry(ref tables, 2, high >> 8) ^ Entry(ref tables, 1, high >> 16) ^ Entry(ref tables, 0, high >> 24);
            bytes = bytes[Slices..];
        }

        foreach (var b in bytes)
        {
            register = (register >> 8) ^ Entry(ref tables, 0, register ^ b);
        }

        return register;
    }

    private static uint UpdateArm(uint register, ref ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= 8)
        {
            register = ArmCrc32.Arm64.ComputeCrc32(register, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        return register;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Entry(ref uint tables, int slice, uint value) => Unsafe.Add(ref tables, (slice << 8) | (int)(value & 0xFF));

    private static uint[] CreateTables()
    {
        var tables = new uint[Slices * 256];
        for (var i = 0; i < 256; i++)
        {
            var value = (uint)i;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? (value >> 1) ^ 0xEDB88320 : value >> 1;
            }

            tables[i] = value;
        }

        for (var i = 256; i < tables.Length; i++)
        {
            tables[i] = (tables[i - 256] >> 8) ^ tables[tables[i - 256] & 0xFF];
        }

        return tables;
    }
}
