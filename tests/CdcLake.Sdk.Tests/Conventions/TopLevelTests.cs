namespace CdcLake.Tests.Conventions;

/// <summary>The root folder is the first thing a reader sees: its entries are fixed.</summary>
public sealed class TopLevelTests
{
    private static readonly string[] Fixed =
    [
        "src", "tests", "benchmarks", "samples", "CdcLake.Sdk.sln", "nuget.config", "README.md", "LICENSE",
        ".ci", ".editorconfig", ".gitattributes", ".gitignore", ".github", ".config",
    ];

    [Fact]
    public void Root_holds_only_the_fixed_entries() =>
        Rule.Holds(Violations(SourceTree.TopLevel()), "Put it below src, tests, benchmarks or samples, or into .gitignore and SourceTree when a tool makes it.");

    [Fact]
    public void Rule_objects_to_a_stray_entry() => Rule.Objects(Violations(["src", "docs"]), "docs");

    private static IEnumerable<string> Violations(IEnumerable<string> entries) => entries.Except(Fixed, StringComparer.Ordinal);
}
