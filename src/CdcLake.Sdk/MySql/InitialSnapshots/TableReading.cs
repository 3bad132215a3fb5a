namespace CdcLake.MySql.InitialSnapshots;

/// <summary>A table while it is read by a snapshot: which ranges of it somebody reads, and how far their rows have gone out.</summary>
internal sealed class TableReading
{
    private readonly Lock _lock = new();
    private readonly List<TableRange> _ranges = [];
    private long _rows;
    private int _readers;

    /// <param name="table">The table.</param>
    /// <param name="order">Its order; null when it can only be read at one go.</param>
    /// <param name="before">What was read before a restart; null when nothing was.</param>
    public TableReading(SnapshotTable table, KeyOrder? order, TableProgress? before)
    {
        Table = table;
        Order = order;
        IsDone = before?.IsDone == true;
        _rows = before?.Rows ?? 0;
        IReadOnlyList<string>? after = null;
        foreach (var range in before is { Ranges.Count: > 0 } ? before.Ranges : [default])
        {
            _ranges.Add(new TableRange(after, range.UpTo) { At = range.At, IsDone = range.IsDone, IsTaken = range.IsDone });
            after = range.UpTo;
        }
    }

    public SnapshotTable Table { get; }

    public KeyOrder? Order { get; }

    public bool IsDone { get; private set; }

    /// <summary>Rows that were read, those before a restart included.</summary>
    public long Rows => Volatile.Read(ref _rows);

    /// <summary>The first range that nobody reads; null when there is none.</summary>
    public TableRange? Open
    {
        get
        {
            lock (_lock)
            {
                return IsDone ? null : _ranges.Find(r => !r.IsTaken);
            }
        }
    }

    /// <summary>How many connections hold the table, so that nobody can alter it.</summary>
    public int Readers => Volatile.Read(ref _readers);

    /// <summary>What counts of it; null when nothing does. Right only while nobody reads.</summary>
    public TableProgress? Progress => IsDone || (Order is not null && _ranges.Exists(r => r.IsDone || r.At is not null))
        ? new TableProgress(Rows, IsDone, [.. Table.Definition.Key.Select(k => Table.Definition.Columns[k].Name)], IsDone ? [] : Joined())
        : null;

    /// <summary>What counts of several tables.</summary>
    public static SnapshotProgress ProgressOf(IEnumerable<TableReading> readings) =>
        new(readings.Where(r => r.Progress is not null).ToDictionary(r => r.Table.Capture.Table.Name, r => r.Progress!, StringComparer.Ordinal));

    /// <summary>A reader holds the table from here on.</summary>
    public void Enter() => Interlocked.Increment(ref _readers);

    /// <summary>A reader has let go of it.</summary>
    public void Leave() => Interlocked.Decrement(ref _readers);

    /// <summary>Somebody reads a range that is open; nobody else takes a range meanwhile.</summary>
    /// <param name="open">The range.</param>
    /// <param name="upTo">A point in it, up to which it is read: the rest is another range, and open. Null for all of it.</param>
    /// <returns>The range to read.</returns>
    public TableRange Take(TableRange open, IReadOnlyList<string>? upTo)
    {
        lock (_lock)
        {
            if (upTo is not null)
            {
                _ranges.Insert(_ranges.IndexOf(open) + 1, new TableRange(upTo, open.UpTo));
                open.UpTo = upTo;
            }

            open.IsTaken = true;
            return open;
        }
    }

    /// <summary>Rows of a range went out, the last of them at a point. Gives how many of the table did.</summary>
    public long Read(TableRange range, IReadOnlyList<string>? at, int rows)
    {
        range.At = at ?? range.At;
        return Interlocked.Add(ref _rows, rows);
    }

    /// <summary>All rows of a range went out. True when it was the last one of the table.</summary>
    public bool End(TableRange range)
    {
        lock (_lock)
        {
            range.IsDone = true;
            return _ranges.TrueForAll(r => r.IsDone);
        }
    }

    /// <summary>All that belongs to the table went out.</summary>
    public void End() => IsDone = true;

    // Ranges are as many as the table has rows for; what was read of them is a few pieces, and ranges that touch are kept as one.
    private List<RangeProgress> Joined()
    {
        var joined = new List<RangeProgress>();
        foreach (var range in _ranges)
        {
            var next = new RangeProgress(range.UpTo, range.At, range.IsDone);
            if (joined is [.., { IsDone: true } before])
            {
                joined[^1] = next with { At = next.At ?? before.UpTo };
            }
            else
            {
                joined.Add(next);
            }
        }

        return joined;
    }
}
