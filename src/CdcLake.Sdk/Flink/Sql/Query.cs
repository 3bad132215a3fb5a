using System.Collections.Immutable;
using System.Globalization;
using CdcLake.Columnar;

namespace CdcLake.Flink.Sql;

/// <summary>
/// A SELECT that is still growing: operators above it add to its clauses as long as that means the same, and make it a subquery where it does not. Immutable.
/// </summary>
/// <param name="From">What stands behind FROM.</param>
/// <param name="Columns">For each column of the operator the values that it consists of, over what FROM names.</param>
internal sealed record Query(string From, IReadOnlyList<IReadOnlyList<SqlValue>> Columns)
{
    /// <summary>Conditions that all hold.</summary>
    public ImmutableArray<string> Where { get; init; } = [];

    /// <summary>What rows are grouped by; null where they are not.</summary>
    public IReadOnlyList<string>? GroupBy { get; init; }

    /// <summary>True when FROM is one table or subquery.</summary>
    public bool IsSingle { get; init; } = true;

    /// <summary>True when its columns are those of what FROM names, and all rows are there: a side that a join may miss can stand as it is.</summary>
    public bool IsBare => IsSingle && GroupBy is null && Where.IsEmpty && Columns.All(c => c.All(v => v.Form == SqlForm.Column));

    /// <summary>The statement.</summary>
    /// <param name="names">Names of the columns.</param>
    public string Select(IReadOnlyList<string> names)
    {
        var columns = Columns.SelectMany((c, i) => c.Select((v, part) => Named(v, FlinkText.Name(NameOf(names[i], part, c.Count)))));
        return $"SELECT {string.Join(", ", columns)} FROM {From}{Clause(" WHERE ", " AND ", Conditions)}{(GroupBy is null ? "" : Clause(" GROUP BY ", ", ", GroupBy))}";
    }

    /// <summary>The conditions, each in brackets where they are several.</summary>
    public IReadOnlyList<string> Conditions => Where.Length > 1 ? [.. Where.Select(w => $"({w})")] : Where;

    /// <summary>The same rows as a subquery.</summary>
    /// <param name="names">Names of the columns.</param>
    /// <param name="alias">Unique in the statement.</param>
    public Query Wrap(IReadOnlyList<string> names, string alias) => Of($"({Select(names)})", names, alias);

    /// <summary>A query over something with the columns of this one.</summary>
    public Query Of(string from, IReadOnlyList<string> names, string alias) => new(
        $"{from} AS {FlinkText.Name(alias)}",
        [.. Columns.Select((c, i) => (IReadOnlyList<SqlValue>)[.. c.Select((v, part) => v with { Text = FlinkText.Names(alias, NameOf(names[i], part, c.Count)), Form = SqlForm.Column })])]);

    private static string Named(SqlValue value, string name) =>
        value.Form == SqlForm.Column && value.Text.EndsWith($".{name}", StringComparison.Ordinal) ? value.Text : $"{value.Text} AS {name}";

    private static string NameOf(string name, int part, int parts) => parts == 1 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}#{part}");

    private static string Clause(string word, string separator, IReadOnlyList<string> parts) => parts.Count == 0 ? "" : word + string.Join(separator, parts);
}

/// <summary>Names of a schema's columns.</summary>
internal static class SchemaNames
{
    public static IReadOnlyList<string> Of(Schema schema) => [.. schema.Fields.Select(f => f.Name)];
}
