using System.Collections;
using System.Diagnostics.CodeAnalysis;
using CdcLake.Views;

namespace CdcLake;

/// <summary>
/// All rows of a <see cref="View{TKey, TRow}"/> as the query's result was at exactly one source position. Never changes, costs nothing to keep but its memory, and may be
/// read by any number of threads: several look-ups on one snapshot see one state.
/// </summary>
/// <typeparam name="TKey">Type of the key.</typeparam>
/// <typeparam name="TRow">Type of the rows.</typeparam>
[SuppressMessage("Naming", "CA1710", Justification = "A snapshot that can be enumerated, as its users say it; no collection of snapshots.")]
public sealed class ViewSnapshot<TKey, TRow> : IReadOnlyCollection<TRow>
{
    internal static readonly ViewSnapshot<TKey, TRow> Empty = new(PersistentMap<ViewKey<TKey>, TRow>.Empty, null, null);

    internal ViewSnapshot(PersistentMap<ViewKey<TKey>, TRow> rows, string? position, DateTimeOffset? committedAt)
    {
        Rows = rows;
        Position = position;
        CommittedAt = committedAt;
    }

    /// <summary>The GTID set (over log files: file and offset) of this state; null before the pipeline's first one.</summary>
    public string? Position { get; }

    /// <summary>When the newest transaction of this state was committed at the source; null before the first state, and for one that was read from a checkpoint.</summary>
    public DateTimeOffset? CommittedAt { get; }

    /// <summary>Number of rows.</summary>
    public int Count => Rows.Count;

    internal PersistentMap<ViewKey<TKey>, TRow> Rows { get; }

    /// <summary>The row of a key.</summary>
    /// <param name="key">Text is compared exactly, byte arrays by content.</param>
    /// <exception cref="KeyNotFoundException">The result has no row of this key.</exception>
    public TRow this[TKey key] => TryGet(key, out var row)
        ? row
        : throw new KeyNotFoundException($"There is no row of the key {key?.ToString() ?? "null"}{(Position is null ? ": the view has had no state yet" : $" at {Position}")}.");

    /// <summary>Looks a row up.</summary>
    /// <param name="key">Text is compared exactly, byte arrays by content.</param>
    /// <param name="row">The row, where there is one.</param>
    /// <returns>False when the result has no row of this key.</returns>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TRow row) => Rows.TryGetValue(new ViewKey<TKey>(key), out row);

    /// <summary>All rows, in no particular order.</summary>
    public IEnumerator<TRow> GetEnumerator() => Rows.Pairs.Select(p => p.Value).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
