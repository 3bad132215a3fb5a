using CdcLake.MySql.Binlog.Events;

namespace CdcLake.MySql.Binlog.Statements;

/// <summary>What a logged statement means to a reader of rows.</summary>
internal enum StatementKind
{
    /// <summary>Not known to be harmless: it may change rows that the log does not tell.</summary>
    Unknown,

    /// <summary>Known to change no row of any table: users, views, functions, indexes, ANALYZE.</summary>
    Harmless,

    /// <summary>BEGIN, or XA START: a transaction's changes follow.</summary>
    Begin,

    /// <summary>COMMIT: they are valid.</summary>
    Commit,

    /// <summary>ROLLBACK: they are not.</summary>
    Rollback,

    /// <summary>SAVEPOINT, RELEASE SAVEPOINT, ROLLBACK TO, XA END: inside a transaction, without effect on what is logged.</summary>
    Inside,

    /// <summary>XA COMMIT: the changes of a transaction that was prepared before become valid.</summary>
    XaCommit,

    /// <summary>XA ROLLBACK: they are void.</summary>
    XaRollback,

    /// <summary>A table comes into being, without rows.</summary>
    CreateTable,

    /// <summary>The same with IF NOT EXISTS, which is logged also when the table was there before.</summary>
    CreateTableIfNotExists,

    /// <summary>All rows of a table vanish: TRUNCATE.</summary>
    EmptyTable,

    /// <summary>DROP TABLE: the table vanishes.</summary>
    DropTable,

    /// <summary>The definition or the rows of a table change: ALTER, RENAME, REPAIR, CREATE OR REPLACE.</summary>
    ChangeTable,

    /// <summary>DROP DATABASE.</summary>
    DropDatabase,

    /// <summary>Rows change by a statement instead of row events.</summary>
    ChangeRows,
}

/// <summary>The tables a statement acts on, and how.</summary>
/// <param name="Kind">The effect on <paramref name="Tables"/>.</param>
/// <param name="Tables">Tables; the database for <see cref="StatementKind.DropDatabase"/>.</param>
/// <param name="Fills">Tables that get rows which are not logged: RENAME to it, EXCHANGE PARTITION, IMPORT TABLESPACE.</param>
internal sealed record Statement(StatementKind Kind, IReadOnlyList<NamedTable> Tables, IReadOnlyList<NamedTable> Fills)
{
    /// <summary>The words of the statement before its first literal, for messages: rows of users do not belong there.</summary>
    public string Text { get; init; } = "";

    /// <summary>What ALTER TABLE does; empty for all other statements, and when it may do anything.</summary>
    public IReadOnlyList<AlterClause> Clauses { get; init; } = [];

    /// <summary>True of an ALTER TABLE after which the table has the same rows and columns.</summary>
    public bool LeavesRows => Clauses.Count > 0 && Clauses.All(c => c.Kind is AlterKind.Nothing or AlterKind.MovePartitions);

    /// <summary>True when it gives the table a foreign key that changes rows by itself.</summary>
    public bool AddsActions { get; init; }

    /// <summary>True when it certainly touches the one table it names first, and calls no function of users; triggers of that table aside.</summary>
    public bool IsOfOneTable { get; init; }

    /// <summary>True when its session used a temporary table, which hides one of the same name: the log does not tell then which of both it acts on.</summary>
    public bool MayBeOfTemporary { get; init; }

    /// <summary>Which XA transaction it is about; null for other statements, and when the server did not write it as it always does.</summary>
    public XaId? Xa { get; init; }

    /// <summary>True where it certainly acts on a table that it names.</summary>
    /// <param name="table">Qualified name of a captured table.</param>
    public bool IsOf(string table) => !MayBeOfTemporary && Tables.Any(t => t.Is(table));

    public static Statement Of(StatementKind kind) => new(kind, [], []);
}
