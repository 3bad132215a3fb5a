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

/// <summary>Reads all rows of the captured tables at exactly one GTID set and pushes them as the first epoch.</summary>
internal sealed class InitialSnapshot(SnapshotPlan plan, ISourceOutput output) : IDisposable
{
    private const int MaxBatchBytes = 4 * 1024 * 1024;
    private const int RowsPerReport = 100_000;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly SemaphoreSlim _control = new(1);
    private SnapshotMeter? _progress;

    /// <summary>
    /// Takes a cut, reads it and ends the epoch. Until the first row is pushed an error leaves the output untouched; <see cref="HasBegun"/> tells.
    /// </summary>
    /// <param name="session">At the server to read from; used until the end.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The position of the snapshot: where the log has to be read on from.</returns>
    /// <exception cref="CdcLakeException">
    /// No exact cut was to be had within <see cref="MySqlSourceOptions.SnapshotPatience"/>; or, transient, a connection failed or a table was altered while it was waiting to be read.
    /// </exception>
    public async Task<MySqlPosition> RunAsync(ServerSession session, CancellationToken cancellationToken)
    {
        var views = new List<SnapshotView>();
        try
        {
            for (var i = 0; i < Math.Clamp(plan.Settings.SnapshotWorkers, 1, Math.Max(1, plan.Captures.Count)); i++)
            {
                views.Add(await SnapshotView.OpenAsync(session, plan.Clock, cancellationToken).ConfigureAwait(false));
            }

            var cut = await TakeCutAsync(session, views, cancellationToken).ConfigureAwait(false);
            await using (cut.ConfigureAwait(false))
            {
                OverlaidKeys = cut.Overlays.Sum(o => o.KeyCount);
                _progress = plan.Meter.BeginSnapshot(await RowEstimates.ReadAsync(session, cut.Tables, cancellationToken).ConfigureAwait(false));
                using var failure = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                var queue = new ConcurrentQueue<int>(Enumerable.Range(0, cut.Tables.Count));
                await Task.WhenAll(views.Select(view => WorkAsync(cut, session, view, queue, failure))).ConfigureAwait(false);
                await BeginEpochAsync(cancellationToken).ConfigureAwait(false);
                _progress.End();
                await output.EndEpochAsync(new Epoch(cut.Position, cut.Time, EpochKind.CompleteResult), cancellationToken).ConfigureAwait(false);
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
    public bool HasBegun { get; private set; }

    /// <summary>Keys that were written while the cut was taken; for tests and curiosity.</summary>
    public int OverlaidKeys { get; private set; }

    public void Dispose()
    {
        _turn.Dispose();
        _control.Dispose();
    }

    // What is in the way of an exact cut passes, as a rule; it is reported while it is waited for, and final when the patience is at an end.
    private async Task<SnapshotCut> TakeCutAsync(ServerSession session, IReadOnlyList<SnapshotView> views, CancellationToken cancellationToken)
    {
        var began = plan.Clock.GetTimestamp();
        var delay = new Backoff(FirstPause, LongestPause, plan.Identity.ServerId);
        output.Report(new SourceProgress(SourcePhase.Snapshot, "taking a consistent cut"));
        while (true)
        {
            try
            {
                return await SnapshotCut.TakeAsync(plan, session, views, Waiting, cancellationToken).ConfigureAwait(false);
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
                output.Report(new SourceProgress(SourcePhase.Snapshot, "taking a consistent cut"));
            }
        }
    }

    private void Waiting(CdcLakeException obstacle) => output.Report(new SourceProgress(SourcePhase.Retrying, obstacle.Message, obstacle));

    private async Task WorkAsync(SnapshotCut cut, ServerSession session, SnapshotView view, ConcurrentQueue<int> queue, CancellationTokenSource failure)
    {
        await Task.Yield();
        try
        {
            while (queue.TryDequeue(out var table))
            {
                await ReadTracedAsync(cut, session, view, table, failure.Token).ConfigureAwait(false);
            }

            await view.DisposeAsync().ConfigureAwait(false); // others may still be busy
        }
        catch
        {
            await failure.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task ReadTracedAsync(SnapshotCut cut, ServerSession session, SnapshotView view, int index, CancellationToken cancellationToken)
    {
        using var span = Spans.Snapshot(cut.Tables[index].Capture.Table.Name);
        try
        {
            await ReadTableAsync(cut, session, view, index, cancellationToken).ConfigureAwait(false);
            span?.AddTag(Tags.Rows, _progress!.Tables[index].Rows);
        }
        catch (MySqlServerException error) when (SnapshotView.IsAltered(error))
        {
            span?.Fail(error);
            throw SnapshotTable.Altered(cut.Tables[index].Definition.Name, error);
        }
        catch (Exception error)
        {
            span?.Fail(error);
            throw;
        }
    }

    private async Task ReadTableAsync(SnapshotCut cut, ServerSession session, SnapshotView view, int index, CancellationToken cancellationToken)
    {
        var table = cut.Tables[index];
        var progress = _progress!.Tables[index];
        progress.Begin();
        var overlay = cut.Overlays[index];
        var columns = overlay.IsTouched ? table.Wide : table.Capture;
        var decoder = new SnapshotRowDecoder(table.Definition.Name, [.. columns.Columns.Select(c => table.Definition.Columns[c])]);
        var keep = new List<int>();
        var total = 0L;
        var statement = await BeginTableAsync(session, view, table, table.SelectOf(columns), cancellationToken).ConfigureAwait(false);
        while (!view.Connection.IsAtEnd)
        {
            var batch = await ReadBatchAsync(view.Connection, decoder, columns.Schema, cancellationToken).ConfigureAwait(false);
            var before = total;
            total += batch.Count;
            progress.Read(batch.Count);
            if (overlay.TryFilter(batch, keep))
            {
                using var whole = batch;
                batch = whole.Copy(CollectionsMarshal.AsSpan(keep));
            }

            await PushAsync(index, table.Narrow(batch), cancellationToken).ConfigureAwait(false);
            if (total / RowsPerReport != before / RowsPerReport)
            {
                Report(table, total);
            }
        }

        await view.EndTableAsync(statement, cancellationToken).ConfigureAwait(false);
        var images = new ChangeBatch(table.Wide.Schema);
        overlay.AppendImages(images);
        await PushAsync(index, table.Narrow(images), cancellationToken).ConfigureAwait(false);
        progress.End();
        Report(table, total);
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
        await _control.WaitAsync(cancellationToken).ConfigureAwait(false); // one statement at a time
        try
        {
            table.RequireUnchanged(await new TableReader(session, plan.Settings.Dates).ReadAgainAsync(table.Definition.Name, cancellationToken).ConfigureAwait(false));
        }
        finally
        {
            _control.Release();
        }
    }

    private static async ValueTask<ChangeBatch> ReadBatchAsync(
        WireConnection view, SnapshotRowDecoder decoder, Columnar.Schema schema, CancellationToken cancellationToken)
    {
        var batch = new ChangeBatch(schema);
        decoder.Bind(batch);
        try
        {
            var rows = 0;
            var bytes = 0;
            while (rows < ChangeBatch.TargetRows && bytes < MaxBatchBytes && !view.IsAtEnd)
            {
                if (view.TryReadRow(out var row))
                {
                    decoder.Append(row);
                    rows++;
                    bytes += row.Length;
                }
                else if (!view.IsAtEnd)
                {
                    await view.FillAsync(cancellationToken).ConfigureAwait(false);
                }
            }

            decoder.CheckText();
            batch.AppendWeights(1, rows);
            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    private async ValueTask PushAsync(int table, ChangeBatch batch, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
        {
            batch.Dispose();
            return;
        }

        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await BeginEpochAsync(cancellationToken).ConfigureAwait(false);
            await output.ChangesAsync(table, batch, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask BeginEpochAsync(CancellationToken cancellationToken)
    {
        if (!HasBegun)
        {
            HasBegun = true;
            await output.BeginEpochAsync(EpochKind.CompleteResult, cancellationToken).ConfigureAwait(false);
        }
    }

    private void Report(SnapshotTable table, long rows) =>
        output.Report(new SourceProgress(SourcePhase.Snapshot, string.Create(CultureInfo.InvariantCulture, $"{table.Capture.Table.Name}: {rows:N0} rows")));
}
