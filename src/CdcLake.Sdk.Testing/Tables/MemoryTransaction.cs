namespace CdcLake.Testing.Tables;

/// <summary>Statements of one transaction, seen by nobody else until they are committed; without a commit nothing has happened. Not thread-safe.</summary>
/// <param name="clock">Of CURRENT_TIMESTAMP.</param>
internal sealed class MemoryTransaction(TimeProvider clock)
{
    private readonly Dictionary<(MemoryTable Table, string Key), object?[]?> _written = [];

    /// <summary>Row events in the order of the statements.</summary>
    public List<RowChange> Changes { get; } = [];

    /// <summary>What the tables hold afterwards, by key; null for a row that is gone.</summary>
    public IReadOnlyDictionary<(MemoryTable Table, string Key), object?[]?> Written => _written;

    /// <summary>INSERT.</summary>
    public void Insert(MemoryTable table, IReadOnlyDictionary<int, object?> given)
    {
        var row = table.Stored(given, null, clock);
        var key = table.KeyOf(row);
        if (Find(table, key) is not null)
        {
            throw new TableRowException(TableRowError.DuplicateKey, $"Table {table.Name} has a row with {table.KeyText(row)} already. Update that one, or insert another key.");
        }

        Write(table, key, null, row);
    }

    /// <summary>UPDATE of the row that has the primary key of <paramref name="given"/>, or of <paramref name="former"/> where the key changes.</summary>
    public void Update(MemoryTable table, IReadOnlyDictionary<int, object?> given, IReadOnlyDictionary<int, object?>? former = null)
    {
        var (key, before) = Existing(table, former ?? given, "update");
        var after = table.Stored(given, before, clock);
        var newKey = table.KeyOf(after);
        if (newKey != key && Find(table, newKey) is not null)
        {
            throw new TableRowException(TableRowError.DuplicateKey, $"Table {table.Name} has a row with {table.KeyText(after)} already, so no other can become that. Delete one of the two.");
        }

        if (!before.SequenceEqual(after, StoredEquality.Instance)) // else the server logs nothing
        {
            _written[(table, key)] = null;
            Write(table, newKey, before, after);
        }
    }

    /// <summary>DELETE of the row that has the primary key of <paramref name="given"/>.</summary>
    public void Delete(MemoryTable table, IReadOnlyDictionary<int, object?> given)
    {
        var (key, before) = Existing(table, given, "delete");
        Write(table, key, before, null);
    }

    private (string Key, object?[] Row) Existing(MemoryTable table, IReadOnlyDictionary<int, object?> given, string what)
    {
        if (!table.HasKey)
        {
            throw new TableRowException(TableRowError.NoKey, $"Table {table.Name} has no primary key by which to {what} a row; it was taken from {table.Origin}. Say what it is: o.CreateTable(\"CREATE TABLE {table.Name} (… PRIMARY KEY (…))\").");
        }

        var probe = new object?[table.Description.Schema.Count];
        foreach (var ordinal in table.Description.PrimaryKey)
        {
            probe[ordinal] = given.TryGetValue(ordinal, out var value)
                ? table.StoredAt(ordinal, value)
                : throw new TableRowException(TableRowError.NoKey, $"The row lacks {table.Description.Schema[ordinal].Name}, which belongs to the primary key of {table.Name}. Give its type a property for it.");
        }

        var key = table.KeyOf(probe);
        return Find(table, key) is { } row
            ? (key, row)
            : throw new TableRowException(TableRowError.MissingRow, $"Table {table.Name} has no row with {table.KeyText(probe)} to {what}. Insert it first, or look at the key.");
    }

    private object?[]? Find(MemoryTable table, string key) => _written.TryGetValue((table, key), out var row) ? row : table.Find(key);

    private void Write(MemoryTable table, string key, object?[]? before, object?[]? after)
    {
        _written[(table, key)] = after;
        Changes.Add(new RowChange(table, before, after));
    }
}
