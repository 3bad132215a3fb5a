namespace CdcLake;

/// <summary>What an epoch made of one key. Immutable.</summary>
/// <typeparam name="TKey">Type of the key.</typeparam>
/// <typeparam name="TRow">Type of the rows.</typeparam>
/// <param name="Kind">Whether the row was added, updated or removed.</param>
/// <param name="Key">Which row; each key stands once in the changes of an epoch.</param>
/// <param name="Before">The row before; the default value when it was added.</param>
/// <param name="After">The row after; the default value when it was removed.</param>
public sealed record ViewChange<TKey, TRow>(ChangeKind Kind, TKey Key, TRow? Before, TRow? After);
