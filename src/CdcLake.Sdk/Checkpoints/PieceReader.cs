using System.Buffers.Binary;
using System.IO.Hashing;
using CdcLake.State.Stores;

namespace CdcLake.Checkpoints;

/// <summary>Reads one piece into a log that holds what the pieces before it held.</summary>
internal static class PieceReader
{
    /// <returns>Null, or what is wrong with the piece.</returns>
    public static async Task<string?> ReadAsync(Stream piece, CheckpointPiece described, RecordLog log, CancellationToken cancellationToken)
    {
        var digest = new XxHash128();
        var damage = await ReadAsync(piece, described.Bytes, digest, log, cancellationToken).ConfigureAwait(false);
        return damage is null && Convert.ToHexStringLower(digest.GetCurrentHash()) != described.Digest ? "it is another file than the one that was written" : damage;
    }

    private static async Task<string?> ReadAsync(Stream piece, long bytes, XxHash128 digest, RecordLog log, CancellationToken cancellationToken)
    {
        var header = new byte[PieceFormat.BlockHeaderBytes];
        var left = bytes - PieceFormat.Magic.Length;
        if (!await TryReadAsync(piece, digest, header.AsMemory(0, PieceFormat.Magic.Length), cancellationToken).ConfigureAwait(false)
            || !header.AsSpan(0, PieceFormat.Magic.Length).SequenceEqual(PieceFormat.Magic))
        {
            return "it does not begin like a piece of state";
        }

        while (await TryReadAsync(piece, digest, header, cancellationToken).ConfigureAwait(false))
        {
            left -= header.Length;
            var kind = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4));
            var length = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(16));
            if (length < 0 || length > left)
            {
                return "a block in it is longer than the rest of the file";
            }

            var content = ContentOf(header, kind, length, log);
            if (content.Length != length
                || !await TryReadAsync(piece, digest, content, cancellationToken).ConfigureAwait(false)
                || PieceFormat.Checksum(header, content.Span) != BinaryPrimitives.ReadUInt32LittleEndian(header))
            {
                return $"the block at byte {bytes - left - header.Length} is damaged";
            }

            left -= length;
            if (kind == PieceFormat.EndBlock)
            {
                return left == 0 ? null : "it goes on behind its end";
            }

            if (kind == PieceFormat.PatchBlock && !TryApply(content.Span, log))
            {
                return "a change in it belongs to no record";
            }
        }

        return "its end is missing";
    }

    /// <summary>Where the content of a block goes; of another length than the block says when it cannot be.</summary>
    private static Memory<byte> ContentOf(byte[] header, int kind, int length, RecordLog log) => kind switch
    {
        PieceFormat.SegmentBlock => log.LoadChunk(
            BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(8)), BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(12)), length),
        PieceFormat.PatchBlock when BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(8)) == log.PatchBytes => new byte[length],
        PieceFormat.EndBlock => default,
        _ => new byte[length == 0 ? 1 : 0],
    };

    private static bool TryApply(ReadOnlySpan<byte> patches, RecordLog log)
    {
        while (patches.Length >= log.PatchBytes)
        {
            if (!log.TryApplyPatch(patches[..log.PatchBytes]))
            {
                return false;
            }

            patches = patches[log.PatchBytes..];
        }

        return patches.IsEmpty;
    }

    private static async Task<bool> TryReadAsync(Stream piece, XxHash128 digest, Memory<byte> into, CancellationToken cancellationToken)
    {
        var read = await piece.ReadAtLeastAsync(into, into.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        digest.Append(into.Span[..read]);
        return read == into.Length;
    }
}
