using CdcLake.Testing.Tables;

namespace CdcLake.Testing;

/// <summary>A table within a <see cref="HarnessTransaction"/>. Each call is one statement, which the next ones see.</summary>
/// <typeparam name="T">A row type, or a dictionary from column names to values.</typeparam>
public sealed class HarnessTransactionTable<T>
{
    private readonly HarnessTransaction _transaction;
    private readonly MemoryTable _table;
    private readonly RowWriter<T> _writer;

    internal HarnessTransactionTable(HarnessTransaction transaction, MemoryTable table)
    {
        _transaction = transaction;
        _table = table;
        _writer = table.WriterOf<T>();
    }

    /// <summary>Adds a row. Columns that <typeparamref name="T"/> lacks get their default.</summary>
    /// <exception cref="TableRowException">There is one of its primary key, or a column does not hold its value.</exception>
    public void Insert(T row) => _transaction.Open().Insert(_table, _writer.Values(row));

    /// <summary>Adds rows in the order given.</summary>
    /// <exception cref="TableRowException">As for <see cref="Insert"/>.</exception>
    public void InsertMany(IEnumerable<T> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        foreach (var row in rows)
        {
            Insert(row);
        }
    }

    /// <summary>Gives the row of this primary key these values. Columns that <typeparamref name="T"/> lacks stay; a row that is like that already leaves no trace in the log.</summary>
    /// <exception cref="TableRowException">There is no row of that key, or a column does not hold its value.</exception>
    public void Update(T row) => _transaction.Open().Update(_table, _writer.Values(row));

    /// <summary>Makes one row another one that has another primary key.</summary>
    /// <param name="before">Its primary key alone counts.</param>
    /// <param name="after">All values from here on.</param>
    /// <exception cref="TableRowException">There is no such row, the new key is taken, or a column does not hold its value.</exception>
    public void UpdateKey(T before, T after) => _transaction.Open().Update(_table, _writer.Values(after), _writer.Values(before));

    /// <summary>Removes the row of this primary key; other columns do not count.</summary>
    /// <exception cref="TableRowException">There is none.</exception>
    public void Delete(T row) => _transaction.Open().Delete(_table, _writer.Values(row));
}
