namespace CdcLake.MySql.Binlog.Statements;

/// <summary>INSERT, UPDATE, DELETE and REPLACE in statement format: their rows are not in the log.</summary>
internal static class RowStatements
{
    private static readonly HashSet<string> Modifiers = ["LOW_PRIORITY", "DELAYED", "HIGH_PRIORITY", "QUICK", "IGNORE", "INTO", "FROM"];

    // Words that bring in another table or a routine; with none of them a statement touches the one table that it names first.
    private static readonly HashSet<string> Joining = ["SELECT", "FROM", "JOIN", "USING", "TABLE", "WITH", "CALL"];

    private static readonly HashSet<string> Functions = ["VALUES", "VALUE", "NOW", "UNIX_TIMESTAMP", "CURRENT_TIMESTAMP", "UTC_TIMESTAMP", "IN"];

    /// <summary>Harmless is only what certainly touches one table, in the server's own database <c>mysql</c>: managed servers write heartbeats there.</summary>
    public static Statement Scan(StatementText text)
    {
        var at = 1;
        while (text.HasAny(at, Modifiers))
        {
            at++;
        }

        var tables = new List<NamedTable>();
        at = text.ReadName(at, tables);
        var isOfOne = tables.Count == 1 && TouchesNothingElse(text, at);
        var isSystem = isOfOne && tables[0].Database.Equals("mysql", StringComparison.OrdinalIgnoreCase);
        return new Statement(isSystem ? StatementKind.Harmless : StatementKind.ChangeRows, tables, []) { IsOfOneTable = isOfOne };
    }

    private static bool TouchesNothingElse(StatementText text, int at)
    {
        // UPDATE a, b SET ... and DELETE a, b FROM ... name further tables before anything else.
        var isSingle = text.Has(0, "UPDATE") ? text.Has(at, "SET")
            : text.Has(0, "DELETE") ? at == text.Count || text.Has(at, "WHERE")
            : text.Has(at, '(') || text.Has(at, "VALUES") || text.Has(at, "VALUE") || text.Has(at, "SET");
        for (; at < text.Count && isSingle; at++)
        {
            var isCall = text[at].IsName && text.Has(at + 1, '(') && !text.HasAny(at, Functions);
            isSingle = !isCall && !text.HasAny(at, Joining) && !text.Has(at, '.');
        }

        return isSingle;
    }
}
