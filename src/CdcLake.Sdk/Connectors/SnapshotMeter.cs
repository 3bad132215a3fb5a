namespace CdcLake.Connectors;

/// <summary>How far an initial snapshot has come. Thread-safe.</summary>
internal sealed class SnapshotMeter
{
    private readonly TimeProvider _clock;
    private readonly long _begun;
    private long _took = -1;

    /// <param name="clock">Measures times.</param>
    /// <param name="tables">What is read, with the server's estimate of the rows where it has one.</param>
    public SnapshotMeter(TimeProvider clock, IEnumerable<(string Table, long? EstimatedRows)> tables)
    {
        _clock = clock;
        _begun = clock.GetTimestamp();
        StartedAt = clock.GetUtcNow();
        Tables = [.. tables.Select(t => new TableMeter(t.Table, t.EstimatedRows, clock))];
    }

    public IReadOnlyList<TableMeter> Tables { get; }

    /// <summary>When a row was last read; null before the first.</summary>
    public DateTimeOffset? LastRow => Tables.Max(t => t.LastRow);

    public DateTimeOffset StartedAt { get; }

    /// <summary>True once every row was handed on.</summary>
    public bool IsDone => Volatile.Read(ref _took) >= 0;

    /// <summary>Time since the first row could be read, until now or the end.</summary>
    public TimeSpan Elapsed => Volatile.Read(ref _took) is >= 0 and var took ? TimeSpan.FromTicks(took) : _clock.GetElapsedTime(_begun);

    public void End() => Volatile.Write(ref _took, _clock.GetElapsedTime(_begun).Ticks);

    /// <summary>One table of a snapshot.</summary>
    internal sealed class TableMeter(string name, long? estimatedRows, TimeProvider clock)
    {
        private long _rows;
        private long _begun = -1;
        private long _took = -1;
        private long _last;

        public string Name => name;

        public long? EstimatedRows => estimatedRows;

        public long Rows => Volatile.Read(ref _rows);

        public bool HasBegun => Volatile.Read(ref _begun) >= 0;

        public bool IsDone => Volatile.Read(ref _took) >= 0;

        public TimeSpan Elapsed => Volatile.Read(ref _took) is >= 0 and var took ? TimeSpan.FromTicks(took)
            : Volatile.Read(ref _begun) is >= 0 and var begun ? clock.GetElapsedTime(begun)
            : TimeSpan.Zero;

        public void Begin() => Interlocked.CompareExchange(ref _begun, clock.GetTimestamp(), -1);

        /// <summary>What was read before a restart.</summary>
        public void Resume(long rows, bool isDone)
        {
            Volatile.Write(ref _rows, rows);
            if (isDone)
            {
                Begin();
                End();
            }
        }

        public DateTimeOffset? LastRow => Volatile.Read(ref _last) is > 0 and var last ? new DateTimeOffset(last, TimeSpan.Zero) : null;

        public void Read(int rows)
        {
            Interlocked.Add(ref _rows, rows);
            Volatile.Write(ref _last, clock.GetUtcNow().UtcTicks);
        }

        public void End() => Volatile.Write(ref _took, clock.GetElapsedTime(_begun).Ticks);
    }
}
