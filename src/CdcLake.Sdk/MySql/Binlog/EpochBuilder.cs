using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.MySql.Gtids;

namespace CdcLake.MySql.Binlog;

/// <summary>
/// Gathers the rows of transactions and hands them on as epochs. An epoch holds whole transactions; only one that is too large to be held back is handed on while
/// it is read, and its epoch stays unfinished until every transaction that was handed on in part has ended. Owns the rows until they are handed on.
/// </summary>
internal sealed class EpochBuilder(BinlogProcessorOptions options, IncludedTransactions included) : IDisposable
{
    private readonly PendingChanges _pending = new(options.Tables);
    private readonly EpochCutter _cutter = new(options);

    // Transactions of which rows were handed on before they ended, and how many; several, when another server sends them in another order.
    private readonly Dictionary<Gtid, long> _handedOn = [];

    /// <summary>True when <see cref="FlushAsync"/> has to be called before the next event.</summary>
    public bool NeedsFlush { get; private set; }

    /// <summary>True while rows of a transaction that did not end yet were handed on.</summary>
    public bool HasHandedOnPart => _handedOn.Count > 0;

    /// <summary>Rows of such transactions that were handed on.</summary>
    public long HandedOnRows => _handedOn.Values.Sum();

    /// <summary>Bytes in the log of the open transaction's rows that wait.</summary>
    public long OpenBytes => _pending.OpenBytes;

    /// <summary>The set with the transactions of which a part was handed on.</summary>
    public GtidSet AddHandedOn(GtidSet set)
    {
        if (_handedOn.Count == 0)
        {
            return set;
        }

        var all = new GtidSetBuilder(set);
        foreach (var gtid in _handedOn.Keys)
        {
            all.Add(gtid);
        }

        return all.ToSet();
    }

    /// <summary>Rows of <paramref name="gtid"/> that were handed on, or 0.</summary>
    public long RowsHandedOn(Gtid gtid) => _handedOn.GetValueOrDefault(gtid);

    /// <inheritdoc cref="PendingChanges.Open"/>
    public ChangeBatch Open(int table, bool moves) => _pending.Open(table, moves);

    /// <inheritdoc cref="PendingChanges.Isolate"/>
    public void Isolate(int table, int from) => _pending.Isolate(table, from);

    /// <summary>Counts rows of <paramref name="transaction"/> appended to the batch that <see cref="Open"/> gave for <paramref name="table"/>, and their bytes in the log.</summary>
    public void Appended(int table, int rows, int bytes, OpenTransaction transaction)
    {
        _pending.Appended(table, rows, bytes);
        NeedsFlush |= IsTooLargeToHold(transaction);
    }

    /// <inheritdoc cref="PendingChanges.Add"/>
    public void AddTable(int table, Columnar.Schema schema) => _pending.Add(table, schema);

    /// <inheritdoc cref="PendingChanges.Replace"/>
    public void ReplaceTable(int table, Columnar.Schema schema) => _pending.Replace(table, schema);

    /// <summary>Hands on all whole transactions and ends the epoch, although another transaction, which has no rows, is open.</summary>
    public async ValueTask FinishAsync(ISourceOutput output, CancellationToken cancellationToken)
    {
        await HandOnAsync(output, all: true, open: false, cancellationToken).ConfigureAwait(false);
        await EndEpochAsync(output, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="PendingChanges.TakeOpen"/>
    public IReadOnlyList<HeldBatch> TakeOpen() => _pending.TakeOpen();

    /// <inheritdoc cref="PendingChanges.Restore"/>
    public void Restore(IReadOnlyList<HeldBatch> held, long bytes) => _pending.Restore(held, bytes);

    /// <inheritdoc cref="EpochCutter.EndAt"/>
    public void EndAt(GtidSet boundary) => _cutter.EndAt(boundary, included);

    /// <summary>Drops the rows of the open transaction.</summary>
    public void Discard() => _pending.Discard();

    /// <summary>Drops the rows of an open transaction that cannot end in what is left of a file; it goes on being framed.</summary>
    public void DropOpenRows()
    {
        _pending.Discard();
        NeedsFlush = false;
    }

    /// <summary>The open transaction is whole and included.</summary>
    public void Include(OpenTransaction transaction, bool commit)
    {
        if (commit)
        {
            _pending.Commit();
        }
        else
        {
            _pending.Discard();
        }

        _handedOn.Remove(transaction.Gtid);
        included.Add(transaction.Gtid);
        _cutter.Include(transaction.Rows, transaction.CommitMicroseconds, included);
        NeedsFlush = _pending.WholeRows >= ChangeBatch.TargetRows || _cutter.IsDue(_pending.WholeBytes);
    }

    /// <summary>
    /// Hands pending batches on and ends the epoch if it is due. With <paramref name="idle"/> (no more bytes at hand) every whole transaction is
    /// handed on and the epoch ends, also when only the position moved; inside a transaction that waits for its end.
    /// </summary>
    public async ValueTask FlushAsync(ISourceOutput output, OpenTransaction transaction, bool idle, CancellationToken cancellationToken)
    {
        NeedsFlush = false;
        if (transaction.IsOpen && !transaction.IsSkipped)
        {
            if (IsTooLargeToHold(transaction))
            {
                await HandOnOpenAsync(output, transaction, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        var due = idle || _cutter.IsDue(_pending.WholeBytes);
        await HandOnAsync(output, all: due, open: false, cancellationToken).ConfigureAwait(false);
        if (due)
        {
            await EndEpochAsync(output, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _pending.Dispose();

    private bool IsTooLargeToHold(OpenTransaction transaction) => transaction.IsXa
        ? _pending.OpenBytes >= options.PreparedBytes
        : _pending.OpenRows >= options.HeldRows || _pending.OpenBytes >= options.HeldBytes;

    /// <summary>
    /// The open transaction is too large to be held back: what came before it becomes an epoch of its own, then its rows go downstream while it is
    /// read. They stay an unfinished epoch until it ends.
    /// </summary>
    private async ValueTask HandOnOpenAsync(ISourceOutput output, OpenTransaction transaction, CancellationToken cancellationToken)
    {
        if (_cutter.HasMoved && _handedOn.Count == 0)
        {
            _pending.Separate();
            await HandOnAsync(output, all: true, open: false, cancellationToken).ConfigureAwait(false);
            await EndEpochAsync(output, cancellationToken).ConfigureAwait(false);
        }

        await HandOnAsync(output, all: true, open: true, cancellationToken).ConfigureAwait(false);
        _handedOn[transaction.Gtid] = transaction.Rows;
    }

    private async ValueTask HandOnAsync(ISourceOutput output, bool all, bool open, CancellationToken cancellationToken)
    {
        while (_pending.Take(all, open, out var table) is { } batch)
        {
            await output.ChangesAsync(table, batch, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask EndEpochAsync(ISourceOutput output, CancellationToken cancellationToken)
    {
        if (_cutter.HasMoved && _handedOn.Count == 0)
        {
            await output.EndEpochAsync(new Epoch(included.Position, _cutter.End()), cancellationToken).ConfigureAwait(false);
        }
    }
}
