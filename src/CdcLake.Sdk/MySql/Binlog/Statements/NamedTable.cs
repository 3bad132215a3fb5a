using CdcLake.MySql.Charsets;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog.Statements;

/// <summary>A table as a statement names it, without quotes.</summary>
/// <param name="Database">The database, which may be the statement's default one.</param>
/// <param name="Table">The table; empty when the whole database is meant.</param>
internal readonly record struct NamedTable(string Database, string Table)
{
    // A server that cannot write a name in the client's character set writes a question mark.
    private bool IsCertain => !$"{Database}{Table}".AsSpan().ContainsAny(ClientCharset.Uncertain, '?');

    /// <summary>
    /// True unless the table is certainly another one. Letter case does not tell tables apart, and a name that could not be decoded may be any that
    /// is not all ASCII.
    /// </summary>
    /// <param name="table">Qualified name of a captured table.</param>
    public bool MayBe(string table)
    {
        if (!IsCertain && !System.Text.Ascii.IsValid(table))
        {
            return true;
        }

        var captured = MySqlTableName.Parse(table, null);
        return Database.Equals(captured.Database, StringComparison.OrdinalIgnoreCase) && (Table.Length == 0 || Table.Equals(captured.Table, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>True where the table is certainly this one. A name in other letter case is that only on some servers, of which the log does not tell.</summary>
    /// <param name="table">Qualified name of a captured table.</param>
    public bool Is(string table)
    {
        var captured = MySqlTableName.Parse(table, null);
        return IsCertain && Database == captured.Database && (Table.Length == 0 || Table == captured.Table);
    }

    public override string ToString() => Table.Length == 0 ? Database : new MySqlTableName(Database, Table).ToString();
}
