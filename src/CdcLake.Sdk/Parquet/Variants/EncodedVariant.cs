using System.Buffers.Binary;
using CdcLake.Columnar;

namespace CdcLake.Parquet.Variants;

// 4 bytes   length of the metadata, little endian
// …         metadata, value

/// <summary>A variant as a cell in memory, for rows that move from file to file.</summary>
internal static class EncodedVariant
{
    public static void Append(BytesColumn target, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> value)
    {
        var cell = target.AppendUninitialized(sizeof(int) + (long)metadata.Length + value.Length);
        BinaryPrimitives.WriteInt32LittleEndian(cell, metadata.Length);
        metadata.CopyTo(cell[sizeof(int)..]);
        value.CopyTo(cell[(sizeof(int) + metadata.Length)..]);
    }

    public static Parts Of(ReadOnlySpan<byte> cell)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(cell);
        return new Parts(cell.Slice(sizeof(int), length), cell[(sizeof(int) + length)..]);
    }

    /// <summary>Both parts of a variant.</summary>
    public readonly ref struct Parts(ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> value)
    {
        public ReadOnlySpan<byte> Metadata { get; } = metadata;

        public ReadOnlySpan<byte> Value { get; } = value;
    }
}
