using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.MySql.Gtids;

namespace CdcLake.MySql.Binlog;

/// <summary>Batches and epochs towards the output.</summary>
internal sealed partial class BinlogEventProcessor
{
    private const long EpochBytes = 32 << 20;

    private readonly GtidSet[] _boundaries;
    private int _nextBoundary;
    private bool _atBoundary;
    private bool _moved;
    private long _epochRows;
    private long _epochStart;
    private long _endMicroseconds;

    // A transaction of which rows were handed on before it ended, and how many.
    private Gtid _handedOn;
    private long _handedOnRows;
    private long _rowsToSkip;
    private bool _rowsWereDropped;

    /// <summary>True while rows of a transaction that did not end yet were handed on.</summary>
    public bool HasHandedOnPart => _handedOn != default;

    /// <summary>Rows of that transaction that were handed on.</summary>
    public long HandedOnRows => HasHandedOnPart ? _handedOnRows : 0;

    /// <summary>Forgets the rows of the open transaction but stays inside it: for one that cannot end in what is left of a file.</summary>
    public void DropOpenRows()
    {
        _pending.Discard();
        (_rowsWereDropped, NeedsFlush) = (true, false);
    }

    /// <summary>
    /// Hands pending batches on and ends the epoch if it is due. With <paramref name="idle"/> (no more bytes at hand) every whole transaction is
    /// handed on and the epoch ends, also when only the position moved; inside a transaction that waits for its end.
    /// </summary>
    public async ValueTask FlushAsync(ISourceOutput output, bool idle, CancellationToken cancellationToken)
    {
        NeedsFlush = false;
        if (_inTransaction && !_skipping)
        {
            if (IsTooLargeToHold)
            {
                await HandOnOpenAsync(output, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        var due = idle || EpochIsDue();
        await HandOnAsync(output, all: due, open: false, cancellationToken).ConfigureAwait(false);
        if (due)
        {
            await EndEpochAsync(output, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The open transaction is too large to be held back: what came before it becomes an epoch of its own, then its rows go downstream while it is
    /// read. They stay an unfinished epoch until it ends.
    /// </summary>
    private async ValueTask HandOnOpenAsync(ISourceOutput output, CancellationToken cancellationToken)
    {
        if (_moved && _handedOn == default)
        {
            _pending.Separate();
            await HandOnAsync(output, all: true, open: false, cancellationToken).ConfigureAwait(false);
            await EndEpochAsync(output, cancellationToken).ConfigureAwait(false);
        }

        await HandOnAsync(output, all: true, open: true, cancellationToken).ConfigureAwait(false);
        (_handedOn, _handedOnRows) = (_gtid, _transactionRows);
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
        if (!_moved || _handedOn != default)
        {
            return;
        }

        (_moved, _atBoundary, _epochRows) = (false, false, 0);
        var commitTime = DateTimeOffset.UnixEpoch.AddTicks(_endMicroseconds * TimeSpan.TicksPerMicrosecond);
        await output.EndEpochAsync(new Epoch(Position, commitTime), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Called at the end of every transaction that is now included.</summary>
    private void NoteTransactionEnd()
    {
        if (!_moved)
        {
            _moved = true;
            _epochStart = _options.Clock.GetTimestamp();
        }

        _epochRows += _transactionRows;
        _endMicroseconds = _commitMicroseconds;
        for (; _nextBoundary < _boundaries.Length && _boundaries[_nextBoundary].Count <= _executed.Count; _nextBoundary++)
        {
            _atBoundary |= Executed.Equals(_boundaries[_nextBoundary]);
        }

        NeedsFlush = _pending.WholeRows >= ChangeBatch.TargetRows || _pending.WholeBytes >= EpochBytes || EpochIsDue();
    }

    private bool IsTooLargeToHold => _pending.OpenRows >= _options.HeldRows || _pending.OpenBytes >= _options.HeldBytes;

    private bool EpochIsDue() => _moved
        && (_atBoundary || _epochRows >= _options.Limits.Rows || _pending.WholeBytes >= EpochBytes || _options.Clock.GetElapsedTime(_epochStart) >= _options.Limits.Time);

    private void SkipPassedBoundaries()
    {
        while (_nextBoundary < _boundaries.Length && _boundaries[_nextBoundary].Count <= _executed.Count)
        {
            _nextBoundary++;
        }
    }
}
