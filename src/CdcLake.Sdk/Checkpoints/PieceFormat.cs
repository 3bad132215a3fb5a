using System.IO.Hashing;

namespace CdcLake.Checkpoints;

// A piece file:
//
//   offset  size    field
//   0       8       "CDCLKST1"
//   8       ...     blocks, each:
//     0     4       CRC-32 of everything behind it in the block
//     4     4       kind: 1 bytes of a segment, 2 patches, 3 end
//     8     4       kind 1: number of the segment; kind 2: bytes of one patch; else 0
//     12    4       kind 1: offset in the segment; else 0
//     16    4       bytes of content
//     20    ...     content
//
// Little endian. The last block has kind 3 and no content.

/// <summary>Constants of piece files.</summary>
internal static class PieceFormat
{
    public const int BlockHeaderBytes = 20;

    public const int SegmentBlock = 1;
    public const int PatchBlock = 2;
    public const int EndBlock = 3;

    public static ReadOnlySpan<byte> Magic => "CDCLKST1"u8;

    /// <summary>The checksum of a block.</summary>
    /// <param name="header">The whole header, whose first four bytes do not count.</param>
    /// <param name="content">Content behind it.</param>
    public static uint Checksum(ReadOnlySpan<byte> header, ReadOnlySpan<byte> content)
    {
        var crc = new Crc32();
        crc.Append(header[sizeof(uint)..]);
        crc.Append(content);
        return crc.GetCurrentHashAsUInt32();
    }
}
