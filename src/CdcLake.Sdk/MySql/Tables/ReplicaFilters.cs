using System.Text;
using System.Text.RegularExpressions;

namespace CdcLake.MySql.Tables;

// Order of the rules: databases to take or to leave out, then tables to take, to leave out, and the same by pattern; with rules of what to take, the rest is left out.
// Source: MySQL reference manual, "How Servers Evaluate Replication Filtering Rules".

/// <summary>What one channel of a replica leaves out of what it applies, and therefore of its own log, although the GTIDs go on: as SHOW REPLICA STATUS prints it.</summary>
/// <param name="DoDatabases">Databases to take; empty: all.</param>
/// <param name="IgnoreDatabases">Databases to leave out, where <paramref name="DoDatabases"/> is empty.</param>
/// <param name="DoTables">Tables to take, as <c>database.table</c>.</param>
/// <param name="IgnoreTables">Tables to leave out.</param>
/// <param name="WildDoTables">Patterns of tables to take, with the wildcards of LIKE.</param>
/// <param name="WildIgnoreTables">Patterns of tables to leave out.</param>
internal sealed record ReplicaFilters(
    IReadOnlyList<string> DoDatabases,
    IReadOnlyList<string> IgnoreDatabases,
    IReadOnlyList<string> DoTables,
    IReadOnlyList<string> IgnoreTables,
    IReadOnlyList<string> WildDoTables,
    IReadOnlyList<string> WildIgnoreTables)
{
    /// <summary>Reads them from a channel's columns of SHOW REPLICA STATUS; a server may lack a column.</summary>
    public static ReplicaFilters Of(Func<string, string?> column) => new(
        List(column("Replicate_Do_DB")), List(column("Replicate_Ignore_DB")), List(column("Replicate_Do_Table")), List(column("Replicate_Ignore_Table")),
        List(column("Replicate_Wild_Do_Table")), List(column("Replicate_Wild_Ignore_Table")));

    /// <summary>True when changes of the table are not applied.</summary>
    public bool LeaveOut(MySqlTableName table)
    {
        if (DoDatabases.Count > 0 ? !Has(DoDatabases, table.Database) : Has(IgnoreDatabases, table.Database))
        {
            return true;
        }

        var name = $"{table.Database}.{table.Table}";
        if (Has(DoTables, name))
        {
            return false;
        }

        if (Has(IgnoreTables, name))
        {
            return true;
        }

        return !Matches(WildDoTables, name) && (Matches(WildIgnoreTables, name) || DoTables.Count > 0 || WildDoTables.Count > 0);
    }

    private static string[] List(string? text) => (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static bool Has(IReadOnlyList<string> names, string name) => names.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static bool Matches(IReadOnlyList<string> patterns, string name) =>
        patterns.Any(p => Regex.IsMatch(name, Expression(p), RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Singleline));

    private static string Expression(string pattern)
    {
        var expression = new StringBuilder("^");
        for (var i = 0; i < pattern.Length; i++)
        {
            expression.Append(pattern[i] switch
            {
                '%' => ".*",
                '_' => ".",
                '\\' when i + 1 < pattern.Length => Regex.Escape(pattern[++i].ToString()),
                var literal => Regex.Escape(literal.ToString()),
            });
        }

        return expression.Append('$').ToString();
    }
}
