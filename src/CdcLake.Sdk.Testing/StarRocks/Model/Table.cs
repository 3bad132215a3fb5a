namespace CdcLake.Testing.StarRocks.Model;

/// <summary>A table: rows by key, each value as the text that SELECT prints.</summary>
internal sealed class Table(string database, string name, string keysType, IReadOnlyList<TableColumn> columns)
{
    private readonly SortedDictionary<string, string?[]> _rows = new(StringComparer.Ordinal);
    private List<TableColumn> _columns = [.. columns];

    public string Database => database;

    public string Name => name;

    /// <summary><c>PRIMARY</c>, <c>DUPLICATE</c>, <c>AGGREGATE</c> or <c>UNIQUE</c>.</summary>
    public string KeysType => keysType;

    public IReadOnlyList<TableColumn> Columns => _columns;

    /// <summary>Rows that were loaded and not kept.</summary>
    public long Discarded { get; private set; }

    /// <summary>Loads that became visible since the last compaction.</summary>
    public int Versions { get; set; }

    public IReadOnlyList<string?[]> Rows => [.. _rows.Values];

    public string? Comment { get; init; }

    public TableColumn? Find(string column) => _columns.Find(c => c.Name.Equals(column, StringComparison.OrdinalIgnoreCase));

    public int IndexOf(string column) => _columns.FindIndex(c => c.Name.Equals(column, StringComparison.OrdinalIgnoreCase));

    public void Truncate() => _rows.Clear();

    /// <summary>The last change of columns; null before the first.</summary>
    public SchemaChange? Change { get; set; }

    /// <summary>Takes other columns; values stay where a column of that name was.</summary>
    public void Become(IReadOnlyList<TableColumn> columns)
    {
        var sources = columns.Select(c => IndexOf(c.Name)).ToList();
        foreach (var key in _rows.Keys.ToList())
        {
            var row = _rows[key];
            _rows[key] = [.. sources.Select(s => s < 0 ? null : row[s])];
        }

        _columns = [.. columns];
    }

    /// <summary>Makes a load visible: in order, the last operation on a key wins.</summary>
    public void Apply(StagedRows staged)
    {
        Discarded += staged.Discarded;
        foreach (var (row, isDelete) in staged.Rows)
        {
            var key = KeyOf(row);
            if (staged.Condition.Length > 0 && _rows.TryGetValue(key, out var there) && IsLower(row, there, IndexOf(staged.Condition)))
            {
                continue;
            }

            if (isDelete)
            {
                _rows.Remove(key);
            }
            else
            {
                _rows[key] = row;
            }
        }
    }

    private bool IsLower(string?[] row, string?[] than, int column) => string.CompareOrdinal(Sortable(_columns[column], row[column] ?? ""), Sortable(_columns[column], than[column] ?? "")) < 0;

    private string KeyOf(string?[] row) =>
        keysType == "DUPLICATE" ? $"{_rows.Count:D12}" : string.Join('\u0001', _columns.Select((c, i) => (c, i)).Where(p => p.c.IsKey).Select(p => Sortable(p.c, row[p.i] ?? "")));

    // Whole numbers sort as numbers.
    private static string Sortable(TableColumn column, string value) => column.Type switch
    {
        "TINYINT" or "SMALLINT" or "INT" or "BIGINT" or "LARGEINT" => value.StartsWith('-') ? "-" + Complement(value[1..]) : "0" + value.PadLeft(40, '0'),
        _ => value,
    };

    private static string Complement(string digits) => string.Concat(digits.PadLeft(40, '0').Select(d => (char)('0' + '9' - d)));
}

/// <summary>What a load would change: rows with all columns, in order.</summary>
internal sealed class StagedRows
{
    public List<(string?[] Row, bool IsDelete)> Rows { get; } = [];

    public long Discarded { get; set; }

    /// <summary>Column by which a row is left out that is lower than the one that is there; empty for none.</summary>
    public string Condition { get; set; } = "";
}
