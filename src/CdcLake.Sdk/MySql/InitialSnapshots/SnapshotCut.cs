using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.Connectors;
using CdcLake.MySql.Binlog.Dialects;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.InitialSnapshots;

// The cut, without a lock:
//
//   L   @@gtid_executed (of MariaDB the place in the log of a view), read before any view is opened: every transaction in it is visible to every view
//   n   consistent views, each of another instant
//   H   the end of the log, read after the last view was opened: no view shows a transaction behind it
//   G   L and the transactions between L and H, read from the log; their images are laid over what the views show
//
// Transactions become visible after they are written to the log and before they enter gtid_executed; so L can only be too early and H too late, and both are
// made up for by the overlay. The other way round rows are lost or doubled.

/// <summary>Consistent views of several tables, and what has to be laid over them to have their content at exactly one GTID set.</summary>
internal sealed class SnapshotCut : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private SnapshotCut(
        IReadOnlyList<TableReading> tables, IReadOnlyList<TableOverlay> overlays, List<(int Table, ChangeBatch Batch)> changes, MySqlPosition position, BinlogStatus end, DateTimeOffset time)
    {
        Tables = tables;
        Overlays = overlays;
        Changes = changes;
        Position = position;
        End = end;
        Time = time;
    }

    /// <summary>The tables, as far as they were read before.</summary>
    public IReadOnlyList<TableReading> Tables { get; }

    /// <summary>One per table.</summary>
    public IReadOnlyList<TableOverlay> Overlays { get; }

    /// <summary>What became of rows that were read before, up to <see cref="Position"/>. Whoever takes a batch off the list owns it.</summary>
    public List<(int Table, ChangeBatch Batch)> Changes { get; }

    /// <summary>G: where the log has to be read on from.</summary>
    public MySqlPosition Position { get; }

    /// <summary>H: as far as the log was read.</summary>
    public BinlogStatus End { get; }

    /// <summary>The server's clock when the cut was taken.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>Takes the cut. What is in the way of an exact one passes, as a rule; it is reported while it is waited for, and final when the patience is at an end.</summary>
    /// <param name="plan">What is read.</param>
    /// <param name="before">What was read before a restart, and where these rows stand; null for a new snapshot.</param>
    /// <param name="session">Controls the cut.</param>
    /// <param name="views">At the same server; each is at its instant afterwards.</param>
    /// <param name="report">Told what is waited for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CdcLakeException">No exact cut was to be had within <see cref="MySqlSourceOptions.SnapshotPatience"/>.</exception>
    public static async Task<SnapshotCut> WaitAsync(
        SnapshotPlan plan, (SnapshotProgress Progress, GtidSet At)? before, ServerSession session, IReadOnlyList<SnapshotView> views, Action<SourceProgress> report, CancellationToken cancellationToken)
    {
        var began = plan.Clock.GetTimestamp();
        var delay = new Backoff(FirstPause, LongestPause, plan.Identity.ServerId);
        report(new SourceProgress(SourcePhase.Snapshot, "taking a consistent cut"));
        while (true)
        {
            try
            {
                return await TakeAsync(plan, before, session, views, Waiting, cancellationToken).ConfigureAwait(false);
            }
            catch (CdcLakeException error) when (error is { IsTransient: true } and not MySqlServerException)
            {
                var pause = delay.Next();
                if (plan.Clock.GetElapsedTime(began) + pause > plan.Settings.SnapshotPatience)
                {
                    throw error is SchemaMismatchException ? new SchemaMismatchException(error.Message, error) : new BinlogUnavailableException(error.Message, error);
                }

                Waiting(error);
                await Task.Delay(pause, plan.Clock, cancellationToken).ConfigureAwait(false);
                report(new SourceProgress(SourcePhase.Snapshot, "taking a consistent cut"));
            }
        }

        void Waiting(CdcLakeException obstacle) => report(new SourceProgress(SourcePhase.Retrying, obstacle.Message, obstacle));
    }

    /// <summary>Takes the cut. The views hold no lock afterwards: whoever reads a table from one compares its definition with the cut's, under the lock of that read.</summary>
    /// <param name="plan">What is read.</param>
    /// <param name="before">What was read before a restart, and where these rows stand; null for a new snapshot.</param>
    /// <param name="session">Controls the cut.</param>
    /// <param name="views">At the same server; each is at its instant afterwards.</param>
    /// <param name="waiting">Told what is waited for.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CdcLakeException">
    /// Transient: something was under way that does not fit into an exact cut (a prepared XA transaction, an ALTER, a write to a table without key): take it again; or a connection
    /// failed. Otherwise: a table is not as the plan was made for, or its engine has no views.
    /// </exception>
    public static async Task<SnapshotCut> TakeAsync(
        SnapshotPlan plan, (SnapshotProgress Progress, GtidSet At)? before, ServerSession session, IReadOnlyList<SnapshotView> views, Action<CdcLakeException> waiting, CancellationToken cancellationToken)
    {
        var overlays = new List<TableOverlay>();
        try
        {
            var tables = await plan.ReadTablesAsync(session, before?.Progress, cancellationToken).ConfigureAwait(false);
            overlays.AddRange(tables.Select(t => new TableOverlay(t.Table.Wide.Schema, t.Table.Key)));
            var dialect = ServerDialects.Of(session);
            var low = await dialect.ReadLowMarkAsync(session, cancellationToken).ConfigureAwait(false);
            if (before is { At: var at })
            {
                low = low.Covers(at) ? at : throw new BinlogUnavailableException($"{session.Peer} has not yet executed what its log has, up to {at}.") { IsTransient = true };
            }

            var open = await dialect.ListPreparedAsync(session, cancellationToken).ConfigureAwait(false);
            await PreparedXa.WaitAsync(session, open, plan, waiting, cancellationToken).ConfigureAwait(false);
            await Task.WhenAll(views.Select(v => v.TakeAsync(cancellationToken))).ConfigureAwait(false);
            var high = await dialect.ReadEndAsync(session, cancellationToken).ConfigureAwait(false);
            var time = await ServerClock.ReadAsync(session, cancellationToken).ConfigureAwait(false);
            var window = new SnapshotWindow(tables, overlays, new FinishedRows(session)) { NeedsImages = before is not { Progress.IsOfKeys: true } };
            var section = new LogSection(plan, [.. tables.Select(t => t.Table)]) { Settled = open, GuardsViews = true };
            var position = await ReadWindowAsync(section, window, session, low, high, mayBeLater: before is null, cancellationToken).ConfigureAwait(false);
            RefuseTouchedWithoutKey(tables, overlays);
            return new SnapshotCut(tables, overlays, window.Changes, position, high, time);
        }
        catch
        {
            overlays.ForEach(o => o.Dispose());
            throw;
        }
    }

    public ValueTask DisposeAsync()
    {
        foreach (var overlay in Overlays)
        {
            overlay.Dispose();
        }

        Changes.ForEach(c => c.Batch.Dispose());

        return ValueTask.CompletedTask;
    }

    // What cannot be followed inside the window lies before the next one, and is then part of what every view shows; but not where rows were read before it.
    private static async Task<MySqlPosition> ReadWindowAsync(
        LogSection section, SnapshotWindow window, ServerSession session, GtidSet low, BinlogStatus high, bool mayBeLater, CancellationToken cancellationToken)
    {
        try
        {
            return await section.ReadAsync(session, low, high, window, cancellationToken).ConfigureAwait(false);
        }
        catch (CdcLakeException error) when (error is SchemaMismatchException or BinlogUnavailableException && !mayBeLater)
        {
            throw new TableRedefinedException(error.Message);
        }
        catch (SchemaMismatchException error)
        {
            throw new SchemaMismatchException(error.Message, error) { IsTransient = true };
        }
        catch (BinlogUnavailableException error)
        {
            throw new BinlogUnavailableException(error.Message, error) { IsTransient = true };
        }
    }

    private static void RefuseTouchedWithoutKey(IReadOnlyList<TableReading> tables, List<TableOverlay> overlays)
    {
        var index = overlays.FindIndex(o => o.IsTouched && !o.HasKey);
        if (index >= 0)
        {
            throw new SchemaMismatchException(
                $"Table {tables[index].Table.Definition.Name} has no primary key and was written whenever its snapshot was to begin, so its rows cannot be told apart. "
                + $"Run: ALTER TABLE {tables[index].Table.Definition.Name.Quoted} ADD COLUMN id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY; or start when nobody writes to it.")
            {
                IsTransient = true,
            };
        }
    }
}
