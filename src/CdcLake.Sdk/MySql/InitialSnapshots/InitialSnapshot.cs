using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.Connectors;
using CdcLake.Diagnostics;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>Reads all rows of the captured tables at exactly one GTID set and pushes them as the first epoch, or as its parts.</summary>
/// <param name="plan">What is read.</param>
/// <param name="output">Takes the rows.</param>
/// <param name="from">The part that a snapshot goes on from; null for a new one.</param>
internal sealed class InitialSnapshot(SnapshotPlan plan, ISourceOutput output, MySqlPosition? from = null) : IDisposable
{
    private const int RowsPerReport = 100_000;
    private readonly AsyncLock _control = new(); // one statement at a time
    private readonly SnapshotOutput _output = new(output, from?.Part, plan.Settings.SnapshotRowsPerSecond is { } rows ? new RowLimit(rows, plan.Clock) : null);
    private SnapshotMeter? _progress;
    private ViewGuard? _views;

    /// <summary>Called when the cut is taken, with its position, before the first row is pushed.</summary>
    public Func<MySqlPosition, Task> WhenCut { get; init; } = _ => Task.CompletedTask;

    private SnapshotParts? _parts;

    /// <summary>
    /// Takes a cut, reads it and ends the epoch. Until the first row is pushed an error leaves the output untouched; <see cref="HasBegun"/> tells.
    /// </summary>
    /// <param name="session">At the server to read from; used until the end.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The position of the snapshot: where the log has to be read on from.</returns>
    /// <exception cref="CdcLakeException">
    /// No exact cut was to be had within <see cref="MySqlSourceOptions.SnapshotPatience"/>; or, transient, a connection failed or a table was altered while it was waiting to be read.
    /// </exception>
    /// <exception cref="TableRedefinedException">A table is not any more what it was described as, or what it was when it was read in part.</exception>
    public async Task<MySqlPosition> RunAsync(ServerSession session, CancellationToken cancellationToken)
    {
        var views = new List<SnapshotView>();
        try
        {
            var before = await CatchUpAsync(session, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < Math.Clamp(plan.Settings.SnapshotWorkers, 1, Math.Max(1, plan.Captures.Count)); i++)
            {
                views.Add(await SnapshotView.OpenAsync(session, plan.Clock, cancellationToken).ConfigureAwait(false));
            }

            var cut = await SnapshotCut.WaitAsync(plan, before, session, views, output.Report, cancellationToken).ConfigureAwait(false);
            await using (cut.ConfigureAwait(false))
            {
                await WhenCut(cut.Position).ConfigureAwait(false);
                await ReadAsync(cut, session, views, cancellationToken).ConfigureAwait(false);
                return cut.Position;
            }
        }
        finally
        {
            foreach (var view in views)
            {
                await view.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>True once rows may have been pushed: from then on the snapshot cannot be begun again into the same output.</summary>
    public bool HasBegun => _output.HasBegun;

    /// <summary>Keys that were written while the cut was taken; for tests and curiosity.</summary>
    public int OverlaidKeys { get; private set; }

    public void Dispose()
    {
        _parts?.Dispose();
        _output.Dispose();
    }

    // What was read before a restart is brought to the end of the log.
    private async Task<(SnapshotProgress Progress, GtidSet At)?> CatchUpAsync(ServerSession session, CancellationToken cancellationToken)
    {
        if (from is null)
        {
            return null;
        }

        var progress = SnapshotProgress.Parse(from.Part!.Progress);
        output.Report(new SourceProgress(SourcePhase.Snapshot, "going on with the snapshot: reading what changed in the rows that were read"));
        using var catchUp = new SnapshotCatchUp(plan, await plan.ReadTablesAsync(session, progress, cancellationToken).ConfigureAwait(false), _output);
        var at = await catchUp.RunAsync(session, from, cancellationToken).ConfigureAwait(false);
        return (progress, at.Executed);
    }

    private async Task ReadAsync(SnapshotCut cut, ServerSession session, List<SnapshotView> views, CancellationToken cancellationToken)
    {
        OverlaidKeys = cut.Overlays.Sum(o => o.KeyCount);
        _views = new ViewGuard(plan, cut);
        _progress = plan.Meter.BeginSnapshot(await RowEstimates.ReadAsync(session, cut.Tables.Select(t => t.Table), cancellationToken).ConfigureAwait(false));
        foreach (var (meter, table) in _progress.Tables.Zip(cut.Tables))
        {
            meter.Resume(table.Rows, table.IsDone);
        }

        while (cut.Changes.Count > 0)
        {
            var (table, batch) = cut.Changes[0];
            cut.Changes.RemoveAt(0);
            await _output.PushAsync(table, cut.Tables[table].Table.Narrow(batch), cancellationToken).ConfigureAwait(false);
        }

        _parts = new SnapshotParts(views.Count, plan.TakesParts ? plan.FirstPart : null, plan.Clock, t => EndPartAsync(cut, session, t));
        using var failure = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var queue = new ConcurrentQueue<(int Table, int Range)>(cut.Tables.SelectMany((t, i) => t.Open.Select(r => (i, r))));
        await Task.WhenAll(views.Select(view => WorkAsync(cut, session, view, queue, failure))).ConfigureAwait(false);
        _progress.End();
        await _output.EndAsync(cut.Position, cut.Time, cancellationToken).ConfigureAwait(false);
    }

    // Nobody reads meanwhile. Rows that were laid over those of a view belong to the part when their place was read.
    private async Task EndPartAsync(SnapshotCut cut, ServerSession session, CancellationToken cancellationToken)
    {
        for (var i = 0; i < cut.Tables.Count; i++)
        {
            var (reading, overlay) = (cut.Tables[i], cut.Overlays[i]);
            if (!overlay.IsTouched || reading.IsDone || reading.Progress is null)
            {
                continue;
            }

            using var images = new ChangeBatch(reading.Table.Wide.Schema);
            var numbers = overlay.AppendImages(images);
            var isFinished = await FindFinishedAsync(session, reading, images, cancellationToken).ConfigureAwait(false);
            int[] rows = [.. Enumerable.Range(0, images.Count).Where(r => isFinished[r])];
            await _output.PushAsync(i, reading.Table.Narrow(images.Copy(rows)), cancellationToken).ConfigureAwait(false);
            foreach (var row in rows)
            {
                overlay.Sent(numbers[row]);
            }
        }

        await _output.EndPartAsync(cut.Position, cut.Time, TableReading.ProgressOf(cut.Tables), cancellationToken).ConfigureAwait(false);
    }

    private async Task WorkAsync(SnapshotCut cut, ServerSession session, SnapshotView view, ConcurrentQueue<(int Table, int Range)> queue, CancellationTokenSource failure)
    {
        await Task.Yield();
        try
        {
            await _parts!.EnterAsync(failure.Token).ConfigureAwait(false);
            while (queue.TryDequeue(out var next))
            {
                await ReadTracedAsync(cut, session, view, next.Table, next.Range, failure.Token).ConfigureAwait(false);
                await _parts.PauseAsync(failure.Token).ConfigureAwait(false);
            }

            _parts.Leave();
            await view.DisposeAsync().ConfigureAwait(false); // others may still be busy
        }
        catch
        {
            await failure.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task ReadTracedAsync(SnapshotCut cut, ServerSession session, SnapshotView view, int index, int range, CancellationToken cancellationToken)
    {
        using var span = Spans.Snapshot(cut.Tables[index].Table.Capture.Table.Name);
        try
        {
            await ReadTableAsync(cut, session, view, index, range, cancellationToken).ConfigureAwait(false);
            span?.AddTag(Tags.Rows, _progress!.Tables[index].Rows);
        }
        catch (MySqlServerException error) when (SnapshotView.IsAltered(error))
        {
            span?.Fail(error);
            throw SnapshotTable.Altered(cut.Tables[index].Table.Definition.Name, error);
        }
        catch (Exception error)
        {
            span?.Fail(error);
            throw;
        }
    }

    private async Task ReadTableAsync(SnapshotCut cut, ServerSession session, SnapshotView view, int index, int range, CancellationToken cancellationToken)
    {
        var (reading, overlay, progress) = (cut.Tables[index], cut.Overlays[index], _progress!.Tables[index]);
        var table = reading.Table;
        progress.Begin();
        var columns = overlay.IsTouched || reading.Order is not null ? table.Wide : table.Capture;
        var decoder = new SnapshotRowDecoder(table.Definition.Name, [.. columns.Columns.Select(c => table.Definition.Columns[c])]);
        var keep = new List<int>();
        var select = $"{table.SelectOf(columns)} {reading.Order?.Clause(reading.Ranges[range].At ?? reading.Before(range), reading.Ranges[range].UpTo)}";
        var statement = await BeginTableAsync(session, view, table, select, cancellationToken).ConfigureAwait(false);
        while (!view.Connection.IsAtEnd)
        {
            var batch = await decoder.ReadBatchAsync(view.Connection, columns.Schema, cancellationToken).ConfigureAwait(false);
            var before = reading.Rows;
            var rows = batch.Count;
            var at = rows > 0 ? reading.Order?.PointOf(batch, rows - 1) : null;
            overlay.Complete(batch);
            if (overlay.TryFilter(batch, keep))
            {
                using var whole = batch;
                batch = whole.Copy(CollectionsMarshal.AsSpan(keep));
            }

            await _output.PushAsync(index, table.Narrow(batch), cancellationToken).ConfigureAwait(false);
            reading.Read(range, at, rows);
            progress.Read(rows);
            if ((before + rows) / RowsPerReport != before / RowsPerReport)
            {
                Report(table, before + rows);
            }

            if (reading.Order is not null)
            {
                await _parts!.PauseAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        await view.EndTableAsync(statement, cancellationToken).ConfigureAwait(false);
        if (reading.End(range))
        {
            await EndTableAsync(reading, overlay, index, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task EndTableAsync(TableReading reading, TableOverlay overlay, int index, CancellationToken cancellationToken)
    {
        if (overlay.LacksValues)
        {
            throw new InconsistentChangeException(
                $"A row of {reading.Table.Definition.Name} was changed while its snapshot began, by a session that logs only some columns of it, and is not in the table: it has changes that the log does not have, of sessions with sql_log_bin=OFF. "
                + "Let these log their changes, and start again.");
        }

        var images = new ChangeBatch(reading.Table.Wide.Schema);
        overlay.AppendImages(images);
        await _output.PushAsync(index, reading.Table.Narrow(images), cancellationToken).ConfigureAwait(false);
        reading.End();
        _progress!.Tables[index].End();
        Report(reading.Table, reading.Rows);
    }

    // Whoever alters the table while it is waiting to be read is waited for; what it has become then decides.
    private async Task<PreparedStatement> BeginTableAsync(
        ServerSession session, SnapshotView view, SnapshotTable table, string select, CancellationToken cancellationToken)
    {
        var began = plan.Clock.GetTimestamp();
        while (true)
        {
            try
            {
                var statement = await view.BeginTableAsync(table, select, cancellationToken).ConfigureAwait(false);
                await CheckUnchangedAsync(session, table, cancellationToken).ConfigureAwait(false);
                return statement;
            }
            catch (MySqlServerException error) when (error.Code == ServerErrors.LockWaitTimeout && plan.Clock.GetElapsedTime(began) < plan.Settings.SnapshotPatience)
            {
                output.Report(new SourceProgress(SourcePhase.Snapshot, $"waiting for an ALTER of {table.Definition.Name}"));
            }
        }
    }

    private async Task CheckUnchangedAsync(ServerSession session, SnapshotTable table, CancellationToken cancellationToken)
    {
        using var turn = await _control.EnterAsync(cancellationToken).ConfigureAwait(false);
        table.RequireUnchanged(
            await new TableReader(session, plan.Settings.Dates, plan.Settings.CompletePartialRows).ReadAgainAsync(table.Definition.Name, cancellationToken).ConfigureAwait(false));
        await _views!.CheckAsync(session, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool[]> FindFinishedAsync(ServerSession session, TableReading reading, ChangeBatch images, CancellationToken cancellationToken)
    {
        using var turn = await _control.EnterAsync(cancellationToken).ConfigureAwait(false);
        return await new FinishedRows(session).FindAsync(reading, images, cancellationToken).ConfigureAwait(false);
    }

    private void Report(SnapshotTable table, long rows) =>
        output.Report(new SourceProgress(SourcePhase.Snapshot, string.Create(CultureInfo.InvariantCulture, $"{table.Capture.Table.Name}: {rows:N0} rows")));
}
