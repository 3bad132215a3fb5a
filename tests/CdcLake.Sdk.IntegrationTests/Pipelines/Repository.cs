using System.Runtime.CompilerServices;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>Files of the repository that the tests run or read.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", ".."));

    /// <summary>The sample, built in the same configuration as these tests.</summary>
    public static string QuickstartDll
    {
        get
        {
            var output = new DirectoryInfo(AppContext.BaseDirectory); // …/bin/Debug/net10.0/
            return Path.Combine(Root, "samples", "Quickstart", "bin", output.Parent!.Name, output.Name, "Quickstart.dll");
        }
    }

    public static string RecordedLog { get; } = Path.Combine(Root, "samples", "Quickstart", "binlog");

    public static string Fixtures { get; } = Path.Combine(Root, "tests", "CdcLake.Sdk.IntegrationTests", "Fixtures");

    public static string Lab(string script) => Path.Combine(Root, "tests", "lab", script);

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
