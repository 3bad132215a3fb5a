using System.Text;
using CdcLake.MySql.Binlog.Events;

namespace CdcLake.MySql.Binlog.Statements;

// Recognises only the statements that change tables or rows and the names they act on; it is not a grammar. The row format of the log makes
// anything finer unnecessary: what a table looks like is told by TABLE_MAP events.

/// <summary>Finds out what a logged statement means to a reader of rows.</summary>
internal static class StatementScanner
{
    /// <summary>The kinds that occur in every transaction, told without allocating; null for all others.</summary>
    public static StatementKind? Quick(ReadOnlySpan<byte> statement)
    {
        if (Ascii.EqualsIgnoreCase(statement, "BEGIN"u8))
        {
            return StatementKind.Begin;
        }

        return Ascii.EqualsIgnoreCase(statement, "COMMIT"u8) ? StatementKind.Commit
            : Ascii.EqualsIgnoreCase(statement, "ROLLBACK"u8) ? StatementKind.Rollback
            : null;
    }

    /// <summary>Scans any statement.</summary>
    public static Statement Scan(QueryEvent query)
    {
        var tokens = new List<SqlToken>();
        var reader = new SqlTokens(query.Statement, query.AnsiQuotes, query.NoBackslashEscapes);
        while (reader.Next(out var token))
        {
            tokens.Add(token);
        }

        return Scan(tokens, Encoding.UTF8.GetString(query.Database));
    }

    private static Statement Scan(List<SqlToken> tokens, string database)
    {
        while (tokens.Count > 0 && tokens[0].Is('('))
        {
            tokens.RemoveAt(0);
        }

        var first = tokens.Count > 0 ? tokens[0].Text.ToUpperInvariant() : "";
        return first switch
        {
            "BEGIN" or "START" => Statement.Of(StatementKind.Begin),
            "COMMIT" => Statement.Of(StatementKind.Commit),
            "ROLLBACK" => Statement.Of(Has(tokens, 1, "TO") || Has(tokens, 2, "TO") ? StatementKind.Inside : StatementKind.Rollback),
            "SAVEPOINT" or "RELEASE" => Statement.Of(StatementKind.Inside),
            "XA" => Statement.Of(Has(tokens, 1, "START") || Has(tokens, 1, "BEGIN") ? StatementKind.Begin
                : Has(tokens, 1, "END") || Has(tokens, 1, "PREPARE") ? StatementKind.Inside : StatementKind.Other),
            "INSERT" or "UPDATE" or "DELETE" or "REPLACE" or "LOAD" or "CALL" or "WITH" => ScanRows(tokens, first, database),
            "TRUNCATE" => new Statement(StatementKind.EmptyTable, Names(tokens, Skip(tokens, 1, "TABLE"), database, single: true), []),
            "RENAME" when Has(tokens, 1, "TABLE") || Has(tokens, 1, "TABLES") => ScanRename(tokens, database),
            "DROP" or "CREATE" or "ALTER" => ScanDefinition(tokens, first, database),
            _ => Statement.Of(StatementKind.Other),
        };
    }

    private static Statement ScanDefinition(List<SqlToken> tokens, string verb, string database)
    {
        var at = 1;
        while (at < tokens.Count && (tokens[at].Is("TEMPORARY") || tokens[at].Is("OR") || tokens[at].Is("REPLACE")))
        {
            at++;
        }

        var temporary = Has(tokens, 1, "TEMPORARY");
        if (Has(tokens, at, "DATABASE") || Has(tokens, at, "SCHEMA"))
        {
            at = SkipExists(tokens, at + 1);
            return verb == "DROP" && at < tokens.Count
                ? new Statement(StatementKind.DropDatabase, [tokens[at].Text], [])
                : Statement.Of(StatementKind.Other);
        }

        if (temporary || !(Has(tokens, at, "TABLE") || Has(tokens, at, "TABLES")))
        {
            return Statement.Of(StatementKind.Other);
        }

        var created = Has(tokens, at + 1, "IF") ? StatementKind.CreateTableIfNotExists : StatementKind.CreateTable;
        at = SkipExists(tokens, at + 1);
        return verb switch
        {
            "CREATE" => new Statement(created, Names(tokens, at, database, single: true), []),
            "DROP" => new Statement(StatementKind.EmptyTable, Names(tokens, at, database, single: false), []),
            _ => ScanAlter(tokens, at, database),
        };
    }

    private static Statement ScanAlter(List<SqlToken> tokens, int at, string database)
    {
        var tables = new List<string>();
        var fills = new List<string>();
        at = ReadName(tokens, at, database, tables);
        if (AlterClauses.AreHarmless(tokens, at))
        {
            return Statement.Of(StatementKind.Other);
        }

        for (; at < tokens.Count && tables.Count > 0; at++)
        {
            if (tokens[at].Is("IMPORT") && Has(tokens, at + 1, "TABLESPACE"))
            {
                fills.Add(tables[0]);
            }
            else if (tokens[at].Is("EXCHANGE") && Has(tokens, at + 1, "PARTITION"))
            {
                fills.Add(tables[0]);
            }
            else if (tokens[at].Is("TABLE") && at > 0 && tokens[at - 1].Is("WITH"))
            {
                ReadName(tokens, at + 1, database, fills);
            }
            else if (tokens[at].Is("RENAME") && !IsRenameOfPart(tokens, at + 1))
            {
                ReadName(tokens, Has(tokens, at + 1, "TO") || Has(tokens, at + 1, "AS") || Has(tokens, at + 1, '=') ? at + 2 : at + 1, database, fills);
            }
        }

        return new Statement(StatementKind.ChangeTable, tables, fills);
    }

    private static bool IsRenameOfPart(List<SqlToken> tokens, int at) =>
        Has(tokens, at, "COLUMN") || Has(tokens, at, "INDEX") || Has(tokens, at, "KEY");

    private static Statement ScanRename(List<SqlToken> tokens, string database)
    {
        var tables = new List<string>();
        var fills = new List<string>();
        for (var at = 2; at < tokens.Count; at++)
        {
            at = ReadName(tokens, at, database, tables);
            if (Has(tokens, at, "TO"))
            {
                at = ReadName(tokens, at + 1, database, fills);
            }
        }

        return new Statement(StatementKind.ChangeTable, tables, fills);
    }

    private static Statement ScanRows(List<SqlToken> tokens, string verb, string database)
    {
        var at = 1;
        var keyword = verb switch { "INSERT" or "REPLACE" or "LOAD" => "INTO", "DELETE" => "FROM", _ => "" };
        if (keyword.Length > 0)
        {
            var found = tokens.FindIndex(t => t.Is(keyword));
            at = found < 0 ? at : found + 1;
        }

        at = Skip(tokens, at, "TABLE");
        while (Has(tokens, at, "LOW_PRIORITY") || Has(tokens, at, "IGNORE") || Has(tokens, at, "DELAYED") || Has(tokens, at, "HIGH_PRIORITY"))
        {
            at++;
        }

        return new Statement(StatementKind.ChangeRows, Names(tokens, at, database, single: true), []);
    }

    private static int SkipExists(List<SqlToken> tokens, int at)
    {
        at = Skip(tokens, at, "IF");
        at = Skip(tokens, at, "NOT");
        return Skip(tokens, at, "EXISTS");
    }

    private static int Skip(List<SqlToken> tokens, int at, string word) => Has(tokens, at, word) ? at + 1 : at;

    private static bool Has(List<SqlToken> tokens, int at, string word) => at < tokens.Count && tokens[at].Is(word);

    private static bool Has(List<SqlToken> tokens, int at, char c) => at < tokens.Count && tokens[at].Is(c);

    private static List<string> Names(List<SqlToken> tokens, int at, string database, bool single)
    {
        var names = new List<string>();
        do
        {
            at = ReadName(tokens, at, database, names);
        }
        while (!single && Has(tokens, at++, ','));
        return names;
    }

    /// <summary>Reads <c>table</c> or <c>database.table</c>, if there is one, and returns the index behind it.</summary>
    private static int ReadName(List<SqlToken> tokens, int at, string database, List<string> names)
    {
        if (Has(tokens, at, '.')) // .table: in the default database
        {
            at++;
        }

        if (at >= tokens.Count || !tokens[at].IsName)
        {
            return at;
        }

        if (Has(tokens, at + 1, '.') && at + 2 < tokens.Count && tokens[at + 2].IsName)
        {
            names.Add($"{tokens[at].Text}.{tokens[at + 2].Text}");
            return at + 3;
        }

        names.Add($"{database}.{tokens[at].Text}");
        return at + 1;
    }
}
