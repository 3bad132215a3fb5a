using CdcLake.Columnar;
using CdcLake.Connectors;

namespace CdcLake.MySql.Binlog;

/// <summary>
/// Decoded rows that were not handed on yet: of whole transactions, and of the one that is being read, which can still be dropped.
/// Owns its batches until they are taken. Not thread-safe.
/// </summary>
internal sealed class PendingChanges : IDisposable
{
    private readonly List<PendingTable> _tables;
    private readonly ClosedBatches _closed = new();
    private readonly List<int> _touched = [];
    private int _mover = -1; // the table whose batch was last opened as one that moves references

    public PendingChanges(IReadOnlyList<TableCapture> tables) => _tables = [.. tables.Select(t => new PendingTable(t.Schema))];

    /// <summary>Rows of whole transactions.</summary>
    public int WholeRows { get; private set; }

    /// <summary>Rows of the transaction that is being read.</summary>
    public int OpenRows { get; private set; }

    /// <summary>Bytes in the log of rows of whole transactions.</summary>
    public long WholeBytes { get; private set; }

    /// <summary>Bytes in the log of rows of the transaction that is being read.</summary>
    public long OpenBytes { get; private set; }

    private int Mover => _mover >= 0 && _tables[_mover].Batch is { MovesReferences: true } ? _mover : -1;

    /// <summary>The batch to append rows of <paramref name="table"/> to; call <see cref="Appended"/> afterwards. A batch with enough rows or bytes is closed.</summary>
    /// <param name="table">Its number.</param>
    /// <param name="moves">
    /// The rows move rows that refer to them (<see cref="ChangeBatch.MovesReferences"/>): they come into a batch of their own, which keeps its place among those of all tables.
    /// </param>
    public ChangeBatch Open(int table, bool moves)
    {
        if (moves ? Mover != table : Mover >= 0)
        {
            CloseAll();
        }

        var rows = _tables[table];
        if (!rows.Touched)
        {
            rows.Touched = true;
            _touched.Add(table);
        }

        if (rows.IsFull)
        {
            rows.Remember(rows.Batch!);
            _closed.Add(rows.Close(table));
        }

        var batch = rows.Open(); // if it was another kind of batch, it is empty now
        batch.MovesReferences = moves;
        _mover = moves ? table : _mover;
        return batch;
    }

    /// <summary>The rows from <paramref name="from"/> on of the batch that <see cref="Open"/> gave move rows that refer to them.</summary>
    public void Isolate(int table, int from)
    {
        var mixed = _tables[table].Batch!;
        var moved = new ChangeBatch(mixed.Schema) { MovesReferences = true };
        for (var row = from; row < mixed.Count; row++)
        {
            moved.AppendFrom(mixed, row, mixed.Weights[row]);
        }

        mixed.Truncate(from);
        CloseAll();
        _tables[table].Begin(moved);
        _mover = table;
    }

    /// <summary>Counts rows appended to the batch that <see cref="Open"/> gave for <paramref name="table"/>, and their bytes in the log.</summary>
    public void Appended(int table, int rows, int bytes)
    {
        OpenRows += rows;
        OpenBytes += bytes;
        _tables[table].Bytes += bytes;
    }

    /// <summary>The transaction is whole.</summary>
    public void Commit()
    {
        _closed.Commit();
        foreach (var table in _touched)
        {
            _tables[table].Commit();
        }

        _touched.Clear();
        WholeRows += OpenRows;
        WholeBytes += OpenBytes;
        (OpenRows, OpenBytes) = (0, 0);
    }

    /// <summary>Drops the rows of the transaction that is being read.</summary>
    public void Discard()
    {
        _closed.Discard();
        foreach (var table in _touched)
        {
            _tables[table].Discard();
        }

        _touched.Clear();
        (OpenRows, OpenBytes) = (0, 0);
    }

    /// <summary>Takes the rows of the transaction that is being read out, in order within each table; the batches are the caller's.</summary>
    public IReadOnlyList<HeldBatch> TakeOpen()
    {
        Separate();
        var taken = new List<HeldBatch>();
        _closed.TakeOpen(taken);
        foreach (var table in _touched)
        {
            var rows = _tables[table];
            rows.Touched = false;
            if (rows.Batch is not null)
            {
                taken.Add(new HeldBatch(table, rows.Close(table).Batch));
            }
        }

        _touched.Clear();
        (OpenRows, OpenBytes) = (0, 0);
        return taken;
    }

    /// <summary>Puts rows that <see cref="TakeOpen"/> gave into the transaction that is being read. Owns their batches from here on.</summary>
    /// <param name="held">The batches.</param>
    /// <param name="bytes">Bytes in the log of their rows.</param>
    public void Restore(IReadOnlyList<HeldBatch> held, long bytes)
    {
        if (Mover >= 0 || held.Any(h => h.Batch.MovesReferences))
        {
            CloseAll();
        }

        foreach (var (table, batch) in held)
        {
            if (_tables[table].Batch is not null)
            {
                _closed.Add(_tables[table].Close(table));
            }

            _closed.Add(new ClosedBatch(table, batch, 0));
            OpenRows += batch.Count;
        }

        OpenBytes += bytes;
    }

    /// <summary>Makes room for rows of one more table, whose number is the next one.</summary>
    public void Add(int table, Columnar.Schema schema)
    {
        if (table != _tables.Count)
        {
            throw new ArgumentOutOfRangeException(nameof(table), table, $"The next table has number {_tables.Count}.");
        }

        _tables.Add(new PendingTable(schema));
    }

    /// <summary>A table has other columns from here on; none of its rows waits.</summary>
    public void Replace(int table, Columnar.Schema schema)
    {
        _tables[table].Dispose();
        _tables[table] = new PendingTable(schema);
    }

    /// <summary>
    /// Moves the rows of the open transaction out of the batches that also hold whole ones, so that those can be taken. Copies; only for
    /// transactions too large to be held back.
    /// </summary>
    public void Separate()
    {
        foreach (var table in _touched)
        {
            var rows = _tables[table];
            if (rows.Whole > 0)
            {
                var bytes = rows.Bytes;
                var (whole, open) = rows.Close(table).Split();
                _closed.AddWhole(whole);
                rows.Begin(open);
                rows.Bytes = bytes;
            }
        }

        _closed.Separate();
    }

    /// <summary>
    /// The next batch to hand on, in commit order within each table, or null. Full batches of whole transactions come first; with
    /// <paramref name="all"/> also the last, partly filled one of each table; with <paramref name="open"/> those of the open transaction too.
    /// </summary>
    public ChangeBatch? Take(bool all, bool open, out int table)
    {
        if (_closed.TryTake(open, out var next))
        {
            table = next.Table;
            Took(next.Batch.Count, open && next.Whole == 0);
            return next.Batch;
        }

        for (table = 0; table < _tables.Count; table++)
        {
            var rows = _tables[table];
            if (rows.Batch is { Count: > 0 } batch && (open || (!rows.Touched && (all || batch.Count >= ChangeBatch.TargetRows))))
            {
                Took(batch.Count, open && rows.Whole == 0);
                rows.Remember(batch);
                return rows.Close(table).Batch;
            }
        }

        return null;
    }

    public void Dispose()
    {
        _closed.Dispose();
        _tables.ForEach(t => t.Dispose());
    }

    /// <summary>What was appended so far is handed on before all that follows.</summary>
    private void CloseAll()
    {
        for (var table = 0; table < _tables.Count; table++)
        {
            if (_tables[table].Batch is { Count: > 0 })
            {
                _closed.Add(_tables[table].Close(table));
            }
        }
    }

    private void Took(int rows, bool open)
    {
        // Bytes are only counted together: the share of a batch is not known exactly.
        if (open)
        {
            OpenRows -= rows;
            OpenBytes = OpenRows == 0 ? 0 : OpenBytes;
        }
        else
        {
            WholeRows -= rows;
            WholeBytes = WholeRows == 0 ? 0 : WholeBytes;
        }
    }
}
