using CdcLake.Columnar;
using CdcLake.Planning.Binding;
using CdcLake.Testing.Tables;

namespace CdcLake.Testing;

/// <summary>
/// A table of the MySQL server that a <see cref="PipelineHarness"/> has in memory. Each call is a transaction of its own, and done when all targets of the pipeline show it. Safe for
/// concurrent use.
/// </summary>
/// <typeparam name="T">A row type, or a dictionary from column names to values.</typeparam>
public sealed class HarnessTable<T>
{
    private readonly PipelineHarness _harness;
    private readonly MemoryDatabase _database;

    internal HarnessTable(PipelineHarness harness, MemoryDatabase database, string name)
    {
        (_harness, _database, Name) = (harness, database, name);
        _ = database.Table(name).WriterOf<T>(); // a type that does not fit is found at once
    }

    /// <summary>With its database: <c>appdb.sales</c>.</summary>
    public string Name { get; }

    /// <summary>Adds a row. Columns that <typeparamref name="T"/> lacks get their default.</summary>
    /// <returns>The transaction's GTID.</returns>
    /// <exception cref="TableRowException">There is one of its primary key, or a column does not hold its value.</exception>
    /// <exception cref="PipelineHarnessException">The pipeline failed over it.</exception>
    public Task<string> InsertAsync(T row, CancellationToken cancellationToken = default) => WriteAsync(t => t.Insert(row), cancellationToken);

    /// <summary>Adds rows in one transaction.</summary>
    /// <returns>The transaction's GTID.</returns>
    /// <exception cref="TableRowException">As for <see cref="InsertAsync"/>; then none is added.</exception>
    /// <exception cref="PipelineHarnessException">The pipeline failed over it.</exception>
    public Task<string> InsertManyAsync(IEnumerable<T> rows, CancellationToken cancellationToken = default) => WriteAsync(t => t.InsertMany(rows), cancellationToken);

    /// <summary>Gives the row of this primary key these values. Columns that <typeparamref name="T"/> lacks stay.</summary>
    /// <returns>The transaction's GTID.</returns>
    /// <exception cref="TableRowException">There is no row of that key, or a column does not hold its value.</exception>
    /// <exception cref="PipelineHarnessException">The pipeline failed over it.</exception>
    public Task<string> UpdateAsync(T row, CancellationToken cancellationToken = default) => WriteAsync(t => t.Update(row), cancellationToken);

    /// <summary>Makes one row another one that has another primary key.</summary>
    /// <param name="before">Its primary key alone counts.</param>
    /// <param name="after">All values from here on.</param>
    /// <param name="cancellationToken">Ends the waiting, not the transaction.</param>
    /// <returns>The transaction's GTID.</returns>
    /// <exception cref="TableRowException">There is no such row, the new key is taken, or a column does not hold its value.</exception>
    /// <exception cref="PipelineHarnessException">The pipeline failed over it.</exception>
    public Task<string> UpdateKeyAsync(T before, T after, CancellationToken cancellationToken = default) => WriteAsync(t => t.UpdateKey(before, after), cancellationToken);

    /// <summary>Removes the row of this primary key; other columns do not count.</summary>
    /// <returns>The transaction's GTID.</returns>
    /// <exception cref="TableRowException">There is none.</exception>
    /// <exception cref="PipelineHarnessException">The pipeline failed over it.</exception>
    public Task<string> DeleteAsync(T row, CancellationToken cancellationToken = default) => WriteAsync(t => t.Delete(row), cancellationToken);

    /// <summary>What the table holds now, as the server would give it back: decimals with the column's digits, times in its precision.</summary>
    /// <returns>Copies, in the order in which rows came; dictionaries are filled with all columns.</returns>
    public IReadOnlyList<T> Read()
    {
        var rows = new List<T>();
        var table = _database.Table(Name); // as it is now: it may have been altered
        var schema = table.Description.Schema;
        using var batch = new ChangeBatch(schema);
        foreach (var row in _database.RowsOf(table))
        {
            MemoryTable.Append(batch, [.. Enumerable.Range(0, schema.Count)], row, 1);
        }

        var objects = typeof(T).IsAssignableFrom(typeof(Dictionary<string, object?>)) ? null : ResultObjects<T>.OfRows(schema);
        for (var i = 0; i < batch.Count; i++)
        {
            rows.Add(objects is not null ? objects.Make(batch, i) : (T)(object)schema.Fields.Select((f, c) => (f.Name, Value: CellValue.Of(batch[c], i))).ToDictionary(p => p.Name, p => p.Value));
        }

        return rows;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private Task<string> WriteAsync(Action<HarnessTransactionTable<T>> write, CancellationToken cancellationToken) =>
        _harness.TransactionAsync(t => write(t.Table<T>(Name)), cancellationToken);
}
