using System.Text;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Binlog.Statements;
using CdcLake.MySql.Tables;

namespace CdcLake.Testing.Tables;

// CREATE TABLE [IF NOT EXISTS] name (…) | LIKE other        DROP TABLE [IF EXISTS] name, …        TRUNCATE [TABLE] name
// RENAME TABLE name TO other, …                            ALTER TABLE name clause, …  (AlteredTableText)
// Source: MySQL reference manual, "Data Definition Statements".

/// <summary>Runs a statement that makes, changes or drops tables; refuses every other.</summary>
/// <param name="database">The tables.</param>
/// <param name="sql">Names with their databases.</param>
/// <param name="clock">Of CURRENT_TIMESTAMP, which new columns of existing rows get.</param>
internal sealed class TableStatement(MemoryDatabase database, string sql, TimeProvider clock)
{
    private const int Utf8Collation = 45; // utf8mb4_general_ci: how the statement itself is written
    private readonly StatementText _text = new(new QueryEvent(default, Encoding.UTF8.GetBytes(sql), 0, Utf8Collation));

    /// <returns>The database of the first table, by which the log names the statement.</returns>
    /// <exception cref="TableRowException">It cannot be executed; nothing was done.</exception>
    public string Run()
    {
        var isTable = _text.Has(1, "TABLE");
        return true switch
        {
            _ when isTable && _text.Has(0, "CREATE") => Create(),
            _ when isTable && _text.Has(0, "DROP") => Drop(),
            _ when isTable && _text.Has(0, "RENAME") => Rename(),
            _ when isTable && _text.Has(0, "ALTER") => Alter(),
            _ when _text.Has(0, "TRUNCATE") => Truncate(),
            _ => throw Bad("only CREATE, ALTER, RENAME, TRUNCATE and DROP TABLE are run as statements; rows are written by tables and transactions"),
        };
    }

    private string Create()
    {
        var names = NamesAt(_text.SkipExists(2), single: true, out var at);
        var (name, isThere) = (NameOf(names[0]), database.Find(NameOf(names[0])) is not null);
        if (isThere && !_text.Has(2, "IF"))
        {
            throw Bad($"there is a table {name} already");
        }

        var like = _text.Has(at, '(') ? at + 1 : at;
        var table = _text.Has(like, "LIKE") ? Like(name, Existing(NamesAt(like + 1, single: true, out _)[0])) : CreateTableText.Read(sql);
        if (!isThere)
        {
            database.Define(table);
        }

        return names[0].Database;
    }

    private static MemoryTable Like(string name, MemoryTable other) => other.With(name, other.Columns);

    private string Drop()
    {
        var names = NamesAt(_text.SkipExists(2), single: false, out _);
        if (!_text.Has(2, "IF"))
        {
            names.ForEach(n => Existing(n));
        }

        names.ForEach(n => database.Remove(NameOf(n)));
        return names[0].Database;
    }

    private string Truncate()
    {
        var names = NamesAt(_text.Skip(1, "TABLE"), single: true, out _);
        var table = Existing(names[0]);
        database.Define(table.With(table.Name, table.Columns));
        return names[0].Database;
    }

    // One after the other, so that tables can change places; what fails has done nothing.
    private string Rename()
    {
        var renamed = database.Tables.ToDictionary(t => t.Name, StringComparer.Ordinal);
        string? first = null;
        for (var at = 2; at < _text.Count; at++)
        {
            var from = NamesAt(at, single: true, out at)[0];
            var to = _text.Has(at, "TO") ? NamesAt(at + 1, single: true, out at)[0] : throw Bad($"TO is missing behind {from}");
            first ??= from.Database;
            if (!renamed.Remove(NameOf(from), out var table) || !renamed.TryAdd(NameOf(to), Named(table, NameOf(to))))
            {
                throw Bad(table is null ? $"there is no table {from}" : $"there is a table {to} already");
            }
        }

        foreach (var table in database.Tables)
        {
            database.Remove(table.Name);
        }

        foreach (var table in renamed.Values)
        {
            database.Define(table);
        }

        return first ?? throw Bad("it names no table");
    }

    private string Alter()
    {
        var names = NamesAt(2, single: true, out var at);
        var table = Existing(names[0]);
        var altered = new AlteredTableText(_text, table, Bad, clock).Read(at, out var newName);
        var name = newName is { } other ? NameOf(other) : table.Name;
        if (name != table.Name && database.Find(name) is not null)
        {
            throw Bad($"there is a table {name} already");
        }

        database.Remove(table.Name);
        database.Define(Named(altered, name));
        return names[0].Database;
    }

    private static MemoryTable Named(MemoryTable table, string name)
    {
        if (table.Name == name)
        {
            return table;
        }

        var named = table.With(name, table.Columns);
        named.Fill(table.Rows);
        return named;
    }

    private List<NamedTable> NamesAt(int at, bool single, out int end)
    {
        var names = new List<NamedTable>();
        do
        {
            at = _text.ReadName(at, names);
        }
        while (!single && _text.Has(at++, ','));
        end = at;
        return names.Count > 0 && names.TrueForAll(n => n.Database.Length > 0) ? names : throw Bad("a table's name lacks its database: write appdb.sales");
    }

    private MemoryTable Existing(NamedTable name) => database.Table(NameOf(name));

    private static string NameOf(NamedTable name) => new MySqlTableName(name.Database, name.Table).ToString();

    private TableRowException Bad(string why) => new(TableRowError.BadDefinition, $"\"{sql.Trim().Split('\n')[0]}\" cannot be run: {why}.");
}
