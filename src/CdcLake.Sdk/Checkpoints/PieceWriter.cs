using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using CdcLake.State.Stores;
using CdcLake.Storage;

namespace CdcLake.Checkpoints;

/// <summary>Writes one piece: all of a log, or what changed in it. Not thread-safe.</summary>
internal sealed class PieceWriter : IAsyncDisposable
{
    private const int PatchesPerBlock = 16_384;

    private readonly IObjectWriter _into;
    private readonly XxHash128 _digest = new();
    private readonly string _name;

    private PieceWriter(IObjectWriter into, string name)
    {
        _into = into;
        _name = name;
    }

    public static async Task<PieceWriter> CreateAsync(IObjectStore files, string name, CancellationToken cancellationToken)
    {
        var writer = new PieceWriter(await files.CreateAsync(name, cancellationToken).ConfigureAwait(false), name);
        await writer.AppendAsync(PieceFormat.Magic.ToArray(), cancellationToken).ConfigureAwait(false);
        return writer;
    }

    /// <summary>
    /// Writes bytes of a log that changes meanwhile, as they are at some moment. What changes in place has to be written by <see cref="WriteChangesAsync"/> afterwards,
    /// which takes the place of it when the piece is read.
    /// </summary>
    public async Task CopyAsync(IEnumerable<LogChunk> chunks, CancellationToken cancellationToken)
    {
        foreach (var chunk in chunks)
        {
            var copy = ArrayPool<byte>.Shared.Rent(chunk.Length);
            try
            {
                chunk.CopyTo(copy);
                await WriteBlockAsync(PieceFormat.SegmentBlock, chunk.Segment, chunk.Offset, copy.AsMemory(0, chunk.Length), cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(copy);
            }
        }
    }

    /// <summary>Writes what <see cref="RecordLog.BeginCopyOfChanges"/> gave, while the log goes on.</summary>
    /// <param name="chunks">Bytes that were appended.</param>
    /// <param name="patches">Records that were touched.</param>
    /// <param name="size">Bytes of one of them.</param>
    /// <param name="cancellationToken">Ends the wait for the disk.</param>
    public async Task CopyAsync(IEnumerable<LogChunk> chunks, ReadOnlyMemory<byte> patches, int size, CancellationToken cancellationToken)
    {
        await CopyAsync(chunks, cancellationToken).ConfigureAwait(false);
        for (; !patches.IsEmpty; patches = patches[Math.Min(patches.Length, PatchesPerBlock * size)..])
        {
            await WriteBlockAsync(PieceFormat.PatchBlock, size, 0, patches[..Math.Min(patches.Length, PatchesPerBlock * size)], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes all of a log. It must not change until the call returns, and counts as saved afterwards.</summary>
    public async Task WriteAllAsync(RecordLog log, CancellationToken cancellationToken)
    {
        log.TakeTouched();
        await WriteAsync(log.All(), cancellationToken).ConfigureAwait(false);
        log.MarkSaved();
    }

    /// <summary>Writes what was appended or touched since the log was last saved. It must not change until the call returns, and counts as saved afterwards.</summary>
    public async Task WriteChangesAsync(RecordLog log, CancellationToken cancellationToken)
    {
        var touched = log.TakeTouched();
        await WriteAsync(log.Appended(), cancellationToken).ConfigureAwait(false);
        await WritePatchesAsync(log, touched, cancellationToken).ConfigureAwait(false);
        log.MarkSaved();
    }

    /// <summary>Writes the end; the piece exists once <see cref="CompleteAsync"/> has made it durable.</summary>
    public async Task<CheckpointPiece> EndAsync(CancellationToken cancellationToken)
    {
        await WriteBlockAsync(PieceFormat.EndBlock, 0, 0, default, cancellationToken).ConfigureAwait(false);
        return new CheckpointPiece(_name, _into.Length, Convert.ToHexStringLower(_digest.GetCurrentHash()));
    }

    public Task CompleteAsync(CancellationToken cancellationToken) => _into.CompleteAsync(cancellationToken);

    public ValueTask DisposeAsync() => _into.DisposeAsync();

    private async Task WriteAsync(IEnumerable<LogChunk> chunks, CancellationToken cancellationToken)
    {
        foreach (var chunk in chunks)
        {
            if (chunk.Memory.IsEmpty)
            {
                await CopyAsync([chunk], cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await WriteBlockAsync(PieceFormat.SegmentBlock, chunk.Segment, chunk.Offset, chunk.Memory, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task WritePatchesAsync(RecordLog log, IReadOnlyList<uint> touched, CancellationToken cancellationToken)
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

                await WriteBlockAsync(PieceFormat.PatchBlock, size, 0, buffer.AsMemory(0, count * size), cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private async Task WriteBlockAsync(int kind, int first, int second, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var header = new byte[PieceFormat.BlockHeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), kind);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), first);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), second);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header, PieceFormat.Checksum(header, content.Span));
        await AppendAsync(header, cancellationToken).ConfigureAwait(false);
        await AppendAsync(content, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _digest.Append(bytes.Span);
        return _into.WriteAsync(bytes, cancellationToken);
    }
}
