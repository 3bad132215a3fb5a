namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>Files of the repository that the tests run or read.</summary>
internal static class Repository
{
    /// <summary>Found from the test's own binary: source paths are rewritten in deterministic builds.</summary>
    public static string Root { get; } = FindRoot(new DirectoryInfo(AppContext.BaseDirectory));

    /// <summary>The sample, built in the same configuration as these tests.</summary>
    public static string QuickstartDll => Sample("Quickstart");

    /// <summary>A sample's program.</summary>
    public static string Sample(string name)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory); // …/bin/Debug/net10.0/
        return Path.Combine(Root, "samples", name, "bin", output.Parent!.Name, output.Name, name + ".dll");
    }

    public static string RecordedLog { get; } = Path.Combine(Root, "samples", "Quickstart", "binlog");

    public static string Fixtures { get; } = Path.Combine(Root, "tests", "CdcLake.Sdk.IntegrationTests", "Fixtures");

    public static string Lab(string script) => Path.Combine(Root, "tests", "lab", script);

    private static string FindRoot(DirectoryInfo folder)
    {
        while (!File.Exists(Path.Combine(folder.FullName, "CdcLake.Sdk.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException($"{AppContext.BaseDirectory} does not lie in the repository.");
        }

        return folder.FullName;
    }
}
