using CdcLake.State.Stores;

namespace CdcLake.Checkpoints;

/// <summary>What the newest checkpoint holds of one state store.</summary>
/// <param name="Generation">Generation of the store's log when it was written; −1 when read back and nothing is known.</param>
/// <param name="Pieces">One full piece, then those with what changed since.</param>
internal sealed record SavedStore(int Generation, IReadOnlyList<CheckpointPiece> Pieces)
{
    private const int MostPieces = 32;

    /// <summary>True when the next checkpoint must write all of the log, or the changes weigh more than the whole.</summary>
    public bool NeedsWhole(IStateStore store) => Generation != store.Generation || Pieces.Count >= MostPieces
        || Pieces.Skip(1).Sum(p => p.Bytes) > Pieces[0].Bytes + (4L << 20);
}
