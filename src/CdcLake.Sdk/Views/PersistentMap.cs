using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace CdcLake.Views;

// root ─ branch of 32 ─ … ─ leaf: up to 16 entries whose hashes begin with the same bits, five for each branch above it
//
// A leaf is never changed, a branch only by the builder that made it and has not shown it yet: each version keeps what it had.

/// <summary>
/// Keys and values of one version of a growing and shrinking table: a hash trie. It never changes, shares with its successors what did not change, and may be read by any number of
/// threads; a look-up reads two or three branches and one leaf.
/// </summary>
/// <typeparam name="TKey">Compared by its own equality.</typeparam>
/// <typeparam name="TValue">Anything.</typeparam>
internal readonly partial struct PersistentMap<TKey, TValue>
    where TKey : IEquatable<TKey>
{
    private const int BitsOfLevel = 5;
    private const int Fan = 1 << BitsOfLevel;
    private const int FirstShift = 32 - BitsOfLevel;
    private const int LeafEntries = 16;
    private readonly object? _root;

    private PersistentMap(object? root, int count) => (_root, Count) = (root, count);

    public static PersistentMap<TKey, TValue> Empty => default;

    public int Count { get; }

    /// <summary>All keys with their values, in no particular order.</summary>
    public IEnumerable<KeyValuePair<TKey, TValue>> Pairs => PairsOf(_root);

    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) => Find(_root, key, out value);

    private static bool Find(object? node, TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        var hash = HashOf(key);
        for (var shift = FirstShift; node is Branch branch; shift -= BitsOfLevel)
        {
            node = branch.Children[Slot(hash, shift)];
        }

        if (node is not null)
        {
            foreach (ref readonly var entry in Unsafe.As<Entry[]>(node).AsSpan()) // there is nothing else
            {
                if (entry.Hash == hash && entry.Key.Equals(key))
                {
                    value = entry.Value;
                    return true;
                }
            }
        }

        value = default;
        return false;
    }

    // Hash codes of numbers are the numbers: this spreads them over all bits, of which the first ones are taken first.
    private static uint HashOf(TKey key) => (uint)key.GetHashCode() * 0x9E3779B1;

    private static int Slot(uint hash, int shift) => (int)(hash >> shift) & (Fan - 1);

    private static IEnumerable<KeyValuePair<TKey, TValue>> PairsOf(object? node)
    {
        var waiting = new Stack<object>();
        for (; node is not null; waiting.TryPop(out node))
        {
            if (node is Branch branch)
            {
                for (var i = 0; i < Fan; i++)
                {
                    if (branch.Children[i] is { } child)
                    {
                        waiting.Push(child);
                    }
                }

                continue;
            }

            foreach (var entry in (Entry[])node)
            {
                yield return new(entry.Key, entry.Value);
            }
        }
    }

    private readonly record struct Entry(uint Hash, TKey Key, TValue Value);

    /// <param name="owner">The builder's mark, which it changes when it shows a version.</param>
    private sealed class Branch(object owner)
    {
        public Slots Children;

        public object Owner => owner;

        /// <summary>Children that are there.</summary>
        public int Used { get; set; }

        public Branch Copy(object newOwner) => new(newOwner) { Children = Children, Used = Used };
    }

    [InlineArray(Fan)]
    private struct Slots
    {
        private object? _first;
    }
}
