namespace CdcLake;

/// <summary>What a reader of <see cref="View{TKey, TRow}.ChangesAsync"/> gets at once: the changes of one or more whole epochs, or a complete state. Immutable.</summary>
/// <typeparam name="TKey">Type of the key.</typeparam>
/// <typeparam name="TRow">Type of the rows.</typeparam>
/// <param name="Snapshot">The state after these changes.</param>
/// <param name="Changes">Each key once. In a complete state every row, as added.</param>
/// <param name="IsComplete">
/// Forget what came before: this is everything. So it is first, after a restart, after a new snapshot of the source, and when this reader was too slow.
/// </param>
/// <param name="Missed">How many epochs with changes this reader was too slow for; their effect is in the complete state. Otherwise 0.</param>
public sealed record ViewChanges<TKey, TRow>(ViewSnapshot<TKey, TRow> Snapshot, IReadOnlyList<ViewChange<TKey, TRow>> Changes, bool IsComplete, long Missed);
