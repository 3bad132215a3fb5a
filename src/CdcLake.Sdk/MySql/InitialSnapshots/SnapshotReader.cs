using System.Runtime.InteropServices;
using CdcLake.Connectors;
using CdcLake.Diagnostics;
using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.MySql.InitialSnapshots;

// A reader holds a table from before its first range of it until nobody has to begin one any more. So an ALTER waits until the whole table was read: whoever comes to a table behind the ALTER
// takes no range of it, and those who hold it read them all.

/// <summary>Reads what there is to be read, from one view.</summary>
/// <param name="work">What is read, shared with other readers.</param>
/// <param name="view">Owned.</param>
internal sealed class SnapshotReader(SnapshotWork work, SnapshotView view)
{
    private readonly List<int> _keep = [];

    /// <summary>Reads until nothing is left that others do not read.</summary>
    /// <exception cref="CdcLakeException">Transient: the connection failed, or a table was altered after its view was taken.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await work.Parts.EnterAsync(cancellationToken).ConfigureAwait(false);
        var avoided = -1;
        var waits = work.Plan.Clock.GetTimestamp();
        while (await work.Queue.FindTableAsync(avoided, cancellationToken).ConfigureAwait(false) is { } table)
        {
            avoided = -1;
            if (await TryReadTableAsync(table, cancellationToken).ConfigureAwait(false))
            {
                waits = work.Plan.Clock.GetTimestamp();
            }
            else if (work.Cut.Tables[table].Readers > 0 || work.Plan.Clock.GetElapsedTime(waits) < work.Plan.Settings.SnapshotPatience)
            {
                avoided = table;
            }
            else
            {
                throw NotHeld(work.Cut.Tables[table].Table);
            }

            await work.Parts.PauseAsync(cancellationToken).ConfigureAwait(false);
        }

        work.Parts.Leave();
        await view.DisposeAsync().ConfigureAwait(false); // others may still be busy
    }

    private async Task<bool> TryReadTableAsync(int index, CancellationToken cancellationToken)
    {
        var table = work.Cut.Tables[index].Table;
        using var span = Spans.Snapshot(table.Capture.Table.Name);
        try
        {
            var rows = await ReadTableAsync(index, cancellationToken).ConfigureAwait(false);
            span?.AddTag(Tags.Rows, rows);
            return rows is not null;
        }
        catch (MySqlServerException error) when (SnapshotView.IsAltered(error))
        {
            span?.Fail(error);
            throw SnapshotTable.Altered(table.Definition.Name, error);
        }
        catch (Exception error)
        {
            span?.Fail(error);
            throw;
        }
    }

    // Null where somebody alters the table while it is waiting to be read: what it has become then decides.
    private async Task<long?> ReadTableAsync(int index, CancellationToken cancellationToken)
    {
        var reading = work.Cut.Tables[index];
        try
        {
            await view.EnterTableAsync(reading.Table, cancellationToken).ConfigureAwait(false);
        }
        catch (MySqlServerException error) when (error.Code == ServerErrors.LockWaitTimeout)
        {
            work.Output.Report(new SourceProgress(SourcePhase.Snapshot, $"waiting for an ALTER of {reading.Table.Definition.Name}"));
            return null;
        }
        catch (SchemaMismatchException) when (reading.Open is null)
        {
            return 0; // others have read it meanwhile, and then it was altered
        }

        reading.Enter();
        try
        {
            var rows = reading.Open is null ? 0 : await ReadHeldAsync(index, cancellationToken).ConfigureAwait(false);
            await view.LeaveTableAsync(cancellationToken).ConfigureAwait(false);
            return rows;
        }
        finally
        {
            reading.Leave();
        }
    }

    private async Task<long> ReadHeldAsync(int index, CancellationToken cancellationToken)
    {
        var rows = 0L;
        var reading = work.Cut.Tables[index];
        work.Meter.Tables[index].Begin();
        await work.CheckUnchangedAsync(reading.Table, cancellationToken).ConfigureAwait(false);
        while (await work.Queue.TakeAsync(index, view, cancellationToken).ConfigureAwait(false) is { } range)
        {
            rows += await ReadRangeAsync(index, range, cancellationToken).ConfigureAwait(false);
            await work.EndAsync(index, range, cancellationToken).ConfigureAwait(false);
            await work.Parts.PauseAsync(cancellationToken).ConfigureAwait(false);
        }

        return rows;
    }

    private async Task<long> ReadRangeAsync(int index, TableRange range, CancellationToken cancellationToken)
    {
        var (reading, overlay) = (work.Cut.Tables[index], work.Cut.Overlays[index]);
        var table = reading.Table;
        var columns = overlay.IsTouched || reading.Order is not null ? table.Wide : table.Capture;
        var decoder = new SnapshotRowDecoder(table.Definition.Name, [.. columns.Columns.Select(c => table.Definition.Columns[c])]);
        var select = $"{table.SelectOf(columns)} {reading.Order?.Clause(range.From, range.UpTo)}";
        var statement = await view.BeginReadAsync(table, select, cancellationToken).ConfigureAwait(false);
        var all = 0L;
        while (!view.Connection.IsAtEnd)
        {
            var batch = await decoder.ReadBatchAsync(view.Connection, columns.Schema, cancellationToken).ConfigureAwait(false);
            var rows = batch.Count;
            var at = rows > 0 ? reading.Order?.PointOf(batch, rows - 1) : null;
            overlay.Complete(batch);
            if (overlay.TryFilter(batch, _keep))
            {
                using var whole = batch;
                batch = whole.Copy(CollectionsMarshal.AsSpan(_keep));
            }

            await work.Output.PushAsync(index, table.Narrow(batch), cancellationToken).ConfigureAwait(false);
            work.Count(index, range, at, rows);
            all += rows;
            if (reading.Order is not null)
            {
                await work.Parts.PauseAsync(cancellationToken).ConfigureAwait(false);
            }
        }

        await view.EndReadAsync(statement, cancellationToken).ConfigureAwait(false);
        return all;
    }

    private SchemaMismatchException NotHeld(SnapshotTable table) => new(
        $"Table {table.Definition.Name} could not be read within {work.Plan.Settings.SnapshotPatience} ({nameof(MySqlSourceOptions.SnapshotPatience)}), because an ALTER of it, or another statement that locks it, waits or runs. "
        + "Start again when that has ended.") { IsTransient = true };
}
