namespace CdcLake.Tests.Shared;

/// <summary>A folder of its own for one test, removed at its end unless CDCLAKE_TEST_KEEP is set.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private const string Memory = "/dev/shm";

    /// <summary>On the disk of temporary files, or in memory where the system has such a place.</summary>
    public TemporaryFolder(bool inMemory = false) => Path = inMemory && Directory.Exists(Memory)
        ? Directory.CreateDirectory($"{Memory}/cdclake-{Guid.NewGuid():N}").FullName
        : Directory.CreateTempSubdirectory("cdclake-").FullName;

    public string Path { get; }

    /// <summary>All files below it, hidden ones included, in ordinal order.</summary>
    public IReadOnlyList<string> Files => [.. Directory.EnumerateFiles(Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <summary>A path inside it.</summary>
    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Copies a folder with all that is in it to a name inside this one; gives its path.</summary>
    public string CopyOf(string source, string name)
    {
        var target = this[name];
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = System.IO.Path.Combine(target, System.IO.Path.GetRelativePath(source, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return target;
    }

    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("CDCLAKE_TEST_KEEP") is null)
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
