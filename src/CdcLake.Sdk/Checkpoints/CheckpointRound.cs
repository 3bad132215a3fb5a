using CdcLake.State;
using CdcLake.Storage;

namespace CdcLake.Checkpoints;

/// <summary>A checkpoint in the making; see <see cref="CheckpointStore.Begin"/>. Disposed without a commit it leaves nothing behind.</summary>
internal sealed class CheckpointRound : ICheckpointRound, IAsyncDisposable
{
    private readonly CheckpointStore _store;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SavedStore[]> _written = new(StringComparer.Ordinal);
    private readonly List<IObjectWriter> _open = [];

    public CheckpointRound(CheckpointStore store, long number)
    {
        _store = store;
        Number = number;
    }

    public long Number { get; }

    public async ValueTask WriteAsync(string operatorName, IReadOnlyList<IStateStore> stores, CancellationToken cancellationToken)
    {
        var saved = new SavedStore[stores.Count];
        for (var i = 0; i < saved.Length; i++)
        {
            saved[i] = await WriteAsync(operatorName, i, stores[i], cancellationToken).ConfigureAwait(false);
        }

        lock (_lock)
        {
            _written[operatorName] = saved;
        }
    }

    /// <summary>Removes what was written. Does nothing after a commit.</summary>
    public ValueTask DisposeAsync() => _store.AbandonAsync(this);

    /// <summary>Makes all pieces durable and gives them by operator.</summary>
    internal async Task<IReadOnlyDictionary<string, SavedStore[]>> CompleteAsync(CancellationToken cancellationToken)
    {
        foreach (var writer in _open)
        {
            await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
        }

        await ReleaseAsync().ConfigureAwait(false);
        return _written;
    }

    internal async Task ReleaseAsync()
    {
        foreach (var writer in _open)
        {
            await writer.DisposeAsync().ConfigureAwait(false);
        }

        _open.Clear();
    }

    private async Task<SavedStore> WriteAsync(string operatorName, int index, IStateStore store, CancellationToken cancellationToken)
    {
        var before = _store.SavedOf(operatorName, index);
        var isFull = before is null || before.Generation != store.Generation || before.IsWorthRewriting;
        if (!isFull && store.Log.IsSaved)
        {
            return before!;
        }

        var name = _store.PieceName(Number, operatorName, index);
        var writer = await _store.Files.CreateAsync(name, cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            _open.Add(writer);
        }

        await PieceWriter.WriteAsync(store.Log, isFull, writer, cancellationToken).ConfigureAwait(false);
        var piece = new CheckpointPiece(name, writer.Length);
        return new SavedStore(store.Generation, isFull ? [piece] : [.. before!.Pieces, piece]);
    }
}
