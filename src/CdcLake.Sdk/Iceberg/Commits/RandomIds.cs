using System.Buffers.Binary;
using System.Security.Cryptography;
using CdcLake.Iceberg.Spec;

namespace CdcLake.Iceberg.Commits;

/// <summary>Names that no other writer chooses: snapshot ids and UUIDs.</summary>
internal static class RandomIds
{
    /// <summary>A positive snapshot id that <paramref name="table"/> does not have.</summary>
    public static long SnapshotId(TableMetadata table)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        while (true)
        {
            RandomNumberGenerator.Fill(bytes);
            var id = BinaryPrimitives.ReadInt64LittleEndian(bytes) & long.MaxValue;
            if (id > 0 && table.FindSnapshot(id) is null)
            {
                return id;
            }
        }
    }

    /// <summary>A random UUID (version 4) as lower-case text.</summary>
    public static string Uuid()
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }
}
