namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A folder that is gone after the test, unless CDCLAKE_TEST_KEEP is set.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Path = Directory.CreateTempSubdirectory("cdclake-").FullName;

    public string Path { get; }

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
