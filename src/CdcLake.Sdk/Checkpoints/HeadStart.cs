using CdcLake.State.Stores;

namespace CdcLake.Checkpoints;

/// <summary>
/// Prepares a checkpoint that has to write large logs whole: at its barrier the stages only say which bytes there are, which are then written while the stages go on;
/// the checkpoint that follows adds what changed since. See <see cref="CheckpointStore.BeginHeadStart"/>.
/// </summary>
internal sealed class HeadStart : ICheckpointRound, IAsyncDisposable
{
    /// <summary>Logs below this size are written whole at the barrier: that takes a few milliseconds.</summary>
    public const long SmallLogBytes = 16L << 20;

    private readonly CheckpointStore _store;
    private readonly Lock _lock = new();
    private readonly List<HeadStartPiece> _pieces = [];
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _missing;

    /// <param name="store">Where the state goes.</param>
    /// <param name="parts">How many parts keep state, at least one.</param>
    public HeadStart(CheckpointStore store, int parts)
    {
        _store = store;
        _missing = parts;
    }

    public ValueTask WriteAsync(string operatorName, IReadOnlyList<IStateStore> stores, CancellationToken cancellationToken)
    {
        var pieces = new List<HeadStartPiece>();
        for (var i = 0; i < stores.Count; i++)
        {
            if (_store.WantsHeadStart(operatorName, i, stores[i]))
            {
                _store.Forget(operatorName, i); // the log counts as saved from here on, so what was saved before cannot be gone on with
                pieces.Add(new HeadStartPiece(operatorName, i, stores[i].Generation, stores[i].Log.BeginCopy()));
            }
        }

        lock (_lock)
        {
            _pieces.AddRange(pieces);
            if (--_missing > 0)
            {
                return ValueTask.CompletedTask;
            }
        }

        _begun.TrySetResult();
        return ValueTask.CompletedTask;
    }

    /// <summary>Writes the pieces, once every part has said what there is; the next checkpoint of the store finds them.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await _begun.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        foreach (var piece in _pieces)
        {
            piece.Writer = await _store.CreateAsync(piece.Operator, piece.Store, cancellationToken).ConfigureAwait(false);
            await piece.Writer.CopyAsync(piece.Chunks, cancellationToken).ConfigureAwait(false);
        }

        _store.HasHeadStarts(_pieces);
        _pieces.Clear();
    }

    /// <summary>Gives up what was not handed to the store.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var piece in _pieces)
        {
            if (piece.Writer is { } writer)
            {
                await writer.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}

/// <summary>A piece that holds a log as it was, while it goes on.</summary>
/// <param name="Operator">Whose log.</param>
/// <param name="Store">Which of its stores.</param>
/// <param name="Generation">Of the log; in another one its references mean something else, and the piece is of no use.</param>
/// <param name="Chunks">What there was. The bytes may change in place while they are read; such records count as touched.</param>
internal sealed record HeadStartPiece(string Operator, int Store, int Generation, IReadOnlyList<LogChunk> Chunks)
{
    public PieceWriter? Writer { get; set; }
}
