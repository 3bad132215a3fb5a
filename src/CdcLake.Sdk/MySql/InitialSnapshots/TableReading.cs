namespace CdcLake.MySql.InitialSnapshots;

/// <summary>A table while it is read by a snapshot: how far its rows have gone out. Changed by one reader of a range at a time, looked at while all of them rest.</summary>
internal sealed class TableReading
{
    private readonly List<RangeProgress> _ranges = [];
    private int _open;
    private long _rows;

    /// <param name="table">The table.</param>
    /// <param name="order">Its order; null when it can only be read at one go.</param>
    /// <param name="before">What was read before a restart; null when nothing was.</param>
    public TableReading(SnapshotTable table, KeyOrder? order, TableProgress? before)
    {
        Table = table;
        Order = order;
        IsDone = before?.IsDone == true;
        _rows = before?.Rows ?? 0;
        _ranges.AddRange(before is { Ranges.Count: > 0 } ? before.Ranges : [default]);
        _open = IsDone ? 0 : _ranges.Count(r => !r.IsDone);
    }

    public SnapshotTable Table { get; }

    public KeyOrder? Order { get; }

    public bool IsDone { get; private set; }

    /// <summary>Rows that were read, those before a restart included.</summary>
    public long Rows => Volatile.Read(ref _rows);

    public IReadOnlyList<RangeProgress> Ranges => _ranges;

    /// <summary>Numbers of the ranges that are still to be read.</summary>
    public IEnumerable<int> Open => IsDone ? [] : Enumerable.Range(0, _ranges.Count).Where(r => !_ranges[r].IsDone);

    /// <summary>What counts of it; null when nothing does.</summary>
    public TableProgress? Progress => IsDone || (Order is not null && _ranges.Exists(r => r.IsDone || r.At is not null))
        ? new TableProgress(Rows, IsDone, [.. Table.Definition.Key.Select(k => Table.Definition.Columns[k].Name)], IsDone ? [] : [.. _ranges])
        : null;

    /// <summary>What counts of several tables.</summary>
    public static SnapshotProgress ProgressOf(IEnumerable<TableReading> readings) =>
        new(readings.Where(r => r.Progress is not null).ToDictionary(r => r.Table.Capture.Table.Name, r => r.Progress!, StringComparer.Ordinal));

    /// <summary>Where a range begins: behind this point.</summary>
    public IReadOnlyList<string>? Before(int range) => range == 0 ? null : _ranges[range - 1].UpTo;

    /// <summary>Rows of a range went out, the last of them at a point.</summary>
    public void Read(int range, IReadOnlyList<string>? at, int rows)
    {
        _ranges[range] = _ranges[range] with { At = at ?? _ranges[range].At };
        Interlocked.Add(ref _rows, rows);
    }

    /// <summary>All rows of a range went out. True when it was the last one of the table.</summary>
    public bool End(int range)
    {
        _ranges[range] = _ranges[range] with { IsDone = true };
        return Interlocked.Decrement(ref _open) == 0;
    }

    /// <summary>All that belongs to the table went out.</summary>
    public void End() => IsDone = true;
}
