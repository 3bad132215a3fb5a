using CdcLake.Common;

namespace CdcLake.Testing.Tables;

/// <summary>The tables of a server in memory, as they are now. Thread-safe.</summary>
internal sealed class MemoryDatabase
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, MemoryTable> _tables;

    public MemoryDatabase(IEnumerable<MemoryTable> tables) => _tables = tables.ToDictionary(t => t.Name, StringComparer.Ordinal);

    public MemoryTable? Find(string name)
    {
        lock (_lock)
        {
            return _tables.GetValueOrDefault(name);
        }
    }

    /// <exception cref="TableRowException">There is none.</exception>
    public MemoryTable Table(string name) => Find(name) ?? throw new TableRowException(
        TableRowError.UnknownTable,
        $"There is no table {name}. {NearestNames.Suggest(name, Tables.Select(t => t.Name))} A table that the pipeline does not read has to be declared: o.CreateTable(\"CREATE TABLE {name} (…)\").");

    /// <summary>All tables now.</summary>
    public IReadOnlyList<MemoryTable> Tables
    {
        get
        {
            lock (_lock)
            {
                return [.. _tables.Values];
            }
        }
    }

    /// <summary>Adds a table, or puts it in the place of the one that has its name.</summary>
    public void Define(MemoryTable table)
    {
        lock (_lock)
        {
            _tables[table.Name] = table;
        }
    }

    /// <summary>Takes a table away with its rows.</summary>
    public void Remove(string name)
    {
        lock (_lock)
        {
            _tables.Remove(name);
        }
    }

    /// <summary>Rows of a table now, each the stored values of all columns.</summary>
    public IReadOnlyList<object?[]> RowsOf(MemoryTable table)
    {
        lock (_lock)
        {
            return [.. table.Rows];
        }
    }

    /// <summary>Makes a transaction visible; no log tells of it.</summary>
    public void Load(MemoryTransaction transaction)
    {
        lock (_lock)
        {
            foreach (var ((table, key), row) in transaction.Written)
            {
                if (row is null)
                {
                    table.Remove(key);
                }
                else
                {
                    table.Put(key, row);
                }
            }
        }
    }

    /// <summary>A server of its own that has the same rows.</summary>
    public MemoryDatabase Copy()
    {
        lock (_lock)
        {
            return new MemoryDatabase(_tables.Values.Select(t => t.Copy()));
        }
    }
}
