using CdcLake.Columnar;
using CdcLake.Connectors;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>
/// Takes the log between the two marks of a cut: changes of rows that are still to be read go to the overlays, those of rows that were read before a restart are kept for the output.
/// </summary>
/// <param name="readings">The tables.</param>
/// <param name="overlays">One per table.</param>
/// <param name="finished">Tells rows that were read.</param>
internal sealed class SnapshotWindow(IReadOnlyList<TableReading> readings, IReadOnlyList<TableOverlay> overlays, FinishedRows finished) : ISourceOutput
{
    /// <summary>Changes of rows that were read, in commit order; whoever takes them owns the batches.</summary>
    public List<(int Table, ChangeBatch Batch)> Changes { get; } = [];

    /// <summary>False where it matters which rows changed, and not what became of them.</summary>
    public bool NeedsImages { get; init; } = true;

    public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask TableChangedAsync(TableChange change, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"Not expected here: {change.Kind} of table {change.Table}.");

    public async ValueTask ChangesAsync(int table, ChangeBatch batch, CancellationToken cancellationToken)
    {
        using (batch)
        {
            if (batch.MovesReferences)
            {
                throw new BinlogUnavailableException(
                    $"Rows of {readings[table].Table.Definition.Name} were deleted, or got other keys, whenever the snapshot was to begin, and foreign keys change rows of other tables then, which the log does not tell. "
                    + "Start when there are fewer such changes.");
            }

            if (readings[table].Progress is null)
            {
                Apply(table, batch);
                return;
            }

            var isFinished = await finished.FindAsync(readings[table], batch, cancellationToken).ConfigureAwait(false);
            int[] rows = [.. Enumerable.Range(0, batch.Count)];
            int[] read = [.. rows.Where(r => isFinished[r])];
            if (read.Length > 0)
            {
                Changes.Add((table, batch.Copy(read)));
            }

            if (read.Length < rows.Length)
            {
                using var others = batch.Copy([.. rows.Where(r => !isFinished[r])]);
                Apply(table, others);
            }
        }
    }

    private void Apply(int table, ChangeBatch batch)
    {
        if (!overlays[table].TryApply(batch) && NeedsImages)
        {
            throw new BinlogUnavailableException(
                $"Rows of {readings[table].Table.Definition.Name} got other keys, or documents that are logged in part, whenever the snapshot was to begin, by sessions that log only some columns of them, so that the others cannot be told. "
                + "Start when there are fewer such changes, or with SET GLOBAL binlog_row_image=FULL, binlog_row_value_options=''.");
        }
    }

    public ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public void Report(SourceProgress progress)
    {
    }
}
