namespace CdcLake.Tests.Conventions;

/// <summary>A file of the repository; <paramref name="Path"/> is relative to its root, with '/' between levels.</summary>
internal sealed record TreeFile(string Path, string Text)
{
    public string[] Lines { get; } = Text.Split('\n');

    public string Name => Path[(Path.LastIndexOf('/') + 1)..];

    public bool IsCSharp => Path.EndsWith(".cs", StringComparison.Ordinal);

    public bool IsGenerated => Path.EndsWith(".g.cs", StringComparison.Ordinal);
}

/// <summary>The working tree these tests were built from, without what builds, runs and editors leave behind (see .gitignore).</summary>
internal static class SourceTree
{
    private static readonly HashSet<string> Ignored = new(StringComparer.Ordinal)
    {
        ".git", "bin", "obj", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts", "warehouse", ".cdclake", ".vs", ".idea", ".vscode",
    };

    public static string Root { get; } = FindRoot();

    /// <summary>Relative paths of all files below a relative folder ("" for the root), in ordinal order.</summary>
    public static IReadOnlyList<string> Paths(string folder)
    {
        var found = new List<string>();
        Collect(Path.Combine(Root, folder), found);
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    /// <summary>All C# files below the given folders; folders that do not exist count as empty.</summary>
    public static IReadOnlyList<TreeFile> CSharp(params string[] folders) =>
        [.. folders.SelectMany(Paths).Where(p => p.EndsWith(".cs", StringComparison.Ordinal)).Select(Read)];

    public static TreeFile Read(string path) => new(path, File.ReadAllText(Path.Combine(Root, path)).Replace("\r\n", "\n", StringComparison.Ordinal));

    /// <summary>Names of the entries of the root folder that are not ignored.</summary>
    public static IReadOnlyList<string> TopLevel() =>
        [.. Directory.EnumerateFileSystemEntries(Root).Select(e => Path.GetFileName(e)!).Where(n => !Ignored.Contains(n)).Order(StringComparer.Ordinal)];

    private static void Collect(string folder, List<string> found)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var entry in new DirectoryInfo(folder).EnumerateFileSystemInfos())
        {
            if (Ignored.Contains(entry.Name) || entry.Name.EndsWith(".user", StringComparison.Ordinal))
            {
                continue;
            }

            if (entry is DirectoryInfo)
            {
                Collect(entry.FullName, found);
            }
            else
            {
                found.Add(Path.GetRelativePath(Root, entry.FullName).Replace('\\', '/'));
            }
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CdcLake.Sdk.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No CdcLake.Sdk.sln above {AppContext.BaseDirectory}: convention tests read the sources beside the build output.");
    }
}
