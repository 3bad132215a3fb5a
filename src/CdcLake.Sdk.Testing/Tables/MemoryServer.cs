using CdcLake.MySql.Gtids;
using CdcLake.Testing.MySql.Log;

namespace CdcLake.Testing.Tables;

/// <summary>A MySQL server in memory: tables, and the log of what was written to them and done with them, byte by byte as a server writes it. Thread-safe.</summary>
/// <param name="database">Its tables.</param>
internal sealed class MemoryServer(MemoryDatabase database)
{
    private const string Uuid = "7e57ab1e-0000-4000-8000-000000000001";
    private readonly Lock _lock = new();

    public MemoryDatabase Database => database;

    public ServerLog Log { get; } = new(Uuid, []);

    /// <summary>Transactions so far.</summary>
    public int Count => (int)Log.Executed.Count;

    /// <summary>All transactions so far.</summary>
    public MySqlPosition Position => new(Log.Executed);

    /// <summary>The position behind the first transactions.</summary>
    public static MySqlPosition PositionOf(int count) => new(count == 0 ? GtidSet.Empty : GtidSet.Parse(count == 1 ? $"{Uuid}:1" : $"{Uuid}:1-{count}"));

    /// <summary>Makes a transaction visible and logs it.</summary>
    /// <returns>Its GTID.</returns>
    public string Commit(MemoryTransaction transaction, DateTimeOffset at)
    {
        lock (_lock)
        {
            database.Load(transaction);
            return Log.Append(transaction.Changes, at);
        }
    }

    /// <summary>Runs a statement that makes, changes or drops tables, and logs it.</summary>
    /// <param name="sql">With the names of databases.</param>
    /// <param name="clock">Of defaults and of the log.</param>
    /// <returns>Its GTID.</returns>
    /// <exception cref="TableRowException">It cannot be executed; nothing was done.</exception>
    public string Execute(string sql, TimeProvider clock)
    {
        lock (_lock)
        {
            var name = new TableStatement(database, sql, clock).Run();
            return Log.Append(name, sql, clock.GetUtcNow());
        }
    }

    /// <summary>Those of some tables that there are, with all rows, at one position.</summary>
    public (MySqlPosition Position, IReadOnlyList<(MemoryTable Table, IReadOnlyList<object?[]> Rows)> Tables) Read(IEnumerable<string> tables)
    {
        lock (_lock)
        {
            return (Position, [.. tables.Select(database.Find).OfType<MemoryTable>().Select(t => (t, database.RowsOf(t)))]);
        }
    }
}
