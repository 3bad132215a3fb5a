namespace CdcLake.MySql.Binlog.Statements;

/// <summary>What a logged statement means to a reader of rows.</summary>
internal enum StatementKind
{
    /// <summary>Nothing that concerns rows of tables: users, views, functions, indexes, ANALYZE.</summary>
    Other,

    /// <summary>BEGIN, or XA START: a transaction's changes follow.</summary>
    Begin,

    /// <summary>COMMIT: they are valid.</summary>
    Commit,

    /// <summary>ROLLBACK: they are not.</summary>
    Rollback,

    /// <summary>SAVEPOINT, RELEASE SAVEPOINT, ROLLBACK TO, XA END: inside a transaction, without effect on what is logged.</summary>
    Inside,

    /// <summary>A table comes into being, without rows.</summary>
    CreateTable,

    /// <summary>The same with IF NOT EXISTS, which is logged also when the table was there before.</summary>
    CreateTableIfNotExists,

    /// <summary>All rows of a table vanish, or the table itself: DROP, TRUNCATE.</summary>
    EmptyTable,

    /// <summary>The definition or the rows of a table change: ALTER, RENAME.</summary>
    ChangeTable,

    /// <summary>DROP DATABASE.</summary>
    DropDatabase,

    /// <summary>Rows change by a statement instead of row events.</summary>
    ChangeRows,
}

/// <summary>The tables a statement acts on, and how.</summary>
/// <param name="Kind">The effect on <paramref name="Tables"/>.</param>
/// <param name="Tables">Qualified names, without quotes; the database's name for <see cref="StatementKind.DropDatabase"/>.</param>
/// <param name="Fills">Tables that get rows which are not logged: RENAME to it, EXCHANGE PARTITION, IMPORT TABLESPACE.</param>
internal sealed record Statement(StatementKind Kind, IReadOnlyList<string> Tables, IReadOnlyList<string> Fills)
{
    public static Statement Of(StatementKind kind) => new(kind, [], []);
}
