using CdcLake.Connectors;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>Reads all rows of the captured tables at exactly one GTID set and pushes them as the first epoch, or as its parts.</summary>
/// <param name="plan">What is read.</param>
/// <param name="output">Takes the rows.</param>
/// <param name="from">The part that a snapshot goes on from; null for a new one.</param>
internal sealed class InitialSnapshot(SnapshotPlan plan, ISourceOutput output, MySqlPosition? from = null) : IDisposable
{
    private readonly SnapshotOutput _output = new(output, from?.Part, plan.Settings.SnapshotRowsPerSecond is { } rows ? new RowLimit(rows, plan.Clock) : null);

    /// <summary>Called when the cut is taken, with its position, before the first row is pushed.</summary>
    public Func<MySqlPosition, Task> WhenCut { get; init; } = _ => Task.CompletedTask;

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
            var estimates = await RowEstimates.ReadAsync(session, plan.Names, cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < ReadersFor(estimates); i++)
            {
                views.Add(await SnapshotView.OpenAsync(session, plan.Clock, cancellationToken).ConfigureAwait(false));
            }

            var cut = await SnapshotCut.WaitAsync(plan, before, session, views, output.Report, cancellationToken).ConfigureAwait(false);
            await using (cut.ConfigureAwait(false))
            {
                await WhenCut(cut.Position).ConfigureAwait(false);
                OverlaidKeys = cut.Overlays.Sum(o => o.KeyCount);
                await PushChangesAsync(cut, cancellationToken).ConfigureAwait(false);
                using var work = new SnapshotWork(plan, cut, session, _output, estimates, views.Count);
                await ReadAsync(work, views, cancellationToken).ConfigureAwait(false);
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

    public void Dispose() => _output.Dispose();

    private int ReadersFor(IReadOnlyList<long?> estimates) => estimates.Any(rows => RangeQueue.IsShared(rows, plan.SmallestRange, plan.Settings.SnapshotWorkers))
        ? plan.Settings.SnapshotWorkers
        : Math.Clamp(plan.Settings.SnapshotWorkers, 1, Math.Max(1, plan.Captures.Count));

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

    private async Task PushChangesAsync(SnapshotCut cut, CancellationToken cancellationToken)
    {
        while (cut.Changes.Count > 0)
        {
            var (table, batch) = cut.Changes[0];
            cut.Changes.RemoveAt(0);
            await _output.PushAsync(table, cut.Tables[table].Table.Narrow(batch), cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task ReadAsync(SnapshotWork work, List<SnapshotView> views, CancellationToken cancellationToken)
    {
        using var failure = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAll(views.Select(ReadViewAsync)).ConfigureAwait(false);
        await work.FinishAsync(cancellationToken).ConfigureAwait(false);

        async Task ReadViewAsync(SnapshotView view)
        {
            await Task.Yield();
            try
            {
                await new SnapshotReader(work, view).RunAsync(failure.Token).ConfigureAwait(false);
            }
            catch
            {
                await failure.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
    }
}
