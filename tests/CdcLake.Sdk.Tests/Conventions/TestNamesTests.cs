using System.Text.RegularExpressions;

namespace CdcLake.Tests.Conventions;

/// <summary>Tests read as sentences, <c>Subject_condition_outcome</c> in a <c>…Tests</c> or <c>…Properties</c> class, and wait for facts instead of time.</summary>
public sealed partial class TestNamesTests
{
    [Fact]
    public void Methods_read_as_sentences() =>
        Rule.Holds(BadNames(SourceTree.CSharp("tests")), "Name tests Subject_condition_outcome, without \"Test\", in a class …Tests or …Properties.");

    [Fact]
    public void Nothing_sleeps_without_a_reason() =>
        Rule.Holds(Sleeps(SourceTree.CSharp("tests")), "Wait on a position, a status or a manual clock; where time itself is meant, say so in a comment on the line or above.");

    [Theory]
    [InlineData("class ATests { [Fact] public void Test_reads() { } }", "Test_reads")]
    [InlineData("class ATests\n{\n    [Fact]\n    public void Reads() { }\n}", "Reads")]
    [InlineData("class ATests\n{\n    [ServerFact(Servers.MySql)]\n    [Trait(\"a\", \"b\")]\n    public async Task Reads() { }\n}", "Reads")]
    [InlineData("class ATests\n{\n    [Theory]\n    [InlineData(1)]\n    public void ReadsTestRows_fast(int n) { }\n}", "ReadsTestRows_fast")]
    [InlineData("class Checks\n{\n    [Fact]\n    public void Row_is_read() { }\n}", "Checks")]
    public void Rule_objects_to_the_name(string text, string mention) => Rule.Objects(BadNames([new TreeFile("tests/A.cs", text)]), mention);

    [Fact]
    public void Rule_allows_a_sentence() =>
        Assert.Empty(BadNames([new TreeFile("tests/A.cs", "public sealed class ATests\n{\n    [Fact]\n    public void Row_without_key_is_refused() { }\n}")]));

    [Theory]
    [InlineData("Thread.Sl" + "eep(5);")]
    [InlineData("await Task.De" + "lay(100);")]
    public void Rule_objects_to_sleep(string line) => Rule.Objects(Sleeps([new TreeFile("tests/A.cs", line)]), "A.cs:1");

    [Theory]
    [InlineData("await Task.De" + "lay(100); // the server counts seconds")]
    [InlineData("// the server counts seconds\nawait Task.De" + "lay(100);")]
    public void Rule_allows_sleep_with_a_reason(string lines) => Assert.Empty(Sleeps([new TreeFile("tests/A.cs", lines)]));

    private static IEnumerable<string> BadNames(IEnumerable<TreeFile> files)
    {
        foreach (var file in files.Where(f => !f.Path.EndsWith("Conventions/TestNamesTests.cs", StringComparison.Ordinal)))
        {
            foreach (Match method in TestMethod().Matches(file.Text))
            {
                var name = method.Groups["name"].Value;
                var owner = ClassName().Matches(file.Text).LastOrDefault(c => c.Index < method.Index)?.Groups[1].Value ?? "";
                if (name.Contains("Test", StringComparison.Ordinal) || !name.Contains('_', StringComparison.Ordinal))
                {
                    yield return $"{file.Path}: method {name}";
                }
                else if (!owner.EndsWith("Tests", StringComparison.Ordinal) && !owner.EndsWith("Properties", StringComparison.Ordinal))
                {
                    yield return $"{file.Path}: class {owner}";
                }
            }
        }
    }

    private static IEnumerable<string> Sleeps(IEnumerable<TreeFile> files)
    {
        foreach (var file in files)
        {
            for (var i = 0; i < file.Lines.Length; i++)
            {
                var explained = file.Lines[i].Contains("//", StringComparison.Ordinal) || (i > 0 && file.Lines[i - 1].TrimStart().StartsWith("//", StringComparison.Ordinal));
                if (Sleep().IsMatch(file.Lines[i]) && !explained)
                {
                    yield return $"{file.Path}:{i + 1}: {file.Lines[i].Trim()}";
                }
            }
        }
    }

    [GeneratedRegex(@"\[\w*(?:Fact|Theory|Property)\b[^\n]*?\]\s*(?:\[[^\n]*\]\s*)*public\s+(?:static\s+)?(?:async\s+)?[\w<>.]+\s+(?<name>\w+)\s*\(")]
    private static partial Regex TestMethod();

    [GeneratedRegex(@"^[ \t]*(?:(?:public|internal|private|file|sealed|abstract|static|partial)\s+)*class\s+(\w+)(?![\w.])", RegexOptions.Multiline)]
    private static partial Regex ClassName();

    [GeneratedRegex(@"\b(?:Thread\.Sleep|Task\.Delay)\(")]
    private static partial Regex Sleep();
}
