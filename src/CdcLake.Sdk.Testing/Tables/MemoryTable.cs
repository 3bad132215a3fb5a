using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Columnar.Collations;
using CdcLake.Connectors;
using CdcLake.MySql.Tables;

namespace CdcLake.Testing.Tables;

/// <summary>A table of the server in memory: rows by primary key, each the stored values of all columns. Not thread-safe: <see cref="MemoryDatabase"/> is.</summary>
internal sealed class MemoryTable
{
    private readonly Dictionary<string, object?[]> _rows;
    private readonly IReadOnlyList<MemoryColumn> _columns;
    private readonly KeyBuffer _key = new();
    private readonly ConcurrentDictionary<Type, object> _writers = new();
    private long _number;

    /// <param name="name">Qualified name.</param>
    /// <param name="columns">All columns in table order.</param>
    /// <param name="origin">Where they come from, for messages.</param>
    public MemoryTable(string name, IReadOnlyList<MemoryColumn> columns, string origin)
    {
        Name = name;
        Origin = origin;
        _columns = columns;
        _rows = new Dictionary<string, object?[]>(StringComparer.Ordinal);
        Description = MySqlColumnDescription.Describe(name, [.. columns.Select(c => c.Column)]) with { Charset = "utf8mb4" };
    }

    private MemoryTable(MemoryTable other)
    {
        (Name, Origin, Description, Charset, Collation, _columns, _number) = (other.Name, other.Origin, other.Description, other.Charset, other.Collation, other._columns, other._number);
        _rows = new Dictionary<string, object?[]>(other._rows, StringComparer.Ordinal);
    }

    public string Name { get; }

    /// <summary>What the columns were taken from.</summary>
    public string Origin { get; }

    public SourceTable Description { get; }

    /// <summary>Character set of columns that say none.</summary>
    public string Charset { get; init; } = RowTypeTable.Charset;

    /// <summary>Collation of columns that say none; null for the character set's own.</summary>
    public string? Collation { get; init; }

    /// <summary>All columns in table order.</summary>
    public IReadOnlyList<MemoryColumn> Columns => _columns;

    public bool HasKey => Description.PrimaryKey.Count > 0;

    /// <summary>In the order in which they came.</summary>
    public IEnumerable<object?[]> Rows => _rows.Values;

    /// <summary>The same table with the same rows, which changes by itself.</summary>
    public MemoryTable Copy() => new(this);

    /// <summary>A table that is defined anew and has no rows yet.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="columns">All columns in table order.</param>
    public MemoryTable With(string name, IReadOnlyList<MemoryColumn> columns) => new(name, columns, Origin) { Charset = Charset, Collation = Collation };

    /// <summary>Takes rows as they are, and goes on counting behind them.</summary>
    /// <exception cref="TableRowException">Two have one primary key.</exception>
    public void Fill(IEnumerable<object?[]> rows)
    {
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length; i++)
            {
                Count(_columns[i], row[i]);
            }

            if (!_rows.TryAdd(KeyOf(row), row))
            {
                throw new TableRowException(TableRowError.DuplicateKey, $"Table {Name} would have two rows with {KeyText(row)}. Delete one of them first.");
            }
        }
    }

    /// <summary>Takes rows of a type apart for this table.</summary>
    /// <exception cref="TableRowException">The type does not fit the table.</exception>
    public RowWriter<T> WriterOf<T>() => (RowWriter<T>)_writers.GetOrAdd(typeof(T), static (_, table) => new RowWriter<T>(table), this);

    public object?[]? Find(string key) => _rows.GetValueOrDefault(key);

    public void Put(string key, object?[] row) => _rows[key] = row;

    public void Remove(string key) => _rows.Remove(key);

    /// <summary>The row that stands for values given by column; others get what the server gives them.</summary>
    /// <param name="given">By ordinal.</param>
    /// <param name="before">The row that is updated; null for a new one.</param>
    /// <param name="clock">Of CURRENT_TIMESTAMP.</param>
    /// <exception cref="TableRowException">A value does not fit, or is missing.</exception>
    public object?[] Stored(IReadOnlyDictionary<int, object?> given, object?[]? before, TimeProvider clock)
    {
        var row = new object?[_columns.Count];
        for (var i = 0; i < row.Length; i++)
        {
            var column = _columns[i];
            var isGiven = given.TryGetValue(i, out var value);
            if (column.IsAutoIncrement && before is null && (!isGiven || value is null || (value is IConvertible and not string && Convert.ToDecimal(value, CultureInfo.InvariantCulture) == 0)))
            {
                (isGiven, value) = (true, _number + 1);
            }

            row[i] = isGiven ? StoredValue.Of(Name, column.Column, value)
                : before is not null ? before[i]
                : column.Default is { } make ? StoredValue.Of(Name, column.Column, make(clock))
                : column.Column.IsNullable ? null
                : throw StoredValue.Bad(Name, column.Column, "nothing", "it has no default. Give the row type a property for it");
            Count(column, row[i]);
        }

        return row;
    }

    /// <summary>One value as its column stores it.</summary>
    /// <exception cref="TableRowException">The column does not hold it.</exception>
    public object? StoredAt(int ordinal, object? value) => StoredValue.Of(Name, _columns[ordinal].Column, value);

    /// <summary>What is equal for rows of the same primary key only, texts by their collation; a new one each time where the table has none.</summary>
    public string KeyOf(object?[] row)
    {
        if (!HasKey)
        {
            return $"#{++_number}";
        }

        var text = new StringBuilder();
        foreach (var ordinal in Description.PrimaryKey)
        {
            text.Append(row[ordinal] is byte[] bytes ? Folded(Description.Schema[ordinal].Collation, bytes) : Convert.ToString(row[ordinal], CultureInfo.InvariantCulture)).Append('|');
        }

        return text.ToString();
    }

    /// <summary>The primary key of a row as people write it: <c>id = 7</c>.</summary>
    public string KeyText(object?[] row)
    {
        using var batch = new ChangeBatch(new Schema(Description.PrimaryKey.Select(k => Description.Schema[k])));
        Append(batch, Description.PrimaryKey, row, 1);
        return string.Join(", ", batch.Schema.Fields.Select((f, i) => $"{f.Name} = {Convert.ToString(CellValue.Of(batch[i], 0), CultureInfo.InvariantCulture)}"));
    }

    /// <summary>Adds some columns of a row to a batch that has just these.</summary>
    public static void Append(ChangeBatch batch, IReadOnlyList<int> columns, object?[] row, sbyte weight)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            batch[i].AppendRepeated(row[columns[i]], 1);
        }

        batch.AppendWeight(weight);
    }

    private void Count(MemoryColumn column, object? value)
    {
        if (column.IsAutoIncrement && value is not null)
        {
            _number = Math.Max(_number, Convert.ToInt64(value, CultureInfo.InvariantCulture));
        }
    }

    private string Folded(TextCollation? collation, byte[] text)
    {
        if (collation is not { IsKnown: true, IsBytes: false })
        {
            return Convert.ToHexString(text);
        }

        _key.Clear();
        collation.AppendKey(text, _key);
        return Convert.ToHexString(_key.Bytes);
    }
}
