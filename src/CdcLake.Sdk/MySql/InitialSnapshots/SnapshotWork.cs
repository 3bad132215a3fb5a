using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.Connectors;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>What the readers of one cut share: what is left to be read, the output, the server's word on tables, and the ends of parts and tables.</summary>
internal sealed class SnapshotWork : IDisposable
{
    private const int RowsPerReport = 100_000;
    private readonly AsyncLock _control = new(); // one statement at a time
    private readonly ServerSession _session;
    private readonly ViewGuard _guard;

    /// <param name="plan">What is read.</param>
    /// <param name="cut">Its cut.</param>
    /// <param name="session">At the server; used by one at a time.</param>
    /// <param name="output">Takes the rows.</param>
    /// <param name="estimates">How many rows each table has, as far as the server knows.</param>
    /// <param name="readers">How many readers there are.</param>
    public SnapshotWork(SnapshotPlan plan, SnapshotCut cut, ServerSession session, SnapshotOutput output, IReadOnlyList<long?> estimates, int readers)
    {
        (Plan, Cut, Output, _session) = (plan, cut, output, session);
        _guard = new ViewGuard(plan, cut);
        Queue = new RangeQueue(cut.Tables, estimates, readers, plan.SmallestRange);
        Parts = new SnapshotParts(readers, plan.TakesParts ? plan.FirstPart : null, plan.Clock, EndPartAsync);
        Meter = plan.Meter.BeginSnapshot(cut.Tables.Zip(estimates, (t, rows) => (t.Table.Capture.Table.Name, rows)));
        foreach (var (meter, table) in Meter.Tables.Zip(cut.Tables))
        {
            meter.Resume(table.Rows, table.IsDone);
        }
    }

    public SnapshotPlan Plan { get; }

    public SnapshotCut Cut { get; }

    public SnapshotOutput Output { get; }

    public RangeQueue Queue { get; }

    public SnapshotParts Parts { get; }

    public SnapshotMeter Meter { get; }

    /// <summary>Makes sure that a table, which is held, is what it was when the cut was taken. Whether it shows the same rows in its view is looked at before they count.</summary>
    /// <exception cref="SchemaMismatchException">Transient: it is not.</exception>
    public async Task CheckUnchangedAsync(SnapshotTable table, CancellationToken cancellationToken)
    {
        using var turn = await _control.EnterAsync(cancellationToken).ConfigureAwait(false);
        table.RequireUnchanged(
            await new TableReader(_session, Plan.Settings.Dates, Plan.Settings.CompletePartialRows).ReadAgainAsync(table.Definition.Name, cancellationToken).ConfigureAwait(false));
        await _guard.MarkAsync(_session, table, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Rows of a table went out.</summary>
    public void Count(int index, TableRange range, IReadOnlyList<string>? at, int rows)
    {
        var reading = Cut.Tables[index];
        var all = reading.Read(range, at, rows);
        Meter.Tables[index].Read(rows);
        if (all / RowsPerReport != (all - rows) / RowsPerReport)
        {
            Report(reading, all);
        }
    }

    /// <summary>A range went out; with the last one of a table goes what the window of the cut has made of its rows.</summary>
    public async Task EndAsync(int index, TableRange range, CancellationToken cancellationToken)
    {
        var (reading, overlay) = (Cut.Tables[index], Cut.Overlays[index]);
        if (!reading.End(range))
        {
            return;
        }

        if (overlay.LacksValues)
        {
            throw new InconsistentChangeException(
                $"A row of {reading.Table.Definition.Name} was changed while its snapshot began, by a session that logs only some columns of it, and is not in the table: it has changes that the log does not have, of sessions with sql_log_bin=OFF. "
                + "Let these log their changes, and start again.");
        }

        var images = new ChangeBatch(reading.Table.Wide.Schema);
        overlay.AppendImages(images);
        await Output.PushAsync(index, reading.Table.Narrow(images), cancellationToken).ConfigureAwait(false);
        reading.End();
        Meter.Tables[index].End();
        Report(reading, reading.Rows);
    }

    /// <summary>All rows were read; nobody reads any more.</summary>
    /// <exception cref="SchemaMismatchException">Transient: not all of them are those of the cut.</exception>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        await _guard.CheckAsync(_session, Output.Report, cancellationToken).ConfigureAwait(false);
        Meter.End();
        await Output.EndAsync(Cut.Position, Cut.Time, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => Parts.Dispose();

    // Nobody reads meanwhile. Rows that were laid over those of a view belong to the part when their place was read.
    private async Task EndPartAsync(CancellationToken cancellationToken)
    {
        using (await _control.EnterAsync(cancellationToken).ConfigureAwait(false))
        {
            await _guard.CheckAsync(_session, Output.Report, cancellationToken).ConfigureAwait(false);
        }

        for (var i = 0; i < Cut.Tables.Count; i++)
        {
            var (reading, overlay) = (Cut.Tables[i], Cut.Overlays[i]);
            if (!overlay.IsTouched || reading.IsDone || reading.Progress is null)
            {
                continue;
            }

            using var images = new ChangeBatch(reading.Table.Wide.Schema);
            var numbers = overlay.AppendImages(images);
            var isFinished = await FindFinishedAsync(reading, images, cancellationToken).ConfigureAwait(false);
            int[] rows = [.. Enumerable.Range(0, images.Count).Where(r => isFinished[r])];
            await Output.PushAsync(i, reading.Table.Narrow(images.Copy(rows)), cancellationToken).ConfigureAwait(false);
            foreach (var row in rows)
            {
                overlay.Sent(numbers[row]);
            }
        }

        await Output.EndPartAsync(Cut.Position, Cut.Time, TableReading.ProgressOf(Cut.Tables), cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool[]> FindFinishedAsync(TableReading reading, ChangeBatch images, CancellationToken cancellationToken)
    {
        using var turn = await _control.EnterAsync(cancellationToken).ConfigureAwait(false);
        return await new FinishedRows(_session).FindAsync(reading, images, cancellationToken).ConfigureAwait(false);
    }

    private void Report(TableReading reading, long rows) =>
        Output.Report(new SourceProgress(SourcePhase.Snapshot, string.Create(CultureInfo.InvariantCulture, $"{reading.Table.Capture.Table.Name}: {rows:N0} rows")));
}
