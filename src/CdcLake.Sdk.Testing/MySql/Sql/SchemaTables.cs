using System.Globalization;
using System.Text;
using CdcLake.MySql.Tables;
using CdcLake.Testing.Tables;
using CdcLake.Testing.Wire;

namespace CdcLake.Testing.MySql.Sql;

/// <summary>What the server says of its tables: information_schema, SHOW INDEX, SHOW CREATE TABLE.</summary>
internal static class SchemaTables
{
    private const string Schema = "information_schema";

    /// <summary>A table of a database, or one of information_schema.</summary>
    /// <exception cref="SqlErrorException">There is none.</exception>
    public static SqlTable Find(ServerState server, MemoryDatabase database, (string Database, string Table) name)
    {
        if (!name.Database.Equals(Schema, StringComparison.OrdinalIgnoreCase))
        {
            var table = FindTable(database, name);
            return new SqlTable([.. table.Columns.Select(c => c.Column)], database.RowsOf(table));
        }

        return name.Table.ToUpperInvariant() switch
        {
            "TABLES" => Table(
                ["TABLE_SCHEMA", "TABLE_NAME", "ENGINE", "TABLE_TYPE", "TABLE_COLLATION", "TABLE_ROWS"],
                database.Tables.Select(t => (t, Name: NameOf(t))).Select(t => new object?[] { t.Name.Database, t.Name.Table, "InnoDB", "BASE TABLE", RowTypeTable.Collation, (long)database.RowsOf(t.t).Count })),
            "COLUMNS" => Table(
                ["TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME", "ORDINAL_POSITION", "COLUMN_DEFAULT", "IS_NULLABLE", "DATA_TYPE", "COLUMN_TYPE", "CHARACTER_SET_NAME", "COLLATION_NAME", "COLUMN_KEY", "GENERATION_EXPRESSION"],
                database.Tables.SelectMany(t => t.Columns.Select((c, i) => RowOf(NameOf(t), c.Column, i)))),
            "TRIGGERS" => Table(["TRIGGER_NAME", "EVENT_OBJECT_SCHEMA", "EVENT_OBJECT_TABLE"], []),
            "PROCESSLIST" => Processes(server),
            _ => throw Unknown(name),
        };
    }

    /// <summary>SHOW INDEX FROM.</summary>
    public static QueryResult Index(MemoryTable table) => QueryResult.Text(
        ["Table", "Non_unique", "Key_name", "Seq_in_index", "Column_name"],
        table.Description.PrimaryKey.Select((k, i) => (string?[])[NameOf(table).Table, "0", "PRIMARY", (i + 1).ToString(CultureInfo.InvariantCulture), table.Columns[k].Column.Name]));

    /// <summary>SHOW CREATE TABLE.</summary>
    public static QueryResult Definition(MemoryTable table)
    {
        var lines = table.Columns.Select(c => $"  {MySqlTableName.Quote(c.Column.Name)} {c.Column.NativeType}{(c.Column.IsNullable ? "" : " NOT NULL")}").ToList();
        if (table.HasKey)
        {
            lines.Add($"  PRIMARY KEY ({string.Join(',', table.Description.PrimaryKey.Select(k => MySqlTableName.Quote(table.Columns[k].Column.Name)))})");
        }

        return QueryResult.Text(["Table", "Create Table"], [[NameOf(table).Table, $"CREATE TABLE {MySqlTableName.Quote(NameOf(table).Table)} (\n{string.Join(",\n", lines)}\n) ENGINE=InnoDB"]]);
    }

    /// <exception cref="SqlErrorException">There is none.</exception>
    public static MemoryTable FindTable(MemoryDatabase database, (string Database, string Table) name) =>
        database.Find(new MySqlTableName(name.Database, name.Table).ToString()) ?? throw Unknown(name);

    /// <summary>True when a database has a table.</summary>
    public static bool HasDatabase(MemoryDatabase database, string name) =>
        name.Equals(Schema, StringComparison.OrdinalIgnoreCase) || database.Tables.Any(t => NameOf(t).Database == name);

    private static SqlTable Processes(ServerState server)
    {
        lock (server.Lock)
        {
            return Table(
                ["ID", "USER", "HOST", "COMMAND"],
                [.. server.Connections.Values.Select(c => new object?[] { (long)c.Number, server.Options.User, "127.0.0.1", c.Command })]);
        }
    }

    private static object?[] RowOf(MySqlTableName table, MySqlColumn column, int ordinal)
    {
        var isText = column.Charset.Length > 0 && !column.IsBinary;
        return
        [
            table.Database, table.Table, column.Name, ordinal + 1L, null, column.IsNullable ? "YES" : "NO", column.NativeType.Split('(', ' ')[0], column.NativeType, isText ? column.Charset : null,
            isText ? column.Collation : null, column.KeyOrder > 0 ? "PRI" : "", "",
        ];
    }

    private static SqlTable Table(string[] columns, IEnumerable<object?[]> rows) => new(
        [.. columns.Select(c => c is "ORDINAL_POSITION" or "TABLE_ROWS" or "ID"
            ? new MySqlColumn(c, MySqlTypeCode.LongLong, 0, 0, false, "", [], true, 0)
            : QueryResult.TextColumn(c) with { Collation = c is "TABLE_SCHEMA" or "TABLE_NAME" ? "utf8mb4_bin" : RowTypeTable.Collation })],
        rows.Select(r => r.Select(v => v is string text ? Encoding.UTF8.GetBytes(text) : v).ToArray()));

    private static MySqlTableName NameOf(MemoryTable table) => MySqlTableName.Parse(table.Name, null);

    private static SqlErrorException Unknown((string Database, string Table) name) => new(new SqlError(1146, "42S02", $"Table '{name.Database}.{name.Table}' doesn't exist"));
}
