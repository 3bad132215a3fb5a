using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.Connectors;
using CdcLake.MySql.Binlog.Dialects;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.InitialSnapshots;

// Servers answer a read of a table that was altered after the view was opened with an error, except where partitions were dropped, truncated, exchanged or made anew: then the view shows no
// rows of these, or the other table's, and says nothing (MySQL 9.7; the error comes only if the first partition is concerned). But such a statement stands in the log before it lets go of the
// table. So the end of the log at a moment at which a table is held by its read is a mark: the log from the cut up to there tells whether the view still shows the table's rows. What stands
// behind it does not matter to the table any more.
//
// Rows count when an epoch ends. So the log is looked through before that, once for all tables that were begun since the last time: a server asked for its log has to search for the place
// in its newest file, which may take it a second.

/// <summary>Finds out whether tables still show in the views of a cut what they showed when it was taken. Not thread-safe.</summary>
/// <param name="plan">What is read.</param>
/// <param name="cut">The cut.</param>
internal sealed class ViewGuard(SnapshotPlan plan, SnapshotCut cut)
{
    private static readonly EpochLimits Pieces = new(32_768, TimeSpan.FromSeconds(1));
    private readonly Dictionary<string, BinlogStatus> _marks = new(StringComparer.Ordinal);
    private MySqlPosition _read = cut.Position;
    private BinlogStatus _end = cut.End;

    /// <summary>Remembers where the log ends, while a table is held by its read.</summary>
    /// <param name="session">At the server of the views.</param>
    /// <param name="table">The table.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task MarkAsync(ServerSession session, SnapshotTable table, CancellationToken cancellationToken) =>
        _marks[table.Capture.Table.Name] = await ServerDialects.Of(session).ReadEndAsync(session, cancellationToken).ConfigureAwait(false);

    /// <summary>Looks at what the log says of tables up to their marks, and of those without one. Reads every part of it once; a connection that is lost is opened again.</summary>
    /// <param name="session">At the server of the views.</param>
    /// <param name="report">Told of lost connections.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SchemaMismatchException">Transient: one is not in its view any more what it was.</exception>
    /// <exception cref="MySqlServerException">There was no connection to be had within <see cref="MySqlSourceOptions.SnapshotPatience"/>.</exception>
    public async Task CheckAsync(ServerSession session, Action<SourceProgress> report, CancellationToken cancellationToken)
    {
        var open = _marks.Values.Where(m => !m.IsReachedBy(_end.File, _end.Offset)).ToList();
        if (open.Count == 0)
        {
            return; // nothing was written before the newest mark
        }

        var end = open.Aggregate((last, mark) => mark.IsReachedBy(last.File, last.Offset) ? last : mark);
        try
        {
            _read = await ReadAsync(session, end, report, cancellationToken).ConfigureAwait(false);
            _end = end;
        }
        catch (SchemaMismatchException error)
        {
            throw new SchemaMismatchException($"A table was altered while its snapshot was being taken, and is read again. {error.Message}", error) { IsTransient = true };
        }
    }

    private async Task<MySqlPosition> ReadAsync(ServerSession session, BinlogStatus end, Action<SourceProgress> report, CancellationToken cancellationToken)
    {
        var began = plan.Clock.GetTimestamp();
        var delay = new Backoff(plan.Settings.FirstRetryDelay, plan.Settings.MaxRetryDelay, plan.Identity.ServerId);
        var tables = cut.Tables.Where(IsConcerned).Select(t => t.Table).ToList();
        var section = new LogSection(plan, tables) { Limits = Pieces, GuardsViews = true, Marks = _marks };
        while (true)
        {
            try
            {
                return await section.ReadAsync(session, _read.Executed, end, new Nowhere(), cancellationToken).ConfigureAwait(false);
            }
            catch (MySqlServerException error) when (error.IsTransient && plan.Clock.GetElapsedTime(began) < plan.Settings.SnapshotPatience)
            {
                var pause = delay.Next();
                report(new SourceProgress(SourcePhase.Retrying, error.Message, error, delay.Failures, pause));
                await Task.Delay(pause, plan.Clock, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // Those that were read whole before this cut have no mark.
    private bool IsConcerned(TableReading reading) =>
        _marks.TryGetValue(reading.Table.Capture.Table.Name, out var mark) ? !mark.IsReachedBy(_end.File, _end.Offset) : !reading.IsDone;

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
