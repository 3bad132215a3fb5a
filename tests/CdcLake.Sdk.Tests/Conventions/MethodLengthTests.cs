using System.Text.RegularExpressions;

namespace CdcLake.Tests.Conventions;

/// <summary>
/// Methods of src stay on one screen. Found by layout (a brace alone on its line at the indent of a member), which the house format makes reliable;
/// arms of a switch, being a table, do not count.
/// </summary>
public sealed partial class MethodLengthTests
{
    private const int Limit = 50;

    [Fact]
    public void Methods_stay_on_one_screen() => Rule.Holds(Violations(SourceTree.CSharp("src")), "Give a step of the method a name of its own.");

    [Fact]
    public void Rule_objects_to_a_long_method() => Rule.Objects(Violations([Method(51, "        Go();")]), "Run(int n)");

    [Fact]
    public void Rule_allows_the_limit() => Assert.Empty(Violations([Method(50, "        Go();")]));

    [Fact]
    public void Rule_allows_a_table() => Assert.Empty(Violations([Method(200, "            Kind.A => Read(1),")]));

    [Fact]
    public void Rule_allows_a_long_type() => Assert.Empty(Violations([new TreeFile("A.cs", "internal sealed class A(int b)\n{\n" + Repeat(60, "    int x;") + "}\n")]));

    private static TreeFile Method(int lines, string line) =>
        new("A.cs", "class A\n{\n    public void Run(int n)\n    {\n" + Repeat(lines, line) + "    }\n}\n");

    private static string Repeat(int count, string line) => string.Concat(Enumerable.Repeat(line + "\n", count));

    private static IEnumerable<string> Violations(IEnumerable<TreeFile> files)
    {
        foreach (var file in files.Where(f => !f.IsGenerated))
        {
            for (var i = 1; i < file.Lines.Length; i++)
            {
                var indent = file.Lines[i].Length - 1;
                if (indent is not (4 or 8) || file.Lines[i].TrimStart() != "{" || Header(file.Lines, i, indent) is not { } header)
                {
                    continue;
                }

                var end = Array.IndexOf(file.Lines, new string(' ', indent) + "}", i);
                var counted = end < 0 ? 0 : file.Lines[(i + 1)..end].Count(l => l.Trim().Length > 0 && !TableLine().IsMatch(l));
                if (counted > Limit)
                {
                    yield return $"{file.Path}:{i}: {header}: {counted} lines, limit {Limit}";
                }
            }
        }
    }

    /// <summary>The member's first line, or null when the brace opens a type or a block inside a method.</summary>
    private static string? Header(string[] lines, int brace, int indent)
    {
        for (var i = brace - 1; i >= 0 && lines[i].Trim().Length > 0; i--)
        {
            var own = lines[i].Length - lines[i].TrimStart().Length;
            if (own != indent)
            {
                continue;
            }

            return TypeOrBlock().IsMatch(lines[i]) || !lines[i].Contains('(', StringComparison.Ordinal) ? null : lines[i].Trim();
        }

        return null;
    }

    [GeneratedRegex(@"\b(class|struct|interface|record|enum|namespace)\b|^\s*(if|for|foreach|while|switch|using|lock|do|else|try|catch|finally|fixed|unsafe)\b|^\s*[)}]")]
    private static partial Regex TypeOrBlock();

    [GeneratedRegex(@"^\s*(case\b.*:|default:|break;|[{}].?|//.*|[^=]+ => [^{]*,)\s*$|^\s*case\b.*\b(return|break)\b.*;$")]
    private static partial Regex TableLine();
}
