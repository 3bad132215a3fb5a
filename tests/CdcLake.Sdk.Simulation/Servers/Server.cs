using CdcLake.MySql.Gtids;
using CdcLake.Testing;
using CdcLake.Testing.MySql.Log;
using CdcLake.Testing.Tables;

namespace CdcLake.Simulation.Servers;

/// <summary>MySQL: tables, and the log of what was written to them, byte by byte as a server writes it.</summary>
/// <param name="tables">Its tables.</param>
/// <param name="clock">Of its transactions.</param>
/// <param name="patience">How long a session may say nothing.</param>
internal sealed class Server(IEnumerable<MemoryTable> tables, TimeProvider clock, TimeSpan patience)
{
    public MemoryDatabase Database { get; } = new(tables);

    public ServerLog Log { get; } = new("51311a7e-0000-4000-8000-000000000001", []);

    public LeaseServer Lease { get; } = new(clock, patience);

    /// <summary>It begins with what its log still has, and says nothing of what it has not.</summary>
    public bool HidesPurges { get; init; }

    /// <summary>Snapshots take columns from where they were when the table was described.</summary>
    public bool TakesColumnsByPlace { get; init; }

    /// <summary>A statement has changed rows or columns that are read without logging rows: tables may be read anew for it.</summary>
    public bool WasRedefined { get; private set; }

    /// <summary>How many transactions a position has.</summary>
    public static int CountOf(GtidSet executed) => (int)executed.Count;

    /// <summary>The file from which the log can be read on behind a position; null where a part of that is purged.</summary>
    public string? FindStart(GtidSet executed) => Log.FindStart(executed) ?? (HidesPurges ? Log.Files[0].Name : null);

    /// <summary>Rows that are there before the log begins.</summary>
    public void Load(Action<HarnessTransaction> write)
    {
        var transaction = new HarnessTransaction(Database, clock);
        write(transaction);
        Database.Load(transaction.Statements);
    }

    /// <summary>Commits a transaction.</summary>
    /// <returns>False when it changed nothing, of which no log tells.</returns>
    public bool Commit(Action<HarnessTransaction> write)
    {
        var transaction = new HarnessTransaction(Database, clock);
        write(transaction);
        if (transaction.Statements.Changes.Count > 0)
        {
            Database.Load(transaction.Statements);
            Log.Append(transaction.Statements.Changes, clock.GetUtcNow());
        }

        return transaction.Statements.Changes.Count > 0;
    }

    /// <summary>Runs a statement that makes, changes or drops tables.</summary>
    /// <param name="statement">With the names of databases.</param>
    /// <param name="redefines">It touches rows, or columns that are read.</param>
    public void Execute(string statement, bool redefines = true)
    {
        WasRedefined |= redefines;
        Log.Append(new TableStatement(Database, statement, clock).Run(), statement, clock.GetUtcNow());
    }
}
