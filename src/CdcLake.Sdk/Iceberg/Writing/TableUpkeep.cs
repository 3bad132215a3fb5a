using CdcLake.Common;
using CdcLake.Connectors;
using CdcLake.Iceberg.Transactions;

namespace CdcLake.Iceberg.Writing;

/// <summary>
/// Compacts a table beside the stream that writes to it. Reading and writing files goes on while the stream does; only to choose them and to put them in place is
/// the table needed, which both use in turns (<see cref="EnterAsync"/>). While the stream changes the table, compaction takes a quarter of the time at most.
/// Thread-safe.
/// </summary>
/// <param name="table">The table; nobody touches it without a turn.</param>
/// <param name="clock">Measures how long it takes.</param>
internal sealed class TableUpkeep(UpsertTable table, TimeProvider clock) : IDisposable
{
    /// <summary>Times as long as a compaction took until the next one may begin, when the stream has committed meanwhile.</summary>
    private const int RestFactor = 3;

    private static readonly TimeSpan AfterError = TimeSpan.FromMinutes(1);

    private readonly AsyncLock _turns = new();
    private readonly SemaphoreSlim _commits = new(0);
    private long _count;

    /// <summary>Waits until nobody else uses the table; the caller disposes what it gets when it is done.</summary>
    public ValueTask<AsyncLock.Turn> EnterAsync(CancellationToken cancellationToken) => _turns.EnterAsync(cancellationToken);

    /// <summary>The stream has committed.</summary>
    public void Committed()
    {
        Interlocked.Increment(ref _count);
        if (_commits.CurrentCount == 0)
        {
            _commits.Release();
        }
    }

    /// <summary>Works until cancelled. An exception means that the table object is of no use any more.</summary>
    public async Task RunAsync(Action<SinkUpkeep> report, CancellationToken cancellationToken)
    {
        while (true)
        {
            var before = Interlocked.Read(ref _count);
            var start = clock.GetTimestamp();
            var done = await StepAsync(cancellationToken).ConfigureAwait(false);
            if (done is { Files: > 0 } or { Error: not null })
            {
                report(done);
            }

            var isBusy = Interlocked.Read(ref _count) != before;
            var rest = done?.Error is not null ? AfterError : done is not null && isBusy ? RestFactor * clock.GetElapsedTime(start) : TimeSpan.Zero;
            await Task.Delay(rest, clock, cancellationToken).ConfigureAwait(false);
            if (done is null)
            {
                await _commits.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Does one piece of work, if there is one worth it.</summary>
    /// <returns>What was done, or the error that it met before the table was touched; null when there was nothing.</returns>
    public async Task<SinkUpkeep?> StepAsync(CancellationToken cancellationToken)
    {
        var compaction = await BeginAsync(cancellationToken).ConfigureAwait(false);
        if (compaction is null)
        {
            return null;
        }

        await using var _ = compaction.ConfigureAwait(false);
        try
        {
            await compaction.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (CdcLakeException error)
        {
            return new SinkUpkeep(0, 0, 0, error);
        }

        return await TakeOverAsync(compaction, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _commits.Dispose();

    /// <summary>The first half of a step: chooses files.</summary>
    internal async Task<Compaction?> BeginAsync(CancellationToken cancellationToken)
    {
        using var turn = await EnterAsync(cancellationToken).ConfigureAwait(false);
        return table.BeginCompaction();
    }

    /// <summary>
    /// The second half: puts what was written in place. Rows of a large epoch may have gone to files already; then it is the turn of the compaction after their commit.
    /// </summary>
    internal async Task<SinkUpkeep> TakeOverAsync(Compaction compaction, CancellationToken cancellationToken)
    {
        while (true)
        {
            using (var turn = await EnterAsync(cancellationToken).ConfigureAwait(false))
            {
                if (table.IsClean)
                {
                    return await PublishAsync(compaction, cancellationToken).ConfigureAwait(false);
                }
            }

            await _commits.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<SinkUpkeep> PublishAsync(Compaction compaction, CancellationToken cancellationToken)
    {
        var prepared = await table.PrepareAsync(compaction, cancellationToken).ConfigureAwait(false);
        if (prepared is null)
        {
            return new SinkUpkeep(0, 0, 0);
        }

        await using var _ = prepared.ConfigureAwait(false);
        if (!await TablePublisher.PublishAsync(prepared.Catalog, [prepared]).ConfigureAwait(false))
        {
            return new SinkUpkeep(0, 0, 0); // another writer rewrote these files first
        }

        var files = compaction.Outputs;
        return new SinkUpkeep(compaction.Inputs.Count, files.Sum(f => f.RecordCount), files.Sum(f => f.FileSize));
    }
}
