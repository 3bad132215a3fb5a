using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using CdcLake.Compression;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Puffin;

// Blob "deletion-vector-v1" (Puffin specification, "deletion-vector-v1 blob type"):
//
//   4   length of magic and bitmap, BIG endian
//   4   magic D1 D3 39 64
//   n   deleted rows as a 64-bit Roaring bitmap, see RoaringFormat
//   4   CRC-32 of magic and bitmap, BIG endian

/// <summary>The deleted rows of one data file (format 3), as they stand in a Puffin file.</summary>
internal static class DeletionVector
{
    /// <summary>Type of the blob.</summary>
    public const string BlobType = "deletion-vector-v1";

    /// <summary>Blob property: the data file's path.</summary>
    public const string ReferencedDataFile = "referenced-data-file";

    /// <summary>Blob property: how many rows are deleted.</summary>
    public const string Cardinality = "cardinality";

    /// <summary>The reserved field id that a blob names as its field: row positions.</summary>
    public const int PositionFieldId = 2147483645;

    private const int Frame = 2 * sizeof(int);

    private static ReadOnlySpan<byte> Magic => [0xD1, 0xD3, 0x39, 0x64];

    /// <summary>The whole blob, frame included.</summary>
    /// <exception cref="OverflowException">More than 2 GiB.</exception>
    public static byte[] Write(PositionSet positions)
    {
        var content = new ArrayBufferWriter<byte>();
        content.Write(Magic);
        RoaringWriter.Write(positions, content);
        var blob = new byte[checked(content.WrittenCount + Frame)];
        BinaryPrimitives.WriteInt32BigEndian(blob, content.WrittenCount);
        content.WrittenSpan.CopyTo(blob.AsSpan(sizeof(int)));
        BinaryPrimitives.WriteUInt32BigEndian(blob.AsSpan(sizeof(int) + content.WrittenCount), Crc32.HashToUInt32(content.WrittenSpan));
        return blob;
    }

    /// <param name="blob">The whole blob.</param>
    /// <param name="rows">Rows of the data file.</param>
    /// <exception cref="CorruptDataException">Malformed, or it deletes rows that the file does not have.</exception>
    public static PositionSet Read(ReadOnlySpan<byte> blob, long rows)
    {
        if (blob.Length < Frame + Magic.Length)
        {
            throw new CorruptDataException("Deletion vector", 0, $"{blob.Length} bytes are too few");
        }

        var length = BinaryPrimitives.ReadInt32BigEndian(blob);
        if (length != blob.Length - Frame)
        {
            throw new CorruptDataException("Deletion vector", 0, $"its length is {length}, its place has {blob.Length} bytes with a frame of {Frame}");
        }

        var content = blob.Slice(sizeof(int), length);
        if (!content.StartsWith(Magic))
        {
            throw new CorruptDataException("Deletion vector", sizeof(int), $"magic {Convert.ToHexString(content[..Magic.Length])} instead of {Convert.ToHexString(Magic)}");
        }

        var crc = BinaryPrimitives.ReadUInt32BigEndian(blob[(sizeof(int) + length)..]);
        return Crc32.HashToUInt32(content) == crc
            ? RoaringReader.Read(content[Magic.Length..], rows)
            : throw new CorruptDataException("Deletion vector", blob.Length - sizeof(int), "its checksum does not match");
    }
}
