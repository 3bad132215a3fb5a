using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.MySql.Binlog.Dialects;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.InitialSnapshots;

// Servers answer a read of a table that was altered after the view was opened with an error, except where partitions were dropped, truncated, exchanged or made anew: then the view shows no
// rows of these, or the other table's, and says nothing (MySQL 9.7; the error comes only if the first partition is concerned). But such a statement stands in the log before it lets go of the
// table. So once a table is held by its read, the log up to now tells whether the view still shows its rows.

/// <summary>Finds out whether tables still show in the views of a cut what they showed when it was taken. Not thread-safe.</summary>
/// <param name="plan">What is read.</param>
/// <param name="cut">The cut.</param>
internal sealed class ViewGuard(SnapshotPlan plan, SnapshotCut cut)
{
    private static readonly EpochLimits Pieces = new(32_768, TimeSpan.FromSeconds(1));
    private MySqlPosition _read = cut.Position;
    private BinlogStatus _end = cut.End;

    /// <summary>Looks at what the log says of tables that are still to be read, or being read. Reads every part of it once.</summary>
    /// <param name="session">At the server of the views.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SchemaMismatchException">Transient: one is not in its view any more what it was.</exception>
    public async Task CheckAsync(ServerSession session, CancellationToken cancellationToken)
    {
        var end = await ServerDialects.Of(session).ReadEndAsync(session, cancellationToken).ConfigureAwait(false);
        if (end.IsReachedBy(_end.File, _end.Offset))
        {
            return; // nothing was written since
        }

        var section = new LogSection(plan, [.. cut.Tables.Where(t => !t.IsDone).Select(t => t.Table)]) { Limits = Pieces, GuardsViews = true };
        try
        {
            (_read, _end) = (await section.ReadAsync(session, _read.Executed, end, new Nowhere(), cancellationToken).ConfigureAwait(false), end);
        }
        catch (SchemaMismatchException error)
        {
            throw new SchemaMismatchException($"A table was altered while its snapshot was being taken, and is read again. {error.Message}", error) { IsTransient = true };
        }
    }

    /// <summary>Takes changes that come later, when the log is followed.</summary>
    private sealed class Nowhere : ISourceOutput
    {
        public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask TableChangedAsync(TableChange change, CancellationToken cancellationToken) => throw new InvalidOperationException($"Not expected here: {change.Kind} of table {change.Table}.");

        public ValueTask ChangesAsync(int table, ChangeBatch batch, CancellationToken cancellationToken)
        {
            batch.Dispose();
            return ValueTask.CompletedTask;
        }

        public ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public void Report(SourceProgress progress)
        {
        }
    }
}
