namespace CdcLake.MySql.Binlog.Statements;

/// <summary>CREATE, DROP, ALTER and RENAME.</summary>
internal static class DefinitionStatements
{
    // What may stand between the verb and what it acts on. DEFINER, ALGORITHM and SQL SECURITY have values behind them.
    private static readonly HashSet<string> Modifiers =
        [
        "OR", "REPLACE", "TEMPORARY", "EXTERNAL", "AGGREGATE", "UNIQUE", "FULLTEXT", "SPATIAL", "ONLINE", "OFFLINE", "UNDO", "LOGFILE", "RESOURCE", "JSON", "RELATIONAL",
        "DUALITY", "MATERIALIZED", "IGNORE",
    ];

    private static readonly HashSet<string> Clauses = ["DEFINER", "ALGORITHM", "SQL"];

    // Objects that hold no rows; routines, triggers and events change rows when they run, and that is logged then.
    private static readonly HashSet<string> WithoutRows =
        ["VIEW", "INDEX", "TRIGGER", "FUNCTION", "PROCEDURE", "EVENT", "USER", "ROLE", "SERVER", "TABLESPACE", "GROUP", "REFERENCE", "INSTANCE", "LIBRARY", "SEQUENCE", "PACKAGE"];

    // Behind DEFINER and the like only these can follow.
    private static readonly HashSet<string> Defined = ["VIEW", "TRIGGER", "FUNCTION", "PROCEDURE", "EVENT"];

    public static Statement Scan(StatementText text)
    {
        var at = 1;
        while (text.HasAny(at, Modifiers))
        {
            at++;
        }

        if (text.Has(at, "DATABASE") || text.Has(at, "SCHEMA"))
        {
            at = text.SkipExists(at + 1);
            return text.Has(0, "DROP") && text[at].IsName
                ? new Statement(StatementKind.DropDatabase, [new NamedTable(text[at].Text, "")], [])
                : Statement.Of(text.Has(0, "DROP") ? StatementKind.Unknown : StatementKind.Harmless);
        }

        if (text.Has(at, "TABLE") || text.Has(at, "TABLES"))
        {
            return ScanTable(text, at + 1);
        }

        return Statement.Of(text.HasAny(at, WithoutRows) || (text.HasAny(at, Clauses) && Defines(text, at)) ? StatementKind.Harmless : StatementKind.Unknown);
    }

    public static Statement ScanRename(StatementText text)
    {
        var tables = new List<NamedTable>();
        var fills = new List<NamedTable>();
        for (var at = 2; at < text.Count; at++)
        {
            at = text.SkipWait(text.ReadName(text.SkipExists(at), tables));
            if (text.Has(at, "TO"))
            {
                at = text.ReadName(at + 1, fills);
            }
        }

        return new Statement(StatementKind.ChangeTable, tables, fills);
    }

    private static bool Defines(StatementText text, int at)
    {
        for (; at < text.Count; at++)
        {
            if (text.HasAny(at, Defined))
            {
                return true;
            }
        }

        return false;
    }

    private static Statement ScanTable(StatementText text, int at)
    {
        var isConditional = text.Has(at, "IF");
        at = text.SkipExists(at);
        if (text.Has(0, "CREATE"))
        {
            return ScanCreate(text, at, isConditional);
        }

        if (text.Has(1, "TEMPORARY"))
        {
            return Statement.Of(StatementKind.Harmless); // of which no other session knows
        }

        return text.Has(0, "DROP") ? new Statement(StatementKind.DropTable, text.Names(at, single: false), []) : ScanAlter(text, at);
    }

    private static Statement ScanCreate(StatementText text, int at, bool isConditional)
    {
        var tables = new List<NamedTable>();
        at = text.ReadName(at, tables);
        if (IsFilled(text, at))
        {
            return new Statement(StatementKind.ChangeRows, tables, []);
        }

        if (text.Has(1, "TEMPORARY"))
        {
            return Statement.Of(StatementKind.Harmless);
        }

        // What was there before may have had other columns; and rows of history, which only MariaDB's tables have, are not the table's.
        if (text.Has(1, "OR") || text.HasBehind(at, "VERSIONING"))
        {
            return new Statement(StatementKind.ChangeTable, tables, tables) { AddsActions = AlterClauses.HasActions(text, at, text.Count) };
        }

        var kind = isConditional ? StatementKind.CreateTableIfNotExists : StatementKind.CreateTable;
        return new Statement(kind, tables, []) { AddsActions = AlterClauses.HasActions(text, at, text.Count) };
    }

    /// <summary>True for CREATE TABLE ... SELECT, TABLE or VALUES in statement format; in row format the server logs the definition and rows.</summary>
    private static bool IsFilled(StatementText text, int at)
    {
        if (text.HasBehind(at, "SELECT"))
        {
            return true;
        }

        for (var depth = 0; at < text.Count; at++)
        {
            depth += text.Has(at, '(') ? 1 : text.Has(at, ')') ? -1 : 0;
            if (text.Has(at, "TABLE") || (text.Has(at, "VALUES") && (depth == 0 || text.Has(at + 1, "ROW"))))
            {
                return true;
            }
        }

        return false;
    }

    private static Statement ScanAlter(StatementText text, int at)
    {
        var tables = new List<NamedTable>();
        var fills = new List<NamedTable>();
        at = text.SkipWait(text.ReadName(at, tables));
        var clauses = AlterClauses.Read(text, at);
        var hasActions = AlterClauses.HasActions(text, at, text.Count);
        var isIgnoring = text.Has(1, "IGNORE"); // rows that a new key does not allow
        if (!isIgnoring && tables.Count > 0 && clauses.All(c => c.Kind == AlterKind.Nothing))
        {
            return Statement.Of(StatementKind.Harmless);
        }

        for (; at < text.Count && tables.Count > 0; at++)
        {
            if ((text.Has(at, "IMPORT") && (text.Has(at + 1, "TABLESPACE") || text.Has(at + 1, "PARTITION"))) || (text.Has(at, "EXCHANGE") && text.Has(at + 1, "PARTITION")))
            {
                fills.Add(tables[0]);
            }
            else if (text.Has(at, "CONVERT") && (text.Has(at + 1, "PARTITION") || text.Has(at + 1, "TABLE")))
            {
                fills.Add(tables[0]);
                text.ReadName(text.Has(at + 1, "TABLE") ? at + 2 : at + 5, text.Has(at + 1, "TABLE") ? tables : fills);
            }
            else if (text.Has(at, "TABLE") && text.Has(at - 1, "WITH"))
            {
                text.ReadName(at + 1, fills);
            }
            else if (text.Has(at, "RENAME") && !IsRenameOfPart(text, at + 1))
            {
                text.ReadName(text.Has(at + 1, "TO") || text.Has(at + 1, "AS") || text.Has(at + 1, '=') ? at + 2 : at + 1, fills);
            }
        }

        return new Statement(StatementKind.ChangeTable, tables, fills) { Clauses = isIgnoring ? [] : clauses, AddsActions = hasActions };
    }

    private static bool IsRenameOfPart(StatementText text, int at) => text.Has(at, "COLUMN") || text.Has(at, "INDEX") || text.Has(at, "KEY");
}
