using System.Globalization;
using CdcLake.Columnar;
using CdcLake.MySql.Binlog.Statements;

namespace CdcLake.Testing.Tables;

// ADD [COLUMN] name definition [FIRST | AFTER other] | (name definition, …)     ADD PRIMARY KEY (names)      DROP [COLUMN] name | PRIMARY KEY
// MODIFY [COLUMN] name definition [FIRST | AFTER other]                         CHANGE [COLUMN] name new definition …
// RENAME COLUMN name TO new | [TO | AS] table                                   other keys, checks and options of the table change no row
// Source: MySQL reference manual, "ALTER TABLE Statement".

/// <summary>The clauses of ALTER TABLE, and what becomes of the rows: those of new columns have their default, or what MySQL takes for none.</summary>
/// <param name="text">The statement.</param>
/// <param name="table">As it is.</param>
/// <param name="bad">Makes the error that says why it is not understood.</param>
/// <param name="clock">Of CURRENT_TIMESTAMP.</param>
internal sealed class AlteredTableText(StatementText text, MemoryTable table, Func<string, TableRowException> bad, TimeProvider clock)
{
    private static readonly HashSet<string> Keys = ["INDEX", "KEY", "UNIQUE", "FULLTEXT", "SPATIAL", "CHECK", "CONSTRAINT", "FOREIGN"];
    private static readonly HashSet<string> Options = ["ENGINE", "COMMENT", "AUTO_INCREMENT", "ALGORITHM", "LOCK", "ROW_FORMAT", "FORCE"];
    private readonly List<(MemoryColumn Column, int From)> _columns = [.. table.Columns.Select((c, i) => (c, i))];
    private List<string> _key = [.. table.Description.PrimaryKey.Select(k => table.Columns[k].Column.Name)];
    private NamedTable? _newName;

    /// <param name="at">Index of the first clause.</param>
    /// <param name="newName">What the table is called afterwards; null for the same.</param>
    public MemoryTable Read(int at, out NamedTable? newName)
    {
        while (at < text.Count)
        {
            var end = text.EndOfItem(at);
            ReadClause(at, end);
            at = end + 1;
        }

        newName = _newName;
        var columns = _columns.Select(c => c.Column with { Column = c.Column.Column with { KeyOrder = 1 + _key.FindIndex(k => Same(k, c.Column.Column.Name)) } }).ToList();
        columns = [.. columns.Select(c => c.Column.KeyOrder == 0 ? c : c with { Column = c.Column with { IsNullable = false } })];
        var altered = table.With(table.Name, columns);
        var from = _columns.ConvertAll(c => c.From);
        altered.Fill(table.Rows.Select(row => columns.Select((c, i) => from[i] >= 0 ? Converted(table.Columns[from[i]], c, row[from[i]]) : New(c)).ToArray()));
        return altered;
    }

    private void ReadClause(int at, int end)
    {
        switch (text[at].Text?.ToUpperInvariant())
        {
            case "ADD" when text.Has(at + 1, "PRIMARY"):
                _key = NamesIn(at + 1, end);
                break;
            case "ADD" when text.HasAny(at + 1, Keys):
                break;
            case "ADD":
                Add(text.SkipExists(text.Skip(at + 1, "COLUMN")), end);
                break;
            case "DROP" when text.Has(at + 1, "PRIMARY"):
                _key = [];
                break;
            case "DROP" when text.HasAny(at + 1, Keys):
                break;
            case "DROP":
                var gone = IndexOf(text[text.SkipExists(text.Skip(at + 1, "COLUMN"))].Text);
                _key.RemoveAll(k => Same(k, _columns[gone].Column.Column.Name));
                _columns.RemoveAt(gone);
                break;
            case "MODIFY":
                at = text.Skip(at + 1, "COLUMN");
                Change(IndexOf(text[at].Text), at, end);
                break;
            case "CHANGE":
                at = text.Skip(at + 1, "COLUMN");
                Change(IndexOf(text[at].Text), at + 1, end);
                break;
            case "RENAME" when text.Has(at + 1, "COLUMN") && text.Has(at + 3, "TO"):
                Rename(IndexOf(text[at + 2].Text), text[at + 4].Text);
                break;
            case "RENAME" when text.HasAny(at + 1, Keys):
                break;
            case "RENAME":
                var names = text.Names(text.Skip(text.Skip(at + 1, "TO"), "AS"), single: true);
                _newName = names is [{ Database.Length: > 0 } name] ? name : throw bad("the new name lacks its database");
                break;
            case { } word when Options.Contains(word):
                break;
            default:
                throw bad($"\"{text[at].Text}\" is not understood");
        }
    }

    private void Add(int at, int end)
    {
        if (!text.Has(at, '('))
        {
            Insert(Defined(at, end, out var read), -1, read);
            return;
        }

        for (at++; at < end && !text.Has(at - 1, ')');)
        {
            var next = text.EndOfItem(at);
            Insert(Defined(at, next, out var read), -1, read);
            at = next + 1;
        }
    }

    private void Change(int column, int definition, int end)
    {
        var former = _columns[column];
        var changed = Defined(definition, end, out var read);
        Rename(column, changed.Column.Name);
        if (!read.IsFirst && read.After is null)
        {
            _columns[column] = (changed, former.From);
            return;
        }

        _columns.RemoveAt(column);
        Insert(changed, former.From, read);
    }

    private void Rename(int column, string name)
    {
        var (former, from) = _columns[column];
        _key = _key.ConvertAll(k => Same(k, former.Column.Name) ? name : k);
        _columns[column] = (former with { Column = former.Column with { Name = name } }, from);
    }

    private MemoryColumn Defined(int at, int end, out CreateTableColumn read)
    {
        read = CreateTableColumn.Read(text, at, end, bad);
        if (read.IsKey && !_key.Contains(read.Name, StringComparer.OrdinalIgnoreCase))
        {
            _key = [read.Name];
        }

        return read.Finish(table.Charset, table.Collation, 0);
    }

    private void Insert(MemoryColumn column, int from, CreateTableColumn read)
    {
        if (_columns.Exists(c => Same(c.Column.Column.Name, column.Column.Name)))
        {
            throw bad($"there is a column {column.Column.Name} already");
        }

        _columns.Insert(read.IsFirst ? 0 : read.After is { } other ? IndexOf(other) + 1 : _columns.Count, (column, from));
    }

    private int IndexOf(string name)
    {
        var at = _columns.FindIndex(c => Same(c.Column.Column.Name, name));
        return at >= 0 ? at : throw bad($"{table.Name} has no column {name}");
    }

    private List<string> NamesIn(int at, int end)
    {
        while (at < end && !text.Has(at, '('))
        {
            at++;
        }

        var names = new List<string>();
        for (at++; at < end; at = text.EndOfItem(at) + 1)
        {
            names.Add(_columns[IndexOf(text[at].Text)].Column.Column.Name);
        }

        return names;
    }

    private object? Converted(MemoryColumn former, MemoryColumn column, object? value)
    {
        if (value is null || former.Column.DataType.Equals(column.Column.DataType))
        {
            return value is null ? StoredValue.Of(table.Name, column.Column, null) : value is byte[] ? StoredValue.Of(table.Name, column.Column, Cell(former, value)) : value;
        }

        var cell = Cell(former, value);
        return StoredValue.Of(table.Name, column.Column, column.Column.DataType.Kind == TypeKind.String && cell is not (null or string) ? Convert.ToString(cell, CultureInfo.InvariantCulture) : cell);
    }

    private static object? Cell(MemoryColumn column, object value)
    {
        using var batch = new ChangeBatch(new Schema([new Field(column.Column.Name, column.Column.DataType, true)]));
        MemoryTable.Append(batch, [0], [value], 1);
        return CellValue.Of(batch[0], 0);
    }

    private object? New(MemoryColumn column) =>
        column.Default is { } make ? StoredValue.Of(table.Name, column.Column, make(clock))
        : column.Column.IsNullable ? null
        : column.Column.DataType.Kind switch
        {
            TypeKind.String when column.Column.Labels.Length > 0 => StoredValue.Of(table.Name, column.Column, column.Column.Labels[0]),
            TypeKind.String => StoredValue.Of(table.Name, column.Column, ""),
            TypeKind.Binary => StoredValue.Of(table.Name, column.Column, Array.Empty<byte>()),
            TypeKind.Date or TypeKind.DateTime or TypeKind.Timestamp => throw bad($"column {column.Column.Name} would be 0000-00-00 in the rows that there are: give it a default"),
            TypeKind.Time => StoredValue.Of(table.Name, column.Column, TimeSpan.Zero),
            _ => StoredValue.Of(table.Name, column.Column, 0),
        };

    private static bool Same(string left, string right) => left.Equals(right, StringComparison.OrdinalIgnoreCase);
}
