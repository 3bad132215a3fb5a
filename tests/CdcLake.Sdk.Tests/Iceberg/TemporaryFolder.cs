namespace CdcLake.Tests.Iceberg;

/// <summary>A folder of its own for one test, removed at its end; in memory where the system has such a place.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private const string InMemory = "/dev/shm";

    public TemporaryFolder() => Path = Directory.Exists(InMemory)
        ? Directory.CreateDirectory($"{InMemory}/cdclake-{Guid.NewGuid():N}").FullName
        : Directory.CreateTempSubdirectory("cdclake-").FullName;

    public string Path { get; }

    /// <summary>All files below it, hidden ones included, in ordinal order.</summary>
    public IReadOnlyList<string> Files => [.. Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
