using CdcLake.Common;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Index;

/// <summary>What an index may take.</summary>
/// <param name="MemoryBytes">Bytes of memory; what exceeds them goes to files.</param>
/// <param name="Folder">Folder on a local disk for these files, in which the index is kept for the next start too; null for a temporary one.</param>
internal sealed record KeyIndexSpace(long MemoryBytes, string? Folder = null)
{
    private const int ShareOfMemory = 8;
    private const long LeastBytes = 64 << 20;
    private const long LeastShare = 256 << 10;

    /// <summary>An eighth of the memory that the process may use (that of its container, where there is one), 64 MiB at least, and a temporary folder.</summary>
    public static KeyIndexSpace Default { get; } = new(Math.Max(LeastBytes, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / ShareOfMemory));

    /// <summary>Memory that it has together with other indexes, in place of <see cref="MemoryBytes"/>; null for its own.</summary>
    public SharedMemory? Shared { get; init; }

    /// <summary>Memory for the indexes of several tables.</summary>
    public static SharedMemory Together(long bytes) => new(bytes, LeastShare);

    /// <summary>The memory of one index.</summary>
    public IMemoryShare Enter() => Shared?.Enter() ?? (IMemoryShare)new Own(MemoryBytes);

    /// <summary>A new file for what exceeds the memory.</summary>
    /// <exception cref="ObjectStoreException">The disk is full, or the folder cannot be written to.</exception>
    public LocalFile NewFile() => LocalFile.CreateTemporary(Folder ?? Path.GetTempPath(), KeyIndex.Content);

    private sealed class Own(long bytes) : IMemoryShare
    {
        public long Bytes => bytes;

        public void Takes(long taken)
        {
        }

        public void Dispose()
        {
        }
    }
}
