using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.InitialSnapshots;

// A snapshot that goes on after a restart opens new views, of another instant than the rows that were read before it. These rows are brought there first, by the log:
//
//   A1  where the rows read so far stand
//   A2  the end of the log; what changed in these rows between A1 and A2 goes out as changes, in parts too
//   L   the low mark, once it covers A2: every transaction up to A2 is visible to every view
//   …   the cut as always, with A2 for its low mark: changes between A2 and H of rows that were read go out, those of others are laid over what the views show
//
// Then all rows stand at G again, those read before and those still to come.

/// <summary>Brings the rows that a snapshot read before a restart to the end of the log.</summary>
/// <param name="plan">Who reads.</param>
/// <param name="readings">The tables.</param>
/// <param name="output">Gets changes of rows that were read.</param>
internal sealed class SnapshotCatchUp(SnapshotPlan plan, IReadOnlyList<TableReading> readings, SnapshotOutput output) : ISourceOutput, IDisposable
{
    private static readonly EpochLimits Pieces = new(32_768, TimeSpan.FromMilliseconds(100));
    private SnapshotParts? _parts;
    private FinishedRows? _finished;
    private Epoch? _last;

    /// <param name="session">At the server.</param>
    /// <param name="from">Where the rows stand.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Where they stand now.</returns>
    /// <exception cref="TableRedefinedException">A table was altered meanwhile.</exception>
    public async Task<MySqlPosition> RunAsync(ServerSession session, MySqlPosition from, CancellationToken cancellationToken)
    {
        _finished = new FinishedRows(session);
        _parts = new SnapshotParts(1, plan.FirstPart, plan.Clock, EndPartAsync);
        await _parts.EnterAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await new LogSection(plan, [.. readings.Select(r => r.Table)]) { Limits = Pieces }
                .ReadAsync(session, from.Executed, null, this, cancellationToken).ConfigureAwait(false);
        }
        catch (SchemaMismatchException error)
        {
            throw new TableRedefinedException(error.Message);
        }
    }

    public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask TableChangedAsync(TableChange change, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"Not expected here: {change.Kind} of table {change.Table}.");

    public async ValueTask ChangesAsync(int table, ChangeBatch batch, CancellationToken cancellationToken)
    {
        using (batch)
        {
            if (readings[table].Progress is null)
            {
                return; // its rows are read later, as they are then
            }

            var isFinished = await _finished!.FindAsync(readings[table], batch, cancellationToken).ConfigureAwait(false);
            var read = batch.Copy([.. Enumerable.Range(0, batch.Count).Where(r => isFinished[r])]);
            await output.PushAsync(table, readings[table].Table.Narrow(read), cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken)
    {
        _last = epoch;
        await _parts!.PauseAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Report(SourceProgress progress)
    {
    }

    public void Dispose() => _parts?.Dispose();

    private Task EndPartAsync(CancellationToken cancellationToken) =>
        output.EndPartAsync((MySqlPosition)_last!.Position, _last.CommitTime, TableReading.ProgressOf(readings), cancellationToken).AsTask();
}
