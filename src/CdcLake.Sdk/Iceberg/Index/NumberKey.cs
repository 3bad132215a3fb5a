using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using CdcLake.Common;

namespace CdcLake.Iceberg.Index;

/// <summary>A key that is one number, exactly.</summary>
/// <param name="Value">Its bytes, little endian, filled up with zeros.</param>
internal readonly record struct NumberKey(ulong Value) : IIndexKey<NumberKey>
{
    private static readonly ulong Seed = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    public ulong Hash
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Hash64.Combine(Value, Seed);
    }

    /// <summary>One byte of null bits, which are not set, then one, four or eight bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static NumberKey Of(ReadOnlySpan<byte> encoded) => new(encoded.Length switch
    {
        1 + sizeof(ulong) => BinaryPrimitives.ReadUInt64LittleEndian(encoded[1..]),
        1 + sizeof(uint) => BinaryPrimitives.ReadUInt32LittleEndian(encoded[1..]),
        _ => encoded[1],
    });
}
