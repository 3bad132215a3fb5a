using System.Text.Json;
using System.Xml.Linq;

namespace CdcLake.Tests.Conventions;

/// <summary>What users of the library get with it: few packages, each with a reason in Packages.md, all under permissive licences.</summary>
public sealed class PackagesTests
{
    private static readonly string[] Permissive = ["MIT", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0"];

    /// <summary>Packages that name the address of their licence instead of the licence, and what stands there.</summary>
    private static readonly Dictionary<string, string> ByAddress = new(StringComparer.Ordinal)
    {
        ["https://github.com/MiloszKrajewski/K4os.Compression.LZ4/blob/master/LICENSE?raw=true"] = "MIT",
    };

    [Fact]
    public void Packages_that_the_library_depends_on_are_explained()
    {
        const string Page = "src/CdcLake.Sdk/Packages.md";
        var page = SourceTree.Read(Page).Text;
        Rule.Holds(
            References().Where(package => !page.Contains(package, StringComparison.Ordinal)).Select(package => $"{Page}: {package} is missing"),
            "Say what the package is for, and why it is not our own code.");
    }

    [Fact]
    public void Packages_that_come_with_the_library_have_permissive_licences()
    {
        var licences = Licences().ToList();
        Assert.Contains(licences, l => l.Package.StartsWith("Snappier/", StringComparison.Ordinal)); // the list is not empty by mistake
        Rule.Holds(
            licences.Where(l => !Permissive.Contains(l.Licence)).Select(l => $"{l.Package}: licence {l.Licence}"),
            "The package must stay usable in any product; take another one.");
    }

    private static IEnumerable<string> References() =>
        from project in Directory.GetFiles(Path.Combine(SourceTree.Root, "src"), "*.csproj", SearchOption.AllDirectories)
        from reference in XDocument.Load(project).Descendants("PackageReference")
        where (string?)reference.Attribute("PrivateAssets") != "all"
        select (string)reference.Attribute("Include")!;

    private static IEnumerable<(string Package, string Licence)> Licences()
    {
        foreach (var assets in Directory.GetFiles(Path.Combine(SourceTree.Root, "src"), "project.assets.json", SearchOption.AllDirectories))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(assets));
            string[] folders = [.. document.RootElement.GetProperty("packageFolders").EnumerateObject().Select(f => f.Name)];
            foreach (var library in document.RootElement.GetProperty("libraries").EnumerateObject())
            {
                if (library.Value.GetProperty("type").GetString() == "package")
                {
                    yield return (library.Name, LicenceOf(folders, library.Value.GetProperty("path").GetString()!));
                }
            }
        }
    }

    private static string LicenceOf(string[] folders, string path)
    {
        var folder = folders.Select(f => Path.Combine(f, path)).First(Directory.Exists);
        var specification = XDocument.Load(Directory.GetFiles(folder, "*.nuspec").Single());
        if (Value("license") is { } licence)
        {
            return licence;
        }

        var address = Value("licenseUrl") ?? "none declared";
        return ByAddress.GetValueOrDefault(address, address);

        string? Value(string name) => specification.Descendants().FirstOrDefault(e => e.Name.LocalName == name)?.Value;
    }
}
