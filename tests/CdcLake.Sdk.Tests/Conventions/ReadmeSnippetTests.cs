using System.Text.RegularExpressions;

namespace CdcLake.Tests.Conventions;

/// <summary>
/// Every C# block of a README or guide is code that compiles: it equals, but for white space, a region between <c>// snippet: name</c> and <c>// end-snippet</c>
/// in a file below samples/ or tests/. Whole files of the README's first evening (<c>```csharp Program.cs</c>) are compiled and run by EveningTests instead.
/// </summary>
public sealed partial class ReadmeSnippetTests
{
    [Fact]
    public void Blocks_of_readmes_are_compiled_code()
    {
        var readmes = SourceTree.Paths("").Where(p => p.EndsWith(".md", StringComparison.Ordinal)).Select(SourceTree.Read);
        var compiled = SourceTree.CSharp("samples", "tests").Where(f => !f.Path.Contains("/Conventions/", StringComparison.Ordinal));
        Rule.Holds(Violations(readmes, compiled), "Copy the block from, or into, a region \"// snippet: name\" … \"// end-snippet\" below samples/ or tests/CdcLake.Sdk.Tests/Snippets/.");
    }

    [Fact]
    public void Rule_objects_to_a_block_that_differs()
    {
        var code = new TreeFile("A.cs", "// snippet: one\nvar a = 1;\n// end-snippet\n");
        Rule.Objects(Violations([new TreeFile("README.md", "text\n```csharp\nvar a = 1;\n```\n```csharp\nvar a = 2;\n```\n")], [code]), "README.md:5");
    }

    [Fact]
    public void Rule_leaves_whole_files_of_the_first_evening_to_its_test_and_no_others()
    {
        const string Text = "```csharp Program.cs\nvar a = 1;\n```\n";
        Assert.Empty(Violations([new TreeFile("README.md", Text)], []));
        Rule.Objects(Violations([new TreeFile("src/README.md", Text)], []), "src/README.md:1");
    }

    [Fact]
    public void Rule_objects_to_a_region_without_end() =>
        Rule.Objects(Violations([], [new TreeFile("A.cs", "// snippet: one\nvar a = 1;\n")]), "one");

    [Fact]
    public void Rule_allows_other_white_space() =>
        Assert.Empty(Violations([new TreeFile("README.md", "```csharp\nA\n    .B();\n```\n")], [new TreeFile("A.cs", "        // snippet: one\n        A.B();\n        // end-snippet\n")]));

    private static IEnumerable<string> Violations(IEnumerable<TreeFile> readmes, IEnumerable<TreeFile> code)
    {
        var snippets = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in code)
        {
            foreach (var part in file.Text.Split("// snippet:").Skip(1))
            {
                var name = part.Split('\n')[0].Trim();
                var end = part.IndexOf("// end-snippet", StringComparison.Ordinal);
                if (end < 0)
                {
                    yield return $"{file.Path}: snippet {name} has no end";
                    continue;
                }

                snippets.Add(Squeeze(part[part.IndexOf('\n', StringComparison.Ordinal)..end]));
            }
        }

        foreach (var readme in readmes)
        {
            foreach (Match block in Block().Matches(readme.Text))
            {
                var isFile = readme.Path == "README.md" && block.Groups["file"].Success;
                if (!isFile && !snippets.Contains(Squeeze(block.Groups["code"].Value)))
                {
                    yield return $"{readme.Path}:{readme.Text.AsSpan(0, block.Index).Count('\n') + 1}: {block.Groups["code"].Value.Split('\n')[0].Trim()} …";
                }
            }
        }
    }

    private static string Squeeze(string text) => string.Concat(text.Where(c => !char.IsWhiteSpace(c)));

    [GeneratedRegex(@"^```(?:csharp|cs|c#)(?: (?<file>\w+\.cs))?[^\n]*\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
