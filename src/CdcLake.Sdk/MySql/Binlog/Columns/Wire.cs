using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace CdcLake.MySql.Binlog.Columns;

/// <summary>Unaligned loads behind a bounds check that was made for a whole row.</summary>
internal static class Wire
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort UInt16(ref byte at)
    {
        var value = Unsafe.ReadUnaligned<ushort>(ref at);
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint UInt32(ref byte at)
    {
        var value = Unsafe.ReadUnaligned<uint>(ref at);
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong UInt64(ref byte at)
    {
        var value = Unsafe.ReadUnaligned<ulong>(ref at);
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }

    /// <summary>A big-endian number of <paramref name="size"/> bytes, at most 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong BigEndian(ref byte at, int size)
    {
        ulong value = 0;
        for (var i = 0; i < size; i++)
        {
            value = (value << 8) | Unsafe.Add(ref at, i);
        }

        return value;
    }

    /// <summary>A little-endian number of <paramref name="size"/> bytes, at most 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong LittleEndian(ref byte at, int size)
    {
        ulong value = 0;
        for (var i = size - 1; i >= 0; i--)
        {
            value = (value << 8) | Unsafe.Add(ref at, i);
        }

        return value;
    }
}
