namespace CdcLake.Iceberg.Index;

/// <summary>What an index may take.</summary>
/// <param name="MemoryBytes">Bytes of memory; what exceeds them goes to files.</param>
/// <param name="Folder">Folder on a local disk for these files; made when it is needed.</param>
internal sealed record KeyIndexSpace(long MemoryBytes, string Folder)
{
    private const int ShareOfMemory = 8;

    /// <summary>An eighth of the memory that the process may use (that of its container, where there is one), and the folder for temporary files.</summary>
    public static KeyIndexSpace Default { get; } = new(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / ShareOfMemory, Path.Combine(Path.GetTempPath(), "cdclake-key-index"));
}
