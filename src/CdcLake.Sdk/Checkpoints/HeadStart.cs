using CdcLake.State.Stores;

namespace CdcLake.Checkpoints;

/// <summary>
/// Prepares a checkpoint that has much to write: at its barrier the stages only say which bytes there are, and copy what changed in place, which is then written while the stages go on;
/// the checkpoint that follows, or another one of these before it, adds what changed since. See <see cref="CheckpointStore.BeginHeadStart"/>.
/// </summary>
internal sealed class HeadStart : ICheckpointRound, IAsyncDisposable
{
    /// <summary>Logs below this size, and smaller changes, are written at the barrier: that takes a few milliseconds.</summary>
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

    public async ValueTask WriteAsync(string operatorName, IReadOnlyList<IStateStore> stores, CancellationToken cancellationToken)
    {
        var pieces = new List<HeadStartPiece>();
        for (var i = 0; i < stores.Count; i++)
        {
            if (_store.WantsHeadStart(operatorName, i, stores[i]))
            {
                pieces.Add(await BeginAsync(operatorName, i, stores[i]).ConfigureAwait(false));
            }
        }

        lock (_lock)
        {
            _pieces.AddRange(pieces);
            if (--_missing > 0)
            {
                return;
            }
        }

        _begun.TrySetResult();
    }

    /// <summary>Writes the pieces, once every part has said what there is; the next checkpoint of the store finds them.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await _begun.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        foreach (var piece in _pieces)
        {
            piece.Writer ??= await _store.CreateAsync(piece.Operator, piece.Store, cancellationToken).ConfigureAwait(false);
            await piece.Writer.CopyAsync(piece.Chunks, piece.Patches, piece.PatchBytes, cancellationToken).ConfigureAwait(false);
        }

        _store.HasHeadStarts(_pieces);
        _pieces.Clear();
    }

    private async ValueTask<HeadStartPiece> BeginAsync(string operatorName, int store, IStateStore state)
    {
        var begun = await _store.TakeHeadStartAsync(operatorName, store, state.Generation).ConfigureAwait(false);
        if (begun is null && _store.NeedsWhole(operatorName, store, state))
        {
            _store.Forget(operatorName, store); // the log counts as saved from here on, so what was saved before cannot be gone on with
            return new HeadStartPiece(operatorName, store, state.Generation, [], state.Log.BeginCopy());
        }

        var before = begun?.Before ?? _store.SavedOf(operatorName, store)!.Pieces;
        _store.Forget(operatorName, store);
        var (appended, patches) = state.Log.BeginCopyOfChanges();
        return new HeadStartPiece(operatorName, store, state.Generation, before, appended) { Writer = begun?.Writer, Patches = patches, PatchBytes = state.Log.PatchBytes };
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

/// <summary>A piece that holds a log, or what changed in it, as it was, while it goes on.</summary>
/// <param name="Operator">Whose log.</param>
/// <param name="Store">Which of its stores.</param>
/// <param name="Generation">Of the log; in another one its references mean something else, and the piece is of no use.</param>
/// <param name="Before">Pieces that it goes on from; none when it holds all of the log.</param>
/// <param name="Chunks">What there was. The bytes may change in place while they are read; such records count as touched.</param>
internal sealed record HeadStartPiece(string Operator, int Store, int Generation, IReadOnlyList<CheckpointPiece> Before, IReadOnlyList<LogChunk> Chunks)
{
    public PieceWriter? Writer { get; set; }

    /// <summary>Records that were touched, as they were.</summary>
    public ReadOnlyMemory<byte> Patches { get; init; }

    /// <summary>Bytes of each.</summary>
    public int PatchBytes { get; init; } = 1;
}
