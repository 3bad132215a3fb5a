using System.Globalization;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.Tests.Shared;

namespace CdcLake.IntegrationTests.Samples;

/// <summary>
/// The three packages as they were built with these tests, in a folder that is a NuGet source for whatever lies below it. What they depend on comes from the machine's own sources and caches; none of them gets into
/// the user's cache.
/// </summary>
internal sealed class PackageFeed : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>A folder in which projects find the packages.</summary>
    public string Folder => _folder.Path;

    /// <summary>For every <c>dotnet</c> command below the folder.</summary>
    public (string Name, string Value)[] Environment =>
    [
        ("NUGET_PACKAGES", _folder["packages"]), ("NUGET_FALLBACK_PACKAGES", UserCache), ("MSBUILDDISABLENODEREUSE", "1"), ("UseSharedCompilation", "false"), ("DOTNET_NOLOGO", "1"), ("DOTNET_CLI_TELEMETRY_OPTOUT", "1"),
    ];

    private static string UserCache => System.Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } cache
        ? cache
        : Path.Combine(System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    public static async Task<PackageFeed> CreateAsync()
    {
        var feed = new PackageFeed();
        try
        {
            var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
            // A version that nobody has: whatever a source of the machine may know by that name is older.
            var version = string.Create(CultureInfo.InvariantCulture, $"0.1.{TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()}");
            foreach (var name in new[] { "CdcLake.Sdk", "CdcLake.Sdk.AspNetCore", "CdcLake.Sdk.Testing" })
            {
                await ChildProcess.RunAsync(
                    "dotnet", "pack", $"src/{name}", "-c", configuration, "--no-build", "-nodeReuse:false", "-p:EnablePackageValidation=false", $"-p:PackageVersion={version}", "-o", feed._folder["feed"]);
            }

            await File.WriteAllTextAsync(feed._folder["nuget.config"], """<configuration><packageSources><add key="built" value="./feed" /></packageSources></configuration>""");
            return feed;
        }
        catch
        {
            feed.Dispose();
            throw;
        }
    }

    public void Dispose() => _folder.Dispose();
}
