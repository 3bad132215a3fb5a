using CdcLake.Common;
using CdcLake.MySql.Gtids;

namespace CdcLake.Testing.Tables;

/// <summary>The server in memory: tables, and a log of every transaction since it began. Thread-safe.</summary>
internal sealed class MemoryDatabase
{
    private static readonly string Server = "7e57ab1e-0000-4000-8000-000000000001";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, MemoryTable> _tables;
    private readonly List<LoggedTransaction> _log = [];
    private readonly Signal _grown = new();

    public MemoryDatabase(IEnumerable<MemoryTable> tables) => _tables = tables.ToDictionary(t => t.Name, StringComparer.Ordinal);

    /// <summary>Transactions so far.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _log.Count;
            }
        }
    }

    /// <summary>The position behind the first transactions.</summary>
    public static MySqlPosition PositionOf(int count) => new(count == 0 ? GtidSet.Empty : GtidSet.Parse(count == 1 ? GtidOf(1) : $"{Server}:1-{count}"));

    /// <summary>The name of one transaction.</summary>
    public static string GtidOf(int number) => $"{Server}:{number}";

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
        $"There is no table {name}. {NearestNames.Suggest(name, _tables.Keys)} A table that the pipeline does not read has to be declared: o.CreateTable(\"CREATE TABLE {name} (…)\").");

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

    /// <summary>Rows of a table now, each the stored values of all columns.</summary>
    public IReadOnlyList<object?[]> RowsOf(MemoryTable table)
    {
        lock (_lock)
        {
            return [.. table.Rows];
        }
    }

    /// <summary>Makes a transaction visible and logs it.</summary>
    /// <returns>Transactions so far.</returns>
    public int Commit(MemoryTransaction transaction, DateTimeOffset at)
    {
        lock (_lock)
        {
            Apply(transaction);
            _log.Add(new LoggedTransaction(transaction.Changes, at));
            _grown.Raise();
            return _log.Count;
        }
    }

    /// <summary>Writes rows that are there before the log begins.</summary>
    public void Load(MemoryTransaction transaction)
    {
        lock (_lock)
        {
            Apply(transaction);
        }
    }

    /// <summary>All rows of some tables at one moment.</summary>
    public (int Count, IReadOnlyList<IReadOnlyList<object?[]>> Rows) Read(IEnumerable<string> tables)
    {
        lock (_lock)
        {
            return (_log.Count, [.. tables.Select(t => (IReadOnlyList<object?[]>)[.. Table(t).Rows])]);
        }
    }

    /// <summary>The transactions behind the first <paramref name="count"/>, at least one: waits for it.</summary>
    public async Task<IReadOnlyList<LoggedTransaction>> FollowAsync(int count, Task ended, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task grown;
            lock (_lock)
            {
                if (_log.Count > count)
                {
                    return _log.GetRange(count, _log.Count - count);
                }

                grown = _grown.Next;
            }

            if (await Task.WhenAny(grown, ended).WaitAsync(cancellationToken).ConfigureAwait(false) == ended)
            {
                return [];
            }
        }
    }

    /// <summary>A server of its own that has the same rows, and an empty log.</summary>
    public MemoryDatabase Copy()
    {
        lock (_lock)
        {
            return new MemoryDatabase(_tables.Values.Select(t => t.Copy()));
        }
    }

    private static void Apply(MemoryTransaction transaction)
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

/// <summary>A transaction in the log.</summary>
/// <param name="Changes">Its row events in order.</param>
/// <param name="At">When it was committed.</param>
internal sealed record LoggedTransaction(IReadOnlyList<RowChange> Changes, DateTimeOffset At);
