using System.Text.RegularExpressions;

namespace CdcLake.Tests.Conventions;

/// <summary>Things that have no place in src, found by pattern; the compiler and the analyzers find the rest.</summary>
public sealed partial class ForbiddenSmellTests
{
    private static readonly (string Name, Regex Pattern)[] Smells =
    [
        ("unfinished code", new(@"\bNotImplementedException\b")),
        ("note to oneself", new(@"\b(TO" + @"DO|FIX" + @"ME|HA" + @"CK|XX" + @"X)\b")),
        ("swallowed exception", new(@"\bcatch\b(\s*\([^)]*\))?(\s*when\s*\([^{]*\))?\s*\{\s*\}")),
        ("forced collection", new(@"\bGC\.Collect\b")),
        ("warning disabled without a reason", new(@"#pragma warning disable\s+[\w, ]+$", RegexOptions.Multiline)),
        ("region", new(@"^\s*#region\b", RegexOptions.Multiline)),
        ("blocking wait", new(@"\.Wait\(\)|\.GetAwaiter\(\)\.GetResult\(\)")),
        ("async void", new(@"\basync\s+void\b")),
        ("console output", new(@"\bConsole\.(Write|Error|Out)")),
        ("bare exception", new(@"\bthrow new (System\.)?(Exception|ApplicationException)\(")),
    ];

    private static readonly Regex TaskRun = new(@"\bTask\.Run\(|\bTask\.Factory\b|\bThreadPool\.");

    [Fact]
    public void Sources_hold_none() => Rule.Holds(Violations(SourceTree.CSharp("src")), "Finish it, handle it, or say why in a comment on the same line.");

    [Fact]
    public void Names_say_what_a_type_is() =>
        Rule.Holds(VagueNames(SourceTree.CSharp("src")), "Name the concept: no Impl, Util, Helper, Manager, nor Base but for abstract bases.");

    [Theory]
    [InlineData("throw new NotImplementedException();", "unfinished")]
    [InlineData("// TO" + "DO later", "note to oneself")]
    [InlineData("try { A(); } catch (Exception e) { }", "swallowed")]
    [InlineData("try { A(); } catch (Exception e) when (e is IOException)\n{\n}", "swallowed")]
    [InlineData("catch\n    {\n    }", "swallowed")]
    [InlineData("GC.Collect();", "forced")]
    [InlineData("#pragma warning disable CA1000", "without a reason")]
    [InlineData("    #region Fields", "region")]
    [InlineData("task.GetAwaiter().GetResult();", "blocking")]
    [InlineData("async void Go()", "async void")]
    [InlineData("Console.WriteLine(1);", "console output")]
    [InlineData("throw new Exception(\"x\");", "bare")]
    [InlineData("_ = Task.Run(Go);", "Task.Run")]
    public void Rule_objects_to(string text, string mention) => Rule.Objects(Violations([new TreeFile("src/CdcLake.Sdk/Dataflow/A.cs", text + "\n")]), mention);

    [Theory]
    [InlineData("src/CdcLake.Sdk/Dataflow/A.cs", "#pragma warning disable CA1000 // the factory belongs to the type")]
    [InlineData("src/CdcLake.Sdk/Dataflow/A.cs", "catch (OperationCanceledException) { return; }")]
    [InlineData("src/CdcLake.Sdk/Dataflow/A.cs", "catch (IOException)\n{\n    // the file is gone, which is what was wanted\n}")]
    [InlineData("src/CdcLake.Sdk/Runtime/A.cs", "_ = Task.Run(Go);")]
    public void Rule_allows(string path, string text) => Assert.Empty(Violations([new TreeFile(path, text + "\n")]));

    [Theory]
    [InlineData("internal static class ByteUtils", "ByteUtils")]
    [InlineData("internal sealed class StateManager : IDisposable", "StateManager")]
    [InlineData("internal class SinkBase", "SinkBase")]
    [InlineData("internal sealed record CatalogImpl(int A)", "CatalogImpl")]
    public void Naming_rule_objects_to(string declaration, string mention) => Rule.Objects(VagueNames([new TreeFile("src/A.cs", declaration + "\n")]), mention);

    [Theory]
    [InlineData("internal abstract class SinkBase")]
    [InlineData("internal sealed class Database")]
    public void Naming_rule_allows(string declaration) => Assert.Empty(VagueNames([new TreeFile("src/A.cs", declaration + "\n")]));

    private static IEnumerable<string> Violations(IEnumerable<TreeFile> files)
    {
        foreach (var file in files)
        {
            foreach (var (name, pattern) in Smells)
            {
                foreach (Match match in pattern.Matches(file.Text))
                {
                    yield return $"{file.Path}:{LineOf(file, match)}: {name}: {match.Value.Trim()}";
                }
            }

            if (!file.Path.StartsWith("src/CdcLake.Sdk/Runtime/", StringComparison.Ordinal) && TaskRun.Match(file.Text) is { Success: true } run)
            {
                yield return $"{file.Path}:{LineOf(file, run)}: Task.Run and its like belong to Runtime, which owns all tasks";
            }
        }
    }

    private static IEnumerable<string> VagueNames(IEnumerable<TreeFile> files) =>
        from file in files
        from Match match in TypeDeclaration().Matches(file.Text)
        where VagueSuffix().IsMatch(match.Groups["name"].Value)
            && !(match.Groups["name"].Value.EndsWith("Base", StringComparison.Ordinal) && match.Value.Contains("abstract", StringComparison.Ordinal))
        select $"{file.Path}: {match.Groups["name"].Value}";

    private static int LineOf(TreeFile file, Match match) => file.Text.AsSpan(0, match.Index).Count('\n') + 1;

    [GeneratedRegex(@"^[ \t]*(?:(?:public|internal|private|file|sealed|abstract|static|partial|readonly|ref)\s+)+(?:class|struct|interface|record(?:\s+(?:struct|class))?)\s+(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"(Impl|Utils?|Utilities|Helpers?|Manager|Base)$")]
    private static partial Regex VagueSuffix();
}
