using CdcLake.State.Stores;

namespace CdcLake.Checkpoints;

/// <summary>A checkpoint in the making; see <see cref="CheckpointStore.Begin"/>. Disposed without a commit it counts for nothing.</summary>
internal sealed class CheckpointRound : ICheckpointRound, IAsyncDisposable
{
    private readonly CheckpointStore _store;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SavedStore[]> _written = new(StringComparer.Ordinal);
    private readonly List<PieceWriter> _open = [];
    private readonly List<Task> _writing = [];
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isClosed;
    private int _flushed;
    private int _missing;

    /// <param name="store">Where the state goes.</param>
    /// <param name="parts">How many parts keep state, at least one; each writes once.</param>
    public CheckpointRound(CheckpointStore store, int parts)
    {
        _store = store;
        _missing = parts;
    }

    /// <summary>Takes a copy of a part's state, unless the checkpoint was given up meanwhile.</summary>
    public async ValueTask WriteAsync(string operatorName, IReadOnlyList<IStateStore> stores, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_isClosed)
            {
                return;
            }

            _writing.Add(done.Task);
        }

        try
        {
            await WriteStoresAsync(operatorName, stores, cancellationToken).ConfigureAwait(false);
        }
        catch (CdcLakeException error) when (error.IsTransient)
        {
            // Whoever owns the round learns of it; the part itself can go on without a checkpoint.
            _complete.TrySetException(error);
        }
        finally
        {
            done.SetResult();
        }
    }

    /// <summary>Completes when every part has written; with the error of one that could not for the moment.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _complete.Task.WaitAsync(cancellationToken);

    /// <summary>Gives up what was written, once nobody writes any more. Does nothing after a commit.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] writing;
        lock (_lock)
        {
            _isClosed = true;
            writing = [.. _writing];
        }

        await Task.WhenAll(writing).ConfigureAwait(false);
        await _store.AbandonAsync(this).ConfigureAwait(false);
    }

    /// <summary>Makes all pieces durable and gives them by operator.</summary>
    internal async Task<IReadOnlyDictionary<string, SavedStore[]>> CompleteAsync(CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        await ReleaseAsync().ConfigureAwait(false);
        return _written;
    }

    /// <summary>Makes the pieces durable, once every part has written: until a descriptor names them they count for nothing, so that this need not wait for a commit.</summary>
    internal async Task FlushAsync(CancellationToken cancellationToken)
    {
        for (; _flushed < _open.Count; _flushed++)
        {
            await _open[_flushed].CompleteAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    internal async Task ReleaseAsync()
    {
        foreach (var writer in _open)
        {
            await writer.DisposeAsync().ConfigureAwait(false);
        }

        _open.Clear();
    }

    private async Task WriteStoresAsync(string operatorName, IReadOnlyList<IStateStore> stores, CancellationToken cancellationToken)
    {
        var saved = new SavedStore[stores.Count];
        for (var i = 0; i < saved.Length; i++)
        {
            saved[i] = await WriteAsync(operatorName, i, stores[i], cancellationToken).ConfigureAwait(false);
        }

        lock (_lock)
        {
            _written[operatorName] = saved;
            if (--_missing > 0)
            {
                return;
            }
        }

        _complete.TrySetResult();
    }

    private async Task<SavedStore> WriteAsync(string operatorName, int index, IStateStore store, CancellationToken cancellationToken)
    {
        var log = store.Log;
        if (await _store.TakeHeadStartAsync(operatorName, index, store.Generation).ConfigureAwait(false) is { } begun)
        {
            Own(begun.Writer!);
            await begun.Writer!.WriteChangesAsync(log, cancellationToken).ConfigureAwait(false);
            return new SavedStore(store.Generation, [.. begun.Before, await begun.Writer.EndAsync(cancellationToken).ConfigureAwait(false)]);
        }

        var before = _store.SavedOf(operatorName, index);
        var isFull = before is null || before.NeedsWhole(store);
        if (!isFull && log.IsSaved)
        {
            return before!;
        }

        var writer = await _store.CreateAsync(operatorName, index, cancellationToken).ConfigureAwait(false);
        Own(writer);
        await (isFull ? writer.WriteAllAsync(log, cancellationToken) : writer.WriteChangesAsync(log, cancellationToken)).ConfigureAwait(false);
        var piece = await writer.EndAsync(cancellationToken).ConfigureAwait(false);
        return new SavedStore(store.Generation, isFull ? [piece] : [.. before!.Pieces, piece]);
    }

    private void Own(PieceWriter writer)
    {
        lock (_lock)
        {
            _open.Add(writer);
        }
    }
}
