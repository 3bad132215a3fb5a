using CdcLake.Connectors;

namespace CdcLake.Runtime;

/// <summary>What a status says of an initial snapshot.</summary>
internal static class SnapshotReport
{
    /// <param name="snapshot">How far it has come.</param>
    /// <param name="rate">Rows per second that the source hands on now.</param>
    public static SnapshotStatus Of(SnapshotMeter snapshot, double rate)
    {
        var tables = snapshot.Tables.Select(t => new SnapshotTableStatus(t.Name)
        {
            Rows = t.Rows,
            EstimatedRows = t.EstimatedRows,
            HasBegun = t.HasBegun,
            IsDone = t.IsDone,
            Elapsed = t.Elapsed,
        }).ToList();
        var isDone = snapshot.IsDone;
        var rows = tables.Sum(t => t.Rows);
        var speed = isDone ? rows / Math.Max(snapshot.Elapsed.TotalSeconds, 1e-3) : rate;
        var left = tables.Aggregate((long?)0, (sum, t) => sum + (t.IsDone ? 0 : t.EstimatedRows - t.Rows));
        return new SnapshotStatus
        {
            StartedAt = snapshot.StartedAt,
            LastRow = snapshot.LastRow,
            Elapsed = snapshot.Elapsed,
            IsDone = isDone,
            Rows = rows,
            EstimatedRows = tables.Aggregate((long?)0, (sum, t) => sum + (t.IsDone ? t.Rows : t.EstimatedRows)),
            RowsPerSecond = speed,
            Remaining = isDone ? TimeSpan.Zero : speed > 0 && left >= 0 ? TimeSpan.FromSeconds(left.Value / speed) : null,
            Tables = tables,
        };
    }
}
