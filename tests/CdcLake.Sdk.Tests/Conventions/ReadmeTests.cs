using System.Globalization;
using System.Text.RegularExpressions;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Tests.Conventions;

/// <summary>What the README claims is shown somewhere: its guarantees by tests, its figures by recorded runs. It is short enough to be read.</summary>
public sealed partial class ReadmeTests
{
    private const int MaxLines = 300;
    private const string Results = "benchmarks/results/amd-epyc";
    private static readonly string[] PagesWithFigures = ["README.md", "src/CdcLake.Sdk/Hosting/Operating.md"];

    [Fact]
    public void Readme_is_what_a_newcomer_needs() =>
        Rule.Holds(SourceTree.Read("README.md").Text.Count(c => c == '\n') is var lines && lines > MaxLines ? [$"README.md: {lines} lines"] : [], $"Keep it within {MaxLines} lines; depth belongs into the guides beside the code.");

    [Fact]
    public void Guarantees_are_shown_by_tests_that_exist()
    {
        var rows = Rows(SourceTree.Read("README.md").Text, "what", "how", "shown by").ToList();
        Assert.NotEmpty(rows);
        var tests = SourceTree.CSharp("tests").SelectMany(f => TestClass().Matches(f.Text)).Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        Rule.Holds(Unshown(rows, tests), "Name the test class that shows it, or take the promise back.");
    }

    [Fact]
    public void Figures_stand_in_results_of_benchmarks()
    {
        var recorded = SourceTree.Paths(Results).SelectMany(p => Figures(SourceTree.Read(p).Text)).Select(f => decimal.Parse(f, CultureInfo.InvariantCulture)).ToHashSet();
        foreach (var page in PagesWithFigures)
        {
            var rows = Rows(SourceTree.Read(page).Text, "what", "measured").ToList();
            Assert.NotEmpty(rows);
            Rule.Holds(Unrecorded(rows, recorded).Select(f => $"{page}: {f}"), $"Take figures from {Results}, rounded at most.");
        }
    }

    [Fact]
    public void Every_error_has_a_line_that_says_what_to_do()
    {
        var lines = FirstCells("src/CdcLake.Sdk/Hosting/Operating.md", "error", "means", "do");
        Rule.Holds(
            typeof(CdcLakeException).Assembly.GetExportedTypes().Where(t => t.IsSubclassOf(typeof(CdcLakeException)) && !lines.Contains($"`{t.Name}`", StringComparison.Ordinal)).Select(t => t.Name),
            "Say in Operating.md what it means to an operator, and what to do.");
    }

    [Fact]
    public void Every_property_of_tables_has_a_line()
    {
        var lines = FirstCells("src/CdcLake.Sdk/Iceberg/Tables.md", "property", "what it does here", "default");
        var properties = typeof(TableProperties).GetFields().Where(f => f is { IsLiteral: true } && f.FieldType == typeof(string)).Select(f => (string)f.GetRawConstantValue()!).ToList();
        Assert.NotEmpty(properties);
        Rule.Holds(properties.Where(p => !lines.Contains($"`{p}`", StringComparison.Ordinal)), "Say in Iceberg/Tables.md what the property does here.");
    }

    [Fact]
    public void Rule_objects_to_a_promise_without_test()
    {
        Assert.Empty(Unshown([["all is well", "by work", "`OtherTests`"]], new HashSet<string> { "OtherTests" }));
        Rule.Objects(Unshown([["all is well", "by luck", "`NoSuchTests`"]], new HashSet<string> { "OtherTests" }), "NoSuchTests");
        Rule.Objects(Unshown([["all is fast", "by luck", "everybody"]], new HashSet<string>()), "all is fast");
    }

    [Fact]
    public void Rule_objects_to_a_figure_that_nobody_measured()
    {
        HashSet<decimal> recorded = [66.2m, 1346m, 27.6m];
        Assert.Empty(Unrecorded([["decode", "66.2 M rows/s", "1.35 M by 28 objects"]], recorded));
        Rule.Objects(Unrecorded([["decode", "67 M rows/s", "1.3 M"]], recorded), "67");
    }

    /// <summary>Cells of the rows of tables whose heading begins with these columns.</summary>
    private static IEnumerable<string[]> Rows(string text, params string[] columns)
    {
        var inside = false;
        foreach (var line in text.Split('\n'))
        {
            var cells = line.StartsWith('|') ? line.Trim('|', ' ').Split(" | ").Select(c => c.Trim()).ToArray() : [];
            if (inside && cells.Length > 0 && !line.Contains("---", StringComparison.Ordinal))
            {
                yield return cells;
            }

            inside = cells.Length > 0 && (inside || cells.Take(columns.Length).SequenceEqual(columns));
        }
    }

    /// <summary>What the lines of such a table are about: a name that only stands in the text around it has no line.</summary>
    private static string FirstCells(string page, params string[] columns) => string.Join('\n', Rows(SourceTree.Read(page).Text, columns).Select(r => r[0]));

    private static IEnumerable<string> Unshown(IEnumerable<string[]> rows, HashSet<string> tests) => rows.SelectMany(row =>
    {
        var names = Code().Matches(row[^1]).Select(m => m.Groups[1].Value).ToList();
        return names.Count == 0 ? [row[0]] : names.Where(n => !tests.Contains(n));
    });

    /// <summary>Figures behind the first column that are no recorded one, as it is or in thousands, rounded to the digits that are shown.</summary>
    private static IEnumerable<string> Unrecorded(IEnumerable<string[]> rows, IReadOnlySet<decimal> recorded) =>
        from row in rows
        from figure in row.Skip(1).SelectMany(Figures)
        let digits = figure.Contains('.', StringComparison.Ordinal) ? figure.Length - figure.IndexOf('.', StringComparison.Ordinal) - 1 : 0
        let value = decimal.Parse(figure, CultureInfo.InvariantCulture)
        where !recorded.Any(r => new[] { r, r * 1000, r / 1000 }.Any(v => Math.Round(v, digits, MidpointRounding.AwayFromZero) == value))
        select $"{row[0]}: {figure}";

    private static IEnumerable<string> Figures(string text) => Figure().Matches(text).Select(m => m.Value);

    [GeneratedRegex(@"class (\w+)")]
    private static partial Regex TestClass();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex(@"(?<![\w.])\d+(?:\.\d+)?(?![\w.]*\w)")]
    private static partial Regex Figure();
}
