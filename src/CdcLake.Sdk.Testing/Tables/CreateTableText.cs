using System.Text;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Binlog.Statements;
using CdcLake.MySql.Tables;

namespace CdcLake.Testing.Tables;

// CREATE TABLE [IF NOT EXISTS] database.name (column type attributes, …, [CONSTRAINT …] PRIMARY KEY (columns), other keys and checks) options
// Source: MySQL reference manual, "CREATE TABLE Statement". Keys but the primary one and checks are read over: the harness does not enforce them.

/// <summary>Reads a table's definition as a migration or SHOW CREATE TABLE has it.</summary>
internal sealed class CreateTableText
{
    private const int Utf8Collation = 45; // utf8mb4_general_ci: how the statement itself is written
    private static readonly HashSet<string> Keys = ["PRIMARY", "UNIQUE", "KEY", "INDEX", "FULLTEXT", "SPATIAL", "FOREIGN", "CHECK", "CONSTRAINT"];

    private readonly StatementText _text;
    private readonly string _sql;
    private readonly List<string> _key = [];
    private readonly List<CreateTableColumn> _columns = [];

    private CreateTableText(string sql)
    {
        _sql = sql;
        _text = new StatementText(new QueryEvent(default, Encoding.UTF8.GetBytes(sql), 0, Utf8Collation));
    }

    /// <exception cref="TableRowException">The statement is another one, or says something that is not understood.</exception>
    public static MemoryTable Read(string sql) => new CreateTableText(sql).Read();

    private MemoryTable Read()
    {
        var at = _text.Skip(_text.Skip(0, "CREATE"), "TEMPORARY");
        at = _text.Has(0, "CREATE") && _text.Has(at, "TABLE") ? _text.SkipExists(at + 1) : throw Bad("it does not begin with CREATE TABLE");
        var names = new List<NamedTable>();
        at = _text.ReadName(at, names);
        if (names is not [{ Database.Length: > 0 } name])
        {
            throw Bad("the table's name lacks its database: write CREATE TABLE appdb.sales (…)");
        }

        if (!_text.Has(at, '('))
        {
            throw Bad("no list of columns follows the name");
        }

        do
        {
            var end = _text.EndOfItem(++at);
            ReadItem(at, end);
            at = end;
        }
        while (_text.Has(at, ','));
        return Finish(new MySqlTableName(name.Database, name.Table).ToString(), at);
    }

    private MemoryTable Finish(string name, int options)
    {
        var collation = Word(options, "COLLATE");
        var charset = Word(options, "CHARSET") ?? Word(options, "SET") ?? collation?.Split('_')[0] ?? RowTypeTable.Charset;
        var unknown = _key.Find(k => !_columns.Exists(c => c.Is(k)));
        return unknown is not null || _columns.Count == 0
            ? throw Bad(unknown is null ? "it has no columns" : $"the primary key names {unknown}, which is no column")
            : new MemoryTable(name, [.. _columns.Select(c => c.Finish(charset, collation, 1 + _key.FindIndex(c.Is)))], "CREATE TABLE") { Charset = charset, Collation = collation };
    }

    private string? Word(int from, string option)
    {
        var at = _text.IndexOf(from, _text.Count, option);
        return at < 0 ? null : _text[_text.Has(at + 1, '=') ? at + 2 : at + 1].Text;
    }

    private void ReadItem(int at, int end)
    {
        if (!_text.HasAny(at, Keys))
        {
            ReadColumn(at, end);
            return;
        }

        var primary = _text.Has(at, "CONSTRAINT") || _text.Has(at, "PRIMARY") ? _text.IndexOf(at, end, "PRIMARY") : -1;
        if (primary >= 0)
        {
            for (at = primary; at < end && !_text.Has(at, '('); at++)
            {
            }

            for (at++; at < end; at = _text.EndOfItem(at) + 1)
            {
                _key.Add(_text[at].Text);
            }
        }
    }

    private void ReadColumn(int at, int end)
    {
        var column = CreateTableColumn.Read(_text, at, end, Bad);
        if (column.IsKey)
        {
            _key.Add(column.Name);
        }

        _columns.Add(column);
    }

    private TableRowException Bad(string why) => new(TableRowError.BadDefinition, $"The table cannot be declared by \"{_sql.Trim().Split('\n')[0]}\": {why}.");
}
