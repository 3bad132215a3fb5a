using CdcLake.Columnar;
using CdcLake.Connectors;

namespace CdcLake.MySql.Binlog;

/// <summary>
/// Decoded rows that were not handed on yet: of whole transactions, and of the one that is being read, which can still be dropped.
/// Owns its batches until they are taken. Not thread-safe.
/// </summary>
internal sealed class PendingChanges : IDisposable
{
    private const int ExpectedRows = ChangeBatch.TargetRows + (ChangeBatch.TargetRows / 4);

    private const long BatchBytes = 8 << 20;
    private const int ExpectedBytes = 1 << 22;

    private readonly List<TableRows> _tables;
    private readonly List<Full> _full = [];
    private readonly List<int> _touched = [];
    private int _fullWhole;
    private int _mover = -1; // the table whose batch was last opened as one that moves references

    public PendingChanges(IReadOnlyList<TableCapture> tables) => _tables = [.. tables.Select(t => new TableRows(t.Schema))];

    /// <summary>Rows of whole transactions.</summary>
    public int WholeRows { get; private set; }

    /// <summary>Rows of the transaction that is being read.</summary>
    public int OpenRows { get; private set; }

    /// <summary>Bytes in the log of rows of whole transactions.</summary>
    public long WholeBytes { get; private set; }

    /// <summary>Bytes in the log of rows of the transaction that is being read.</summary>
    public long OpenBytes { get; private set; }

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

        var batch = Current(table); // if it was another kind of batch, it is empty now
        batch.MovesReferences = moves;
        _mover = moves ? table : _mover;
        return batch;
    }

    /// <summary>The rows from <paramref name="from"/> on of the batch that <see cref="Open"/> gave move rows that refer to them.</summary>
    public void Isolate(int table, int from)
    {
        var rows = _tables[table];
        var mixed = rows.Batch!;
        var moved = new ChangeBatch(rows.Schema) { MovesReferences = true };
        for (var row = from; row < mixed.Count; row++)
        {
            moved.AppendFrom(mixed, row, mixed.Weights[row]);
        }

        mixed.Truncate(from);
        CloseAll();
        rows.Batch?.Dispose(); // nothing was left in it
        rows.Batch = moved;
        _mover = table;
    }

    private int Mover => _mover >= 0 && _tables[_mover].Batch is { MovesReferences: true } ? _mover : -1;

    /// <summary>What was appended so far is handed on before all that follows.</summary>
    private void CloseAll()
    {
        for (var table = 0; table < _tables.Count; table++)
        {
            var rows = _tables[table];
            if (rows.Batch is { Count: > 0 } batch)
            {
                _full.Add(new Full(table, batch, rows.Whole));
                (rows.Batch, rows.Whole, rows.Bytes) = (null, 0, 0);
            }
        }
    }

    private ChangeBatch Current(int table)
    {
        var rows = _tables[table];
        if (!rows.Touched)
        {
            rows.Touched = true;
            _touched.Add(table);
        }

        if (rows.Batch is { } full && (full.Count >= ChangeBatch.TargetRows || rows.Bytes >= BatchBytes))
        {
            _full.Add(new Full(table, full, rows.Whole));
            (rows.Batch, rows.Whole, rows.Bytes) = (null, 0, 0);
            rows.Remember(full);
        }

        return rows.Batch ??= rows.Create();
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
        for (var i = _fullWhole; i < _full.Count; i++)
        {
            _full[i] = _full[i] with { Whole = _full[i].Batch.Count };
        }

        _fullWhole = _full.Count;
        foreach (var table in _touched)
        {
            var rows = _tables[table];
            rows.Whole = rows.Batch?.Count ?? 0;
            rows.Touched = false;
        }

        _touched.Clear();
        WholeRows += OpenRows;
        WholeBytes += OpenBytes;
        (OpenRows, OpenBytes) = (0, 0);
    }

    /// <summary>Takes the rows of the transaction that is being read out, in order within each table; the batches are the caller's.</summary>
    public IReadOnlyList<HeldBatch> TakeOpen()
    {
        Separate();
        var taken = _full.Skip(_fullWhole).Select(f => new HeldBatch(f.Table, f.Batch)).ToList();
        _full.RemoveRange(_fullWhole, _full.Count - _fullWhole);
        foreach (var table in _touched)
        {
            var rows = _tables[table];
            rows.Touched = false;
            if (rows.Batch is { } batch)
            {
                (rows.Batch, rows.Bytes) = (null, 0);
                taken.Add(new HeldBatch(table, batch));
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
            var rows = _tables[table];
            if (rows.Batch is { } before)
            {
                _full.Add(new Full(table, before, rows.Whole));
                (rows.Batch, rows.Whole, rows.Bytes) = (null, 0, 0);
            }

            _full.Add(new Full(table, batch, 0));
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

        _tables.Add(new TableRows(schema));
    }

    /// <summary>A table has other columns from here on; none of its rows waits.</summary>
    public void Replace(int table, Columnar.Schema schema)
    {
        _tables[table].Batch?.Dispose();
        _tables[table] = new TableRows(schema);
    }

    /// <summary>Drops the rows of the transaction that is being read.</summary>
    public void Discard()
    {
        for (var i = _full.Count - 1; i >= _fullWhole; i--)
        {
            if (_full[i].Whole == 0)
            {
                _full[i].Batch.Dispose();
                _full.RemoveAt(i);
            }
            else
            {
                _full[i].Batch.Truncate(_full[i].Whole);
            }
        }

        _fullWhole = _full.Count;
        foreach (var table in _touched)
        {
            var rows = _tables[table];
            rows.Touched = false;
            if (rows.Batch is { } batch && batch.Count >= rows.Whole)
            {
                batch.Truncate(rows.Whole);
            }
        }

        _touched.Clear();
        (OpenRows, OpenBytes) = (0, 0);
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
            if (rows.Batch is { } mixed && rows.Whole > 0)
            {
                var whole = new ChangeBatch(rows.Schema) { MovesReferences = mixed.MovesReferences };
                for (var row = 0; row < rows.Whole; row++)
                {
                    whole.AppendFrom(mixed, row, mixed.Weights[row]);
                }

                var open = new ChangeBatch(rows.Schema) { MovesReferences = mixed.MovesReferences };
                for (var row = rows.Whole; row < mixed.Count; row++)
                {
                    open.AppendFrom(mixed, row, mixed.Weights[row]);
                }

                mixed.Dispose();
                _full.Insert(_fullWhole++, new Full(table, whole, whole.Count));
                (rows.Batch, rows.Whole) = (open, 0);
            }
        }

        for (var i = _fullWhole; i < _full.Count; i++)
        {
            if (_full[i].Whole > 0)
            {
                SeparateFull(i);
            }
        }
    }

    /// <summary>
    /// The next batch to hand on, in commit order within each table, or null. Full batches of whole transactions come first; with
    /// <paramref name="all"/> also the last, partly filled one of each table; with <paramref name="open"/> those of the open transaction too.
    /// </summary>
    public ChangeBatch? Take(bool all, bool open, out int table)
    {
        if (_full.Count > 0 && (open || _fullWhole > 0))
        {
            var next = _full[0];
            _full.RemoveAt(0);
            _fullWhole = Math.Max(0, _fullWhole - 1);
            table = next.Table;
            Took(next.Batch.Count, open && next.Whole == 0);
            return next.Batch;
        }

        for (table = 0; table < _tables.Count; table++)
        {
            var rows = _tables[table];
            if (rows.Batch is { Count: > 0 } batch && (open || (!rows.Touched && (all || batch.Count >= ChangeBatch.TargetRows))))
            {
                (rows.Batch, rows.Bytes) = (null, 0);
                rows.Remember(batch);
                Took(batch.Count, open && rows.Whole == 0);
                rows.Whole = 0;
                return batch;
            }
        }

        return null;
    }

    public void Dispose()
    {
        _full.ForEach(f => f.Batch.Dispose());
        _full.Clear();
        foreach (var rows in _tables)
        {
            rows.Batch?.Dispose();
            rows.Batch = null;
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

    private void SeparateFull(int index)
    {
        var (table, mixed, count) = _full[index];
        var whole = new ChangeBatch(mixed.Schema) { MovesReferences = mixed.MovesReferences };
        var open = new ChangeBatch(mixed.Schema) { MovesReferences = mixed.MovesReferences };
        for (var row = 0; row < mixed.Count; row++)
        {
            (row < count ? whole : open).AppendFrom(mixed, row, mixed.Weights[row]);
        }

        mixed.Dispose();
        _full[index] = new Full(table, open, 0);
        _full.Insert(_fullWhole++, new Full(table, whole, whole.Count));
    }

    /// <summary>Rows of one table that wait outside.</summary>
    internal readonly record struct HeldBatch(int Table, ChangeBatch Batch);

    private readonly record struct Full(int Table, ChangeBatch Batch, int Whole);

    private sealed class TableRows(Columnar.Schema schema)
    {
        private readonly int[] _expectedBytes = new int[schema.Count];
        private int _expectedRows;

        public Columnar.Schema Schema { get; } = schema;

        public ChangeBatch? Batch { get; set; }

        public int Whole { get; set; }

        public bool Touched { get; set; }

        /// <summary>Bytes in the log of the rows of <see cref="Batch"/>.</summary>
        public long Bytes { get; set; }

        /// <summary>A new batch with room for as much as the one before it had.</summary>
        public ChangeBatch Create()
        {
            var batch = new ChangeBatch(Schema);
            batch.Reserve(Math.Min(_expectedRows, ExpectedRows));
            for (var i = 0; i < _expectedBytes.Length; i++)
            {
                if (_expectedBytes[i] > 0)
                {
                    batch.Bytes(i).ReserveBytes(Math.Min(_expectedBytes[i], ExpectedBytes));
                }
            }

            return batch;
        }

        public void Remember(ChangeBatch batch)
        {
            _expectedRows = batch.Count;
            for (var i = 0; i < _expectedBytes.Length; i++)
            {
                _expectedBytes[i] = batch[i] is BytesColumn bytes ? bytes.DataLength : 0;
            }
        }
    }
}
