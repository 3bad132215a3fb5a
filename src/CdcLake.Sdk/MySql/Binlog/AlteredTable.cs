using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.MySql.Binlog.Statements;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog;

/// <summary>
/// What a captured table of which everything is read becomes by ALTER TABLE, where the values of its rows certainly stay what they are and those of new columns are NULL:
/// then nobody has to read it anew.
/// </summary>
internal sealed class AlteredTable
{
    private readonly TableCapture _before;
    private readonly DatePolicy _dates;
    private readonly bool _isUnicode;
    private readonly List<Part> _columns;

    private AlteredTable(TableCapture before, bool isUnicode, DatePolicy dates)
    {
        (_before, _isUnicode, _dates) = (before, isUnicode, dates);
        var table = before.Table;
        _columns = [.. Enumerable.Range(0, table.Schema.Count).Select(i => new Part(table.Schema[i], table.NativeTypes[i], i))];
    }

    /// <summary>Applies the clauses of one statement.</summary>
    /// <param name="before">The table until here.</param>
    /// <param name="clauses">All of them; none where it is not known what the statement does (ALTER IGNORE TABLE drops rows, REPAIR TABLE may).</param>
    /// <param name="isUnicode">Text columns without a character set of their own are certainly utf8mb4.</param>
    /// <param name="dates">What becomes of dates that no calendar has.</param>
    /// <returns>The table from here on, and for each of its columns which one it was, or −1; null when the table has to be read anew.</returns>
    public static (TableCapture After, IReadOnlyList<int> Former)? Apply(TableCapture before, IReadOnlyList<AlterClause> clauses, bool isUnicode, DatePolicy dates)
    {
        if (clauses.Count == 0 || !before.ChangesInPlace || before.Columns.Count != before.Table.Schema.Count)
        {
            return null;
        }

        var table = new AlteredTable(before, isUnicode, dates);
        return !clauses.Any(c => c.Kind == AlterKind.ChangeDefault && clauses.Any(a => a.Kind == AlterKind.AddColumn && c.MayName(a.Column))) // which rows have then, on MariaDB
            && clauses.All(table.Replace) && clauses.All(table.Place) ? table.Result() : null;
    }

    // First the columns that are there become others, where they stand; then those that are new, or have a place of their own, come in the order of the statement.
    // What is dropped, renamed or changed has the name that it had before the whole statement, so that names can be swapped; AFTER means names of afterwards.
    private bool Replace(AlterClause clause)
    {
        switch (clause.Kind)
        {
            case AlterKind.Nothing or AlterKind.MovePartitions or AlterKind.ChangeDefault or AlterKind.AddColumn or AlterKind.ChangeDefaultText or AlterKind.DropForeignKey:
                return true;
            case AlterKind.DropColumn when FindFormer(clause.Column) is { } dropped && !IsKey(dropped):
                return _columns.Remove(dropped);
            case AlterKind.RenameColumn when FindFormer(clause.Column) is { } renamed && System.Text.Ascii.IsValid(clause.NewName): // others may not be what the server understood
                renamed.Field = renamed.Field with { Name = clause.NewName };
                return true;
            case AlterKind.ChangeColumn when FindFormer(clause.Column) is { } changed && clause.Definition is { } definition && _before.Table.Generated.Count == 0:
                return Change(changed, clause.NewName, definition);
            default:
                return false;
        }
    }

    private bool Change(Part changed, string name, ColumnDefinition definition)
    {
        var former = MySqlColumnTypeText.Parse(changed.Field.Name, changed.NativeType, "utf8mb4", changed.Field.Nullable, 0);
        if (ColumnOf(name, definition) is not { } now
            || !ColumnWidening.Holds(former, now, definition.Charset is { } charset ? charset.Equals("utf8mb4", StringComparison.OrdinalIgnoreCase) : _isUnicode)
            || (IsKey(changed) && (now.DataType != changed.Field.Type || now.NativeType != changed.NativeType || now.IsNullable)))
        {
            return false;
        }

        Take(changed, now);
        return true;
    }

    private bool Place(AlterClause clause)
    {
        var part = clause.Kind == AlterKind.ChangeColumn ? FindFormer(clause.Column) : Find(clause.Column);
        if (clause.Kind == AlterKind.AddColumn)
        {
            // A TIMESTAMP is nullable by itself on some servers only.
            if (part is not null || clause.Definition is not { HasDefault: false, IsNullable: true } added
                || (added.Type.StartsWith("timestamp", StringComparison.Ordinal) && !added.SaysNullable) || ColumnOf(clause.Column, added) is not { } column)
            {
                return false;
            }

            part = new Part(new Field(clause.Column, column.DataType, true), "", -1);
            Take(part, column);
            _columns.Add(part);
        }

        return clause.Kind is not (AlterKind.AddColumn or AlterKind.ChangeColumn) || Move(part!, clause.Definition!);
    }

    private bool Move(Part part, ColumnDefinition definition)
    {
        if (definition is { IsFirst: false, After: null })
        {
            return true;
        }

        _columns.Remove(part);
        var at = definition.IsFirst ? 0 : _columns.FindIndex(c => c.Field.Name.Equals(definition.After, StringComparison.OrdinalIgnoreCase)) + 1;
        if (!definition.IsFirst && at == 0)
        {
            return false;
        }

        _columns.Insert(at, part);
        return true;
    }

    private (TableCapture After, IReadOnlyList<int> Former)? Result()
    {
        var former = _columns.ConvertAll(c => c.Former);
        var table = _before.Table;
        if (_columns.Count == 0 || _columns.DistinctBy(c => c.Field.Name, StringComparer.OrdinalIgnoreCase).Count() != _columns.Count || table.Unsupported.Count > 0)
        {
            return null;
        }

        var after = table with
        {
            Schema = new Schema(_columns.Select(c => c.Field)),
            NativeTypes = [.. _columns.Select(c => c.NativeType)],
            PrimaryKey = [.. table.PrimaryKey.Select(k => former.IndexOf(k))],
            Generated = _columns.Select((c, i) => (c.Former, i)).Where(c => table.Generated.Contains(c.Former)).Select(c => c.i).ToHashSet(),
        };
        return (TableCapture.Of(after, [.. Enumerable.Range(0, after.Schema.Count)]) with { ReadsAll = true, ChangesInPlace = true }, former);
    }

    private MySqlColumn? ColumnOf(string name, ColumnDefinition definition)
    {
        var parsed = MySqlColumnTypeText.Parse(name, definition.Type, definition.Charset?.ToLowerInvariant() ?? "utf8mb4", definition.IsNullable, 0);
        var column = _dates.Apply(_before.Table.Name, [parsed])[0];
        return column.Unsupported is null && System.Text.Ascii.IsValid(name) ? column : null;
    }

    private static void Take(Part part, MySqlColumn column)
    {
        var described = MySqlColumnDescription.Describe("", [column]);
        (part.Field, part.NativeType) = (described.Schema[0], described.NativeTypes[0]);
    }

    private bool IsKey(Part part) => _before.Table.PrimaryKey.Contains(part.Former);

    private Part? FindFormer(string name) => _columns.Find(c => c.Former >= 0 && _before.Table.Schema[c.Former].Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private Part? Find(string name) => _columns.Find(c => c.Field.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private sealed class Part(Field field, string nativeType, int former)
    {
        public Field Field { get; set; } = field;

        public string NativeType { get; set; } = nativeType;

        public int Former { get; } = former;
    }
}
