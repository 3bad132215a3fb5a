using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using CdcLake.Common;

namespace CdcLake.Iceberg.Index;

/// <summary>A key that is one number, exactly.</summary>
/// <param name="Value">Its bytes, little endian, filled up with zeros.</param>
internal readonly record struct NumberKey(ulong Value) : IIndexKey<NumberKey>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Hash(ulong seed) => Hash64.Combine(Value, seed);

    /// <summary>One byte of null bits, which are not set, then one, four or eight bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NumberKey Of(ReadOnlySpan<byte> encoded, ulong seed) => new(encoded.Length switch
    {
        1 + sizeof(ulong) => BinaryPrimitives.ReadUInt64LittleEndian(encoded[1..]),
        1 + sizeof(uint) => BinaryPrimitives.ReadUInt32LittleEndian(encoded[1..]),
        _ => encoded[1],
    });
}
