using System.Globalization;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.InitialSnapshots;

// The cut, without a lock:
//
//   L   @@gtid_executed, read before any view is opened: every transaction in it is visible to every view
//   n   consistent views, each of another instant
//   H   the end of the log, read after the last view was opened: no view shows a transaction behind it
//   G   L and the transactions between L and H, read from the log; their images are laid over what the views show
//
// Transactions become visible after they are written to the log and before they enter gtid_executed; so L can only be too early and H too late, and both are
// made up for by the overlay. The other way round rows are lost or doubled.

/// <summary>Consistent views of several tables, and what has to be laid over them to have their content at exactly one GTID set.</summary>
internal sealed class SnapshotCut : IAsyncDisposable
{
    private SnapshotCut(
        IReadOnlyList<SnapshotTable> tables, IReadOnlyList<MySqlConnection> views, IReadOnlyList<TableOverlay> overlays, MySqlPosition position, DateTimeOffset time)
    {
        Tables = tables;
        Views = views;
        Overlays = overlays;
        Position = position;
        Time = time;
    }

    public IReadOnlyList<SnapshotTable> Tables { get; }

    /// <summary>Sessions inside their transactions, holding metadata locks on all tables: none can be altered until they end.</summary>
    public IReadOnlyList<MySqlConnection> Views { get; }

    /// <summary>One per table.</summary>
    public IReadOnlyList<TableOverlay> Overlays { get; }

    /// <summary>G: where the log has to be read on from.</summary>
    public MySqlPosition Position { get; }

    /// <summary>The server's clock when the cut was taken.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>Takes the cut.</summary>
    /// <exception cref="SchemaMismatchException">
    /// A table was altered meanwhile, or one without key was written: take the cut again. Or a table is not as the plan was made for.
    /// </exception>
    /// <exception cref="BinlogUnavailableException">A table's engine has no views, or prepared XA transactions are pending.</exception>
    /// <exception cref="MySqlServerException">A connection failed; when transient, take the cut again.</exception>
    public static async Task<SnapshotCut> TakeAsync(SnapshotSession session, CancellationToken cancellationToken)
    {
        var views = new List<MySqlConnection>();
        var overlays = new List<TableOverlay>();
        SnapshotCut? cut = null;
        try
        {
            var control = await session.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (control.ConfigureAwait(false))
            {
                await RefusePreparedTransactionsAsync(control, cancellationToken).ConfigureAwait(false);
                var tables = await session.ReadTablesAsync(control, cancellationToken).ConfigureAwait(false);
                overlays.AddRange(tables.Select(t => new TableOverlay(t.Wide.Schema, t.Key)));
                views.AddRange(await session.OpenViewsAsync(tables.Count, cancellationToken).ConfigureAwait(false));

                var low = GtidSet.Parse((await control.QueryAsync("SELECT @@GLOBAL.gtid_executed", cancellationToken).ConfigureAwait(false))[0, 0]!);
                await Task.WhenAll(views.Select(v => v.ExecuteAsync("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", cancellationToken))).ConfigureAwait(false);
                var high = await BinlogStatus.ReadAsync(control, cancellationToken).ConfigureAwait(false);
                var time = await ReadClockAsync(control, cancellationToken).ConfigureAwait(false);

                var window = new SnapshotWindow(session, tables, overlays);
                var position = await window.ReadAsync(low, high, cancellationToken).ConfigureAwait(false);
                RefuseTouchedWithoutKey(tables, overlays);
                await LockAsync(tables, views, cancellationToken).ConfigureAwait(false);
                await session.CheckUnchangedAsync(tables, control, cancellationToken).ConfigureAwait(false);
                cut = new SnapshotCut(tables, views, overlays, position, time);
            }

            return cut;
        }
        finally
        {
            if (cut is null)
            {
                await DisposeAsync(views, overlays).ConfigureAwait(false);
            }
        }
    }

    public ValueTask DisposeAsync() => DisposeAsync(Views, Overlays);

    private static void RefuseTouchedWithoutKey(IReadOnlyList<SnapshotTable> tables, List<TableOverlay> overlays)
    {
        var index = overlays.FindIndex(o => o.IsTouched && !o.HasKey);
        if (index >= 0)
        {
            throw new SchemaMismatchException(
                $"Table {tables[index].Definition.Name} has no primary key and was written while its snapshot was to begin, so its rows cannot be told apart. "
                + $"Run: ALTER TABLE {tables[index].Definition.Name.Quoted} ADD COLUMN id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY; or start when nobody writes to it.");
        }
    }

    // Reading a row takes the metadata lock until the transaction ends, and fails when the table was altered after the view was opened.
    private static async Task LockAsync(IReadOnlyList<SnapshotTable> tables, List<MySqlConnection> views, CancellationToken cancellationToken)
    {
        foreach (var view in views)
        {
            foreach (var table in tables)
            {
                try
                {
                    await view.ExecuteAsync($"SELECT 1 FROM {table.Definition.Name.Quoted} LIMIT 1", cancellationToken).ConfigureAwait(false);
                }
                catch (MySqlServerException error) when (error.Code is ServerErrors.TableDefinitionChanged or ServerErrors.NoSuchTable)
                {
                    throw SnapshotSession.Altered(table.Definition.Name, error);
                }
            }
        }
    }

    // The rows of a prepared transaction are neither in the views nor in the log behind the cut.
    private static async Task RefusePreparedTransactionsAsync(MySqlConnection control, CancellationToken cancellationToken)
    {
        try
        {
            var pending = await control.QueryAsync("XA RECOVER", cancellationToken).ConfigureAwait(false);
            if (pending.Count > 0)
            {
                throw new BinlogUnavailableException(
                    $"{pending.Count} XA transactions are prepared on {control.Peer} and not yet committed (XA RECOVER lists them); a snapshot would miss their rows. "
                    + "Commit or roll them back, then start again.");
            }
        }
        catch (MySqlServerException error) when (error.Code is ServerErrors.SpecificAccessDenied or ServerErrors.XaAccessDenied)
        {
            // Without XA_RECOVER_ADMIN the list is hidden. The log decoder refuses the commit of a transaction whose rows it has not seen.
        }
    }

    private static async Task<DateTimeOffset> ReadClockAsync(MySqlConnection control, CancellationToken cancellationToken)
    {
        var text = (await control.QueryAsync("SELECT UTC_TIMESTAMP(6)", cancellationToken).ConfigureAwait(false))[0, 0]!;
        return DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
    }

    private static async ValueTask DisposeAsync(IReadOnlyList<MySqlConnection> views, IReadOnlyList<TableOverlay> overlays)
    {
        foreach (var overlay in overlays)
        {
            overlay.Dispose();
        }

        foreach (var view in views)
        {
            await view.DisposeAsync().ConfigureAwait(false);
        }
    }
}
