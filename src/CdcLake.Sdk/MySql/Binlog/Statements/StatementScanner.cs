using System.Text;
using CdcLake.MySql.Binlog.Events;

namespace CdcLake.MySql.Binlog.Statements;

// Recognises only the statements that change tables or rows and the names they act on; it is not a grammar. The row format of the log makes
// anything finer unnecessary: what a table looks like is told by TABLE_MAP events. What is not recognised is Unknown, which no reader passes over.

/// <summary>Finds out what a logged statement means to a reader of rows.</summary>
internal static class StatementScanner
{
    private static readonly HashSet<string> HarmlessVerbs = ["GRANT", "REVOKE", "FLUSH", "ANALYZE", "OPTIMIZE", "CHECK", "CACHE", "INSTALL", "UNINSTALL"];

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
        var text = new StatementText(query);
        text.DropSettings();
        var statement = Scan(text);
        return (IsWithoutName(statement) ? Statement.Of(StatementKind.Unknown) : statement) with { Text = text.ToString(), MayBeOfTemporary = query.UsesTemporary && !IsWrittenByServer(statement.Kind) };
    }

    // Servers write DROP themselves, with TEMPORARY where it is one, and MySQL marks all of them.
    private static bool IsWrittenByServer(StatementKind kind) => kind is StatementKind.DropTable or StatementKind.DropDatabase;

    // Whoever defines something names it: where no name is found the statement was not understood.
    private static bool IsWithoutName(Statement statement) => statement.Kind switch
    {
        StatementKind.CreateTable or StatementKind.CreateTableIfNotExists or StatementKind.EmptyTable or StatementKind.DropTable or StatementKind.ChangeTable or StatementKind.DropDatabase =>
            statement.Tables.Count == 0,
        _ => false,
    };

    private static Statement Scan(StatementText text) => text.Count == 0 ? Statement.Of(StatementKind.Harmless) : text[0].Text.ToUpperInvariant() switch
    {
        "BEGIN" => Statement.Of(StatementKind.Begin),
        "START" => Statement.Of(text.Has(1, "TRANSACTION") ? StatementKind.Begin : StatementKind.Unknown),
        "COMMIT" => Statement.Of(StatementKind.Commit),
        "ROLLBACK" => Statement.Of(text.Has(1, "TO") || text.Has(2, "TO") ? StatementKind.Inside : StatementKind.Rollback),
        "SAVEPOINT" or "RELEASE" => Statement.Of(StatementKind.Inside),
        "XA" => XaStatements.Scan(text),
        "INSERT" or "UPDATE" or "DELETE" or "REPLACE" => RowStatements.Scan(text),
        "LOAD" when text.Has(1, "INDEX") => Statement.Of(StatementKind.Harmless),
        "LOAD" or "WITH" => Statement.Of(StatementKind.ChangeRows),
        "TRUNCATE" => new Statement(StatementKind.EmptyTable, text.Names(text.Skip(1, "TABLE"), single: true), []),
        "RENAME" when text.Has(1, "USER") => Statement.Of(StatementKind.Harmless),
        "RENAME" when text.Has(1, "TABLE") || text.Has(1, "TABLES") => DefinitionStatements.ScanRename(text),
        "REPAIR" => new Statement(StatementKind.ChangeTable, text.Names(text.Skip(text.Skip(text.Skip(1, "NO_WRITE_TO_BINLOG"), "LOCAL"), text.Has(1, "TABLES") || text.Has(2, "TABLES") ? "TABLES" : "TABLE"), single: false), []),
        "SET" when text.Has(1, "PASSWORD") || text.Has(1, "DEFAULT") || text.Has(1, "RESOURCE") => Statement.Of(StatementKind.Harmless),
        "DROP" or "CREATE" or "ALTER" => DefinitionStatements.Scan(text),
        _ => Statement.Of(text.HasAny(0, HarmlessVerbs) ? StatementKind.Harmless : StatementKind.Unknown), // SELECT f(), DO, CALL, HANDLER, IMPORT TABLE, ...
    };
}
