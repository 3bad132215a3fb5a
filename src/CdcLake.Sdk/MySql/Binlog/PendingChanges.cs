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

    private readonly TableRows[] _tables;
    private readonly List<Full> _full = [];
    private readonly List<int> _touched = [];
    private int _fullWhole;

    public PendingChanges(IReadOnlyList<TableCapture> tables) => _tables = [.. tables.Select(t => new TableRows(t.Schema))];

    /// <summary>Rows of whole transactions.</summary>
    public int WholeRows { get; private set; }

    /// <summary>Rows of the transaction that is being read.</summary>
    public int OpenRows { get; private set; }

    /// <summary>The batch to append rows of <paramref name="table"/> to; call <see cref="Appended"/> afterwards.</summary>
    public ChangeBatch Open(int table)
    {
        var rows = _tables[table];
        if (!rows.Touched)
        {
            rows.Touched = true;
            _touched.Add(table);
        }

        if (rows.Batch is { Count: >= ChangeBatch.TargetRows } full)
        {
            _full.Add(new Full(table, full, rows.Whole));
            (rows.Batch, rows.Whole, rows.Expected) = (null, 0, full.Count);
        }

        return rows.Batch ??= Create(rows);
    }

    /// <summary>Counts rows appended to the batch that <see cref="Open"/> gave.</summary>
    public void Appended(int rows) => OpenRows += rows;

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
        OpenRows = 0;
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
        OpenRows = 0;
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
                var whole = new ChangeBatch(rows.Schema);
                for (var row = 0; row < rows.Whole; row++)
                {
                    whole.AppendFrom(mixed, row, mixed.Weights[row]);
                }

                var open = new ChangeBatch(rows.Schema);
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

        for (table = 0; table < _tables.Length; table++)
        {
            var rows = _tables[table];
            if (rows.Batch is { Count: > 0 } batch && (open || (!rows.Touched && (all || batch.Count >= ChangeBatch.TargetRows))))
            {
                (rows.Batch, rows.Expected) = (null, batch.Count);
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

    /// <summary>A new batch with room for as many rows as the one before it had.</summary>
    private static ChangeBatch Create(TableRows rows)
    {
        var batch = new ChangeBatch(rows.Schema);
        batch.Reserve(Math.Min(rows.Expected, ExpectedRows));
        return batch;
    }

    private void Took(int rows, bool open)
    {
        if (open)
        {
            OpenRows -= rows;
        }
        else
        {
            WholeRows -= rows;
        }
    }

    private void SeparateFull(int index)
    {
        var (table, mixed, count) = _full[index];
        var whole = new ChangeBatch(mixed.Schema);
        var open = new ChangeBatch(mixed.Schema);
        for (var row = 0; row < mixed.Count; row++)
        {
            (row < count ? whole : open).AppendFrom(mixed, row, mixed.Weights[row]);
        }

        mixed.Dispose();
        _full[index] = new Full(table, open, 0);
        _full.Insert(_fullWhole++, new Full(table, whole, whole.Count));
    }

    private readonly record struct Full(int Table, ChangeBatch Batch, int Whole);

    private sealed class TableRows(Columnar.Schema schema)
    {
        public Columnar.Schema Schema { get; } = schema;

        public ChangeBatch? Batch { get; set; }

        public int Whole { get; set; }

        /// <summary>Rows of the batch before.</summary>
        public int Expected { get; set; }

        public bool Touched { get; set; }
    }
}
