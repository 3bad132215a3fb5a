using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.MySql;
using CdcLake.MySql.Gtids;

namespace CdcLake.Benchmarks;

/// <summary>Takes what a source pushes, touches every batch, and lets it go: what remains is the source's own cost.</summary>
internal sealed class CountingOutput : ISourceOutput
{
    private readonly Func<Epoch, bool>? _isLast;
    private readonly CancellationTokenSource? _stop;

    public CountingOutput()
    {
    }

    /// <summary>Cancels <paramref name="stop"/> at the end of the first epoch for which <paramref name="isLast"/> is true.</summary>
    public CountingOutput(CancellationTokenSource stop, Func<Epoch, bool> isLast)
    {
        _stop = stop;
        _isLast = isLast;
    }

    public long Rows { get; private set; }

    public long Epochs { get; private set; }

    /// <summary>Sum of first values, so that nobody can leave the decoding out.</summary>
    public long Sum { get; private set; }

    public MySqlPosition? Position { get; private set; }

    public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask TableChangedAsync(TableChange change, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"Not expected here: {change.Kind} of table {change.Table}.");

    public ValueTask ChangesAsync(int table, ChangeBatch batch, CancellationToken cancellationToken)
    {
        Rows += batch.Count;
        if (batch.Columns.Length > 0 && batch[0] is FixedColumn<long> { Count: > 0 } first)
        {
            Sum += first.Values[^1];
        }

        batch.Dispose();
        return ValueTask.CompletedTask;
    }

    public ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken)
    {
        Epochs++;
        Position = (MySqlPosition)epoch.Position;
        if (_isLast is not null && _isLast(epoch))
        {
            _stop!.Cancel();
        }

        return ValueTask.CompletedTask;
    }

    public void Report(SourceProgress progress)
    {
    }
}
