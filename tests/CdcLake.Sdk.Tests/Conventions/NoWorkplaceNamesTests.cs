using System.Text.RegularExpressions;

namespace CdcLake.Tests.Conventions;

/// <summary>Committed text names no machine: no folder of somebody's computer, and no package feed of somebody's network.</summary>
public sealed partial class NoWorkplaceNamesTests
{
    private static readonly string[] TextKinds =
        [".cs", ".csproj", ".props", ".targets", ".sln", ".config", ".json", ".md", ".txt", ".sh", ".py", ".sql", ".java", ".yml", ".yaml", ".editorconfig", ".gitignore"];

    [Fact]
    public void Texts_name_no_folder_of_a_machine() =>
        Rule.Holds(Violations(Texts()), "Derive the path at run time, or use a neutral one such as /data or /tmp.");

    [Fact]
    public void Package_feed_is_the_machines_own() => Rule.Holds(FeedNames(SourceTree.Read("nuget.config").Text), "nuget.config names no host: every machine has sources of its own.");

    [Theory]
    [InlineData("cd /ho" + "me/anna/src")]
    [InlineData("var p = \"/wo" + "rk/main\";")]
    [InlineData("see (/ro" + "ot/.nuget)")]
    [InlineData("/Us" + "ers/anna")]
    [InlineData(@"C:\Us" + @"ers\anna")]
    public void Rule_objects_to(string text) => Rule.Objects(Violations([new TreeFile("a.md", text)]), "a.md:1");

    [Theory]
    [InlineData("https://example.com/ho" + "me/page")]
    [InlineData("file:///data/warehouse")]
    [InlineData("tests/wo" + "rk/x")]
    public void Rule_allows(string text) => Assert.Empty(Violations([new TreeFile("a.md", text)]));

    [Fact]
    public void Feed_rule_objects_to_a_host() => Rule.Objects(FeedNames("<add key=\"x\" value=\"https://feed.example/v3/index.json\" />"), "feed.example");

    private static IEnumerable<TreeFile> Texts() =>
        SourceTree.Paths("").Where(p => TextKinds.Contains(Path.GetExtension(p), StringComparer.Ordinal) || p.StartsWith(".ci/", StringComparison.Ordinal)).Select(SourceTree.Read);

    private static IEnumerable<string> Violations(IEnumerable<TreeFile> files) =>
        from file in files
        from line in Enumerable.Range(0, file.Lines.Length)
        let match = MachinePath().Match(file.Lines[line])
        where match.Success
        select $"{file.Path}:{line + 1}: {match.Value.Trim()}";

    private static IEnumerable<string> FeedNames(string config) => Host().Matches(config).Select(m => m.Value);

    [GeneratedRegex(@"(?<![\w.}/-])/(?:home|work|root|Users)/[\w.-]+|\b[A-Za-z]:\\Users\\\w+")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"\w+://[^\s""]+")]
    private static partial Regex Host();
}
