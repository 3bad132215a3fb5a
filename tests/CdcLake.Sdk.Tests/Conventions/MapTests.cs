using System.Text.RegularExpressions;

namespace CdcLake.Tests.Conventions;

/// <summary>src/README.md is the map of the sources: what it names is there. Links of every README lead somewhere.</summary>
public sealed partial class MapTests
{
    private const string Map = "src/README.md";

    [Fact]
    public void Map_names_only_what_is_there() => Rule.Holds(
        Missing(SourceTree.Read(Map).Text, [.. SourceTree.Paths("src"), .. SourceTree.Paths("tests")], Declared()), "Write the name as it is now, or keep the type where the map says it is.");

    [Fact]
    public void Map_names_every_folder_of_the_library() => Rule.Holds(
        SourceTree.Paths("src/CdcLake.Sdk").Select(p => p.Split('/')).Where(p => p.Length > 3).Select(p => p[2]).Distinct(StringComparer.Ordinal)
            .Where(f => !SourceTree.Read(Map).Text.Contains(f, StringComparison.Ordinal)),
        "Give the folder its place in the layers of src/README.md.");

    [Fact]
    public void Links_of_readmes_lead_somewhere() => Rule.Holds(
        SourceTree.Paths("").Where(p => p.EndsWith(".md", StringComparison.Ordinal)).Select(SourceTree.Read).SelectMany(f => Dead(f, Exists)), "Link to where it is now.");

    [Fact]
    public void Anchors_of_readmes_are_headings() => Rule.Holds(
        SourceTree.Paths("").Where(p => p.EndsWith(".md", StringComparison.Ordinal)).Select(SourceTree.Read).SelectMany(f => NoHeading(f, SourceTree.Read)), "Name the heading as it is now.");

    [Theory]
    [InlineData("see `Planning/Planer`", "Planning/Planer")]
    [InlineData("see `NoSuchThing`", "NoSuchThing")]
    [InlineData("see `Planning/Logical/Planner`", "Planning/Logical/Planner")]
    public void Rule_objects_to(string text, string mention) =>
        Rule.Objects(Missing(text, ["src/CdcLake.Sdk/Planning/Binding/Planner.cs", "src/CdcLake.Sdk/Planning/Logical/LogicalPlan.cs"], ["Planner", "LogicalPlan"]), mention);

    [Fact]
    public void Rule_allows_folders_files_types_and_members() => Assert.Empty(Missing(
        "`Planning/Logical`, `Planning/Binding/Planner`, `Planner`, `Planner.Bind`, `kill -9`, `g.Sum(…)`, `System.Linq.Expressions`",
        ["src/CdcLake.Sdk/Planning/Binding/Planner.cs", "src/CdcLake.Sdk/Planning/Logical/LogicalPlan.cs"], ["Planner"]));

    [Fact]
    public void Rule_objects_to_a_dead_link() => Rule.Objects(Dead(new TreeFile("src/README.md", "[a](../tests/lab/README.md) [b](gone.md) [c](https://x.org) [d](#here)"), p => p == "tests/lab/README.md"), "gone.md");

    [Fact]
    public void Rule_objects_to_an_anchor_without_heading()
    {
        var page = new TreeFile("a/page.md", "# One, two\n[here](#one-two) [there](../b.md#three) [gone](#four)\n");
        Assert.Equal(["a/page.md: ../b.md#three", "a/page.md: #four"], NoHeading(page, _ => new TreeFile("b.md", "## Two\n")));
    }

    private static HashSet<string> Declared() =>
    [
        .. SourceTree.CSharp("src", "tests").SelectMany(f => Declaration().Matches(f.Text)).Select(m => m.Groups[1].Value),
        .. typeof(ChangeStream<>).GetMethods().Select(m => m.Name),
        .. typeof(Pipeline).GetMembers().Select(m => m.Name),
    ];

    private static IEnumerable<string> Missing(string text, IReadOnlyList<string> paths, HashSet<string> types)
    {
        foreach (Match code in Code().Matches(text))
        {
            var name = code.Groups[1].Value;
            if (PathName().IsMatch(name) && !paths.Any(p => IsAt(p, name)))
            {
                yield return name;
            }
            else if (TypeName().Match(name) is { Success: true } type && !name.StartsWith("System.", StringComparison.Ordinal) && !types.Contains(type.Groups[1].Value) && !paths.Any(p => IsAt(p, name)))
            {
                yield return name;
            }
        }
    }

    private static bool IsAt(string path, string name) =>
        path == name || path == $"src/CdcLake.Sdk/{name}" || path == $"src/CdcLake.Sdk/{name}.cs" || path.StartsWith($"src/CdcLake.Sdk/{name}.", StringComparison.Ordinal)
        || path.StartsWith($"src/CdcLake.Sdk/{name}/", StringComparison.Ordinal) || path.StartsWith(name + "/", StringComparison.Ordinal);

    private static IEnumerable<string> Dead(TreeFile file, Func<string, bool> exists)
    {
        foreach (Match link in Link().Matches(file.Text))
        {
            var target = link.Groups[1].Value.Split('#')[0];
            if (target.Length > 0 && !target.Contains("://", StringComparison.Ordinal))
            {
                var folder = Path.GetDirectoryName(file.Path) ?? "";
                var full = Path.GetRelativePath("/r", Path.GetFullPath(Path.Combine("/r", folder, target))).Replace('\\', '/');
                if (!exists(full))
                {
                    yield return $"{file.Path}: {target}";
                }
            }
        }
    }

    private static IEnumerable<string> NoHeading(TreeFile file, Func<string, TreeFile> read) =>
        from Match link in Link().Matches(file.Text)
        let parts = link.Groups[1].Value.Split('#')
        where parts.Length == 2 && !parts[0].Contains("://", StringComparison.Ordinal) && (parts[0].Length == 0 || parts[0].EndsWith(".md", StringComparison.Ordinal))
        let target = parts[0].Length == 0 ? file : read(Path.GetRelativePath("/r", Path.GetFullPath(Path.Combine("/r", Path.GetDirectoryName(file.Path) ?? "", parts[0]))).Replace('\\', '/'))
        where !target.Lines.Any(l => l.StartsWith('#') && Slug(l.TrimStart('#').Trim()) == parts[1])
        select $"{file.Path}: {link.Groups[1].Value}";

    /// <summary>The anchor that a heading gets where such pages are shown.</summary>
    private static string Slug(string heading) => string.Concat(heading.ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');

    private static bool Exists(string path) => File.Exists(Path.Combine(SourceTree.Root, path)) || Directory.Exists(Path.Combine(SourceTree.Root, path));

    [GeneratedRegex(@"`([^`\n]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"^[\w.]+(?:/[\w.]+)+$")]
    private static partial Regex PathName();

    [GeneratedRegex(@"^([A-Z]\w+)(?:\.\w+)?$")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"(?<!!)\[[^\]\n]*\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?:class|struct|interface|enum|record)\s+(\w+)")]
    private static partial Regex Declaration();
}
