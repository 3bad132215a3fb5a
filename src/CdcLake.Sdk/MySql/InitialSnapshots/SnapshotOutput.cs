using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.MySql.Gtids;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>Where the rows of a snapshot go: one epoch, or one for each part, from readers that take turns.</summary>
/// <param name="output">Takes batches one at a time.</param>
/// <param name="part">The part that the snapshot goes on from; null for a new one.</param>
/// <param name="limit">How fast they may go; null for as fast as they can.</param>
internal sealed class SnapshotOutput(ISourceOutput output, SnapshotPart? part, RowLimit? limit) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private EpochKind _kind = part is null ? EpochKind.CompleteResult : EpochKind.Changes;
    private int _number = part?.Number ?? 0;

    /// <summary>True once rows may have been pushed: from then on the snapshot cannot be begun again into the same output.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Hands a batch on; an empty one is disposed.</summary>
    public async ValueTask PushAsync(int table, ChangeBatch batch, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
        {
            batch.Dispose();
            return;
        }

        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (limit is not null)
            {
                await limit.WaitAsync(batch.Count, cancellationToken).ConfigureAwait(false);
            }

            await BeginAsync(cancellationToken).ConfigureAwait(false);
            await output.ChangesAsync(table, batch, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>All rows that were pushed are those of a position, as far as it says. Nobody pushes meanwhile.</summary>
    public ValueTask EndPartAsync(MySqlPosition position, DateTimeOffset time, SnapshotProgress progress, CancellationToken cancellationToken) =>
        EndAsync(new MySqlPosition(position.Executed, position.File, position.Offset) { Part = new SnapshotPart(++_number, progress.ToString()) }, time, cancellationToken);

    /// <summary>All rows were pushed.</summary>
    public async ValueTask EndAsync(MySqlPosition position, DateTimeOffset time, CancellationToken cancellationToken)
    {
        await BeginAsync(cancellationToken).ConfigureAwait(false);
        await output.EndEpochAsync(new Epoch(position, time, _kind), cancellationToken).ConfigureAwait(false);
        _kind = EpochKind.Changes; // the next part adds to what there is
    }

    public void Report(SourceProgress progress) => output.Report(progress);

    public void Dispose() => _turn.Dispose();

    private async ValueTask BeginAsync(CancellationToken cancellationToken)
    {
        if (!HasBegun)
        {
            HasBegun = true;
            await output.BeginEpochAsync(_kind, cancellationToken).ConfigureAwait(false);
        }
    }
}
