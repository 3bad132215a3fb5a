using CdcLake.Testing.Tables;

namespace CdcLake.Testing;

/// <summary>A transaction on the tables of a <see cref="PipelineHarness"/>: all of it becomes one transaction of the log, or nothing. Not thread-safe; over when its callback returns.</summary>
public sealed class HarnessTransaction
{
    private readonly MemoryDatabase _database;
    private bool _isOver;

    internal HarnessTransaction(MemoryDatabase database, TimeProvider clock)
    {
        _database = database;
        Statements = new MemoryTransaction(clock);
    }

    /// <summary>What was written.</summary>
    internal MemoryTransaction Statements { get; }

    /// <summary>A table to be written by rows of a type.</summary>
    /// <typeparam name="T">A row type with a property for each column that is written, or a dictionary from column names to values.</typeparam>
    /// <param name="name">Qualified name: <c>appdb.sales</c>.</param>
    /// <exception cref="TableRowException">There is no such table, or the type does not fit it.</exception>
    public HarnessTransactionTable<T> Table<T>(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new HarnessTransactionTable<T>(this, _database.Table(name));
    }

    /// <summary>A table to be written by dictionaries from column names to values.</summary>
    /// <param name="name">Qualified name: <c>testdb.users</c>.</param>
    /// <exception cref="TableRowException">There is no such table.</exception>
    public HarnessTransactionTable<IReadOnlyDictionary<string, object?>> Table(string name) => Table<IReadOnlyDictionary<string, object?>>(name);

    internal void End() => _isOver = true;

    internal MemoryTransaction Open() => _isOver ? throw new InvalidOperationException("The transaction is over. Write within the callback of TransactionAsync.") : Statements;
}
