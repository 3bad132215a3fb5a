using CdcLake.Common;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Index;

/// <summary>
/// The part of an index that went to disk: a log-structured merge tree. What was in memory becomes a run; a run that is not twice as large as all newer ones together is merged with them,
/// so there are few, and each key is written about once for each doubling. Not thread-safe; the owner disposes it.
/// </summary>
/// <typeparam name="TKey">How keys are kept.</typeparam>
/// <param name="space">Where the files are.</param>
/// <param name="share">Memory for Bloom filters, which get half of it at most.</param>
/// <param name="seed">That of the hashes.</param>
internal sealed class SpilledKeys<TKey>(KeyIndexSpace space, IMemoryShare share, ulong seed) : IDisposable
    where TKey : unmanaged, IIndexKey<TKey>
{
    private const int MostRuns = 8;

    /// <summary>Oldest first.</summary>
    private readonly List<KeyRun<TKey>> _runs = [];

    public bool IsEmpty => _runs.Count == 0;

    /// <summary>Memory in use.</summary>
    public long Bytes => _runs.Sum(r => r.Bytes);

    /// <summary>Takes in what is in memory, which counts for more than what is here.</summary>
    /// <exception cref="ObjectStoreException">The disk is full or fails; nothing has changed then.</exception>
    public void Add(KeyTable<TKey> table)
    {
        using var writer = new RunWriter<TKey>(space.NewFile(), seed, BloomFor(table.Count));
        writer.Append(table, keepsRemoved: !IsEmpty);
        Add(writer.Complete());
    }

    /// <summary>Takes in a run, which counts for more than what is here.</summary>
    /// <param name="run">The run, disposed with the others.</param>
    public void Add(KeyRun<TKey> run)
    {
        _runs.Add(run);
        var first = _runs.Count - 1;
        for (var newer = _runs[first].Count; first > 0 && (_runs[first - 1].Count <= 2 * newer || first > MostRuns); first--)
        {
            newer += _runs[first - 1].Count;
        }

        if (first < _runs.Count - 1)
        {
            Merge(first);
        }
    }

    /// <summary>Looks for keys.</summary>
    /// <param name="keys">Keys of a batch.</param>
    /// <param name="hashes">Their hashes.</param>
    /// <param name="wanted">Which of them, in the order of their hashes; changed.</param>
    /// <param name="found">Gets the places of those that are here, <see cref="RowLocation.Removed"/> among them.</param>
    public void Find(TKey[] keys, ulong[] hashes, Span<int> wanted, RowLocation[] found)
    {
        for (var run = _runs.Count - 1; run >= 0 && !wanted.IsEmpty; run--)
        {
            wanted = wanted[.._runs[run].Find(keys, hashes, wanted, found)];
        }
    }

    /// <summary>Writes what there is of all keys.</summary>
    public void WriteTo(RunWriter<TKey> writer)
    {
        foreach (var slot in new RunMerge<TKey>(_runs))
        {
            if (!slot.Location.IsNone)
            {
                writer.Append(slot);
            }
        }
    }

    public void Clear()
    {
        foreach (var run in _runs)
        {
            run.Dispose();
        }

        _runs.Clear();
    }

    public void Dispose() => Clear();

    /// <summary>Makes one run of the newest ones.</summary>
    private void Merge(int first)
    {
        var old = _runs[first..];
        using var writer = new RunWriter<TKey>(space.NewFile(), seed, BloomFor(old.Sum(r => r.Count), old.Sum(r => r.Bytes)));
        foreach (var slot in new RunMerge<TKey>(old))
        {
            if (first > 0 || !slot.Location.IsNone)
            {
                writer.Append(slot);
            }
        }

        var merged = writer.Complete();
        _runs.RemoveRange(first, old.Count);
        _runs.Add(merged);
        old.ForEach(r => r.Dispose());
    }

    /// <summary>A filter for the keys of a new run, where there is memory for it.</summary>
    /// <param name="keys">How many.</param>
    /// <param name="freed">Bytes of memory that runs which it replaces have.</param>
    public KeyBloom? BloomFor(long keys, long freed = 0) =>
        Bytes - freed + KeyBloom.BytesFor(keys) <= share.Bytes / 2 ? new KeyBloom(keys) : null;
}
