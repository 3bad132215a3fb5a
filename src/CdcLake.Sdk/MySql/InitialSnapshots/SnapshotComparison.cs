using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>Tables at one moment, read from a consistent view; keys that the log changed between an earlier position and that moment are left out.</summary>
internal sealed class SnapshotComparison : ISourceView
{
    private readonly ServerSession _session;
    private readonly SnapshotView _view;
    private readonly SnapshotCut _cut;
    private readonly ViewGuard _guard;

    private SnapshotComparison(ServerSession session, SnapshotView view, SnapshotCut cut, ViewGuard guard) => (_session, _view, _cut, _guard) = (session, view, cut, guard);

    /// <param name="plan">The tables.</param>
    /// <param name="session">At the server; belongs to the comparison once it is returned.</param>
    /// <param name="at">The earlier position.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SchemaMismatchException">Transient: a table was altered since then.</exception>
    /// <exception cref="CdcLakeException">There was no view to be had.</exception>
    public static async Task<SnapshotComparison> OpenAsync(SnapshotPlan plan, ServerSession session, GtidSet at, CancellationToken cancellationToken)
    {
        var view = await SnapshotView.OpenAsync(session, plan.Clock, cancellationToken).ConfigureAwait(false);
        try
        {
            var before = (SnapshotProgress.OfKeys, at);
            var cut = await SnapshotCut.WaitAsync(plan, before, session, [view], _ => { }, cancellationToken).ConfigureAwait(false);
            return new SnapshotComparison(session, view, cut, new ViewGuard(plan, cut));
        }
        catch (Exception error)
        {
            await view.DisposeAsync().ConfigureAwait(false);
            throw error is TableRedefinedException ? new SchemaMismatchException(error.Message, error) { IsTransient = true } : error;
        }
    }

    public long Changed(int table) => _cut.Overlays[table].KeyCount;

    public async IAsyncEnumerable<ChangeBatch> ReadAsync(int table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var read = _cut.Tables[table].Table;
        var decoder = new SnapshotRowDecoder(read.Definition.Name, [.. read.Wide.Columns.Select(c => read.Definition.Columns[c])]);
        await _view.EnterTableAsync(read, cancellationToken).ConfigureAwait(false);
        await _guard.MarkAsync(_session, read, cancellationToken).ConfigureAwait(false);
        await _guard.CheckAsync(_session, _ => { }, cancellationToken).ConfigureAwait(false);
        var statement = await _view.BeginReadAsync(read, read.SelectOf(read.Wide), cancellationToken).ConfigureAwait(false);
        while (!_view.Connection.IsAtEnd)
        {
            yield return WithoutChanged(table, await decoder.ReadBatchAsync(_view.Connection, read.Wide.Schema, cancellationToken).ConfigureAwait(false));
        }

        await _view.EndReadAsync(statement, cancellationToken).ConfigureAwait(false);
        await _view.LeaveTableAsync(cancellationToken).ConfigureAwait(false);
    }

    public ChangeBatch WithoutChanged(int table, ChangeBatch rows)
    {
        var keep = new List<int>();
        if (!_cut.Overlays[table].TryFilter(rows, keep))
        {
            return rows;
        }

        using (rows)
        {
            return rows.Copy(CollectionsMarshal.AsSpan(keep));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _cut.DisposeAsync().ConfigureAwait(false);
        await _view.DisposeAsync().ConfigureAwait(false);
        await _session.DisposeAsync().ConfigureAwait(false);
    }
}
