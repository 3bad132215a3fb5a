using System.Globalization;
using System.Text;

namespace CdcLake.Flink.Sql;

/// <summary>Names and literals as Flink's parser reads them. Source: Flink 1.20, "SQL: Overview", "Data Types".</summary>
internal static class FlinkText
{
    /// <summary>An identifier in backticks.</summary>
    public static string Name(string identifier) => $"`{identifier.Replace("`", "``", StringComparison.Ordinal)}`";

    /// <summary>Parts of a qualified name.</summary>
    public static string Names(params IEnumerable<string> parts) => string.Join('.', parts.Select(Name));

    /// <summary>A string literal on one line: a backslash means itself, and control characters stand as code points.</summary>
    public static string Literal(string text)
    {
        var quoted = text.Replace("'", "''", StringComparison.Ordinal);
        if (!text.Any(char.IsControl))
        {
            return $"'{quoted}'";
        }

        var escaped = new StringBuilder("U&'");
        foreach (var c in quoted.Replace(@"\", @"\\", StringComparison.Ordinal))
        {
            escaped.Append(char.IsControl(c) ? string.Create(CultureInfo.InvariantCulture, $@"\{(int)c:x4}") : c.ToString());
        }

        return escaped.Append('\'').ToString();
    }

    /// <summary>Options of a table or catalog: <c>'a' = 'b', …</c>.</summary>
    public static string Options(IEnumerable<(string Name, string Value)> options) =>
        string.Join(", ", options.Select(o => $"{Literal(o.Name)} = {Literal(o.Value)}"));
}
