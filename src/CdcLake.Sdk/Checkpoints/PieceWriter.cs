using System.Buffers;
using System.Buffers.Binary;
using CdcLake.State.Stores;
using CdcLake.Storage;

namespace CdcLake.Checkpoints;

/// <summary>Writes one piece: all of a log, or what changed in it.</summary>
internal static class PieceWriter
{
    private const int PatchesPerBlock = 16_384;

    /// <param name="log">Must not change until the call returns; counts as saved afterwards.</param>
    /// <param name="isFull">All of the log, else what was appended or touched since it was last saved.</param>
    /// <param name="into">Left open: the caller completes it.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public static async Task WriteAsync(RecordLog log, bool isFull, IObjectWriter into, CancellationToken cancellationToken)
    {
        var touched = log.TakeTouched();
        await into.WriteAsync(PieceFormat.Magic.ToArray(), cancellationToken).ConfigureAwait(false);
        foreach (var chunk in isFull ? log.All() : log.Appended())
        {
            await WriteBlockAsync(PieceFormat.SegmentBlock, chunk.Segment, chunk.Offset, chunk.Bytes, into, cancellationToken).ConfigureAwait(false);
        }

        if (!isFull)
        {
            await WritePatchesAsync(log, touched, into, cancellationToken).ConfigureAwait(false);
        }

        await WriteBlockAsync(PieceFormat.EndBlock, 0, 0, default, into, cancellationToken).ConfigureAwait(false);
        log.MarkSaved();
    }

    private static async Task WritePatchesAsync(RecordLog log, IReadOnlyList<uint> touched, IObjectWriter into, CancellationToken cancellationToken)
    {
        var size = log.PatchBytes;
        for (var start = 0; start < touched.Count; start += PatchesPerBlock)
        {
            var count = Math.Min(PatchesPerBlock, touched.Count - start);
            var buffer = ArrayPool<byte>.Shared.Rent(count * size);
            try
            {
                for (var i = 0; i < count; i++)
                {
                    log.WritePatch(touched[start + i], buffer.AsSpan(i * size, size));
                }

                await WriteBlockAsync(PieceFormat.PatchBlock, size, 0, buffer.AsMemory(0, count * size), into, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private static async Task WriteBlockAsync(
        int kind, int first, int second, ReadOnlyMemory<byte> content, IObjectWriter into, CancellationToken cancellationToken)
    {
        var header = new byte[PieceFormat.BlockHeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), kind);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), first);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), second);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header, PieceFormat.Checksum(header, content.Span));
        await into.WriteAsync(header, cancellationToken).ConfigureAwait(false);
        await into.WriteAsync(content, cancellationToken).ConfigureAwait(false);
    }
}
