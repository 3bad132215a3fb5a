using System.Diagnostics.CodeAnalysis;

#pragma warning disable CA1859 // a node is a branch or an array of entries, which have no type in common

namespace CdcLake.Views;

/// <content>Making versions.</content>
internal readonly partial struct PersistentMap<TKey, TValue>
{
    /// <summary>The next version while it is made: costs what changes, not what is there. Not thread-safe; the versions that it shows are.</summary>
    public sealed class Builder
    {
        private object _mark = new();
        private object? _root;
        private int _count;

        public TValue this[TKey key]
        {
            set => _root = Set(_root, new Entry(HashOf(key), key, value), FirstShift);
        }

        public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value) => Find(_root, key, out value);

        /// <returns>False when there is no such key.</returns>
        public bool Remove(TKey key)
        {
            if (!Find(_root, key, out _))
            {
                return false; // nothing is copied for it
            }

            _root = Without(_root!, HashOf(key), key, FirstShift);
            _count--;
            return true;
        }

        public void Clear() => (_root, _count) = (null, 0);

        /// <summary>Shows what is there now. Later changes are not seen in it.</summary>
        public PersistentMap<TKey, TValue> ToMap()
        {
            _mark = new object(); // what was made so far is shared from here on
            return new PersistentMap<TKey, TValue>(_root, _count);
        }

        private object Set(object? node, in Entry entry, int shift)
        {
            if (node is Branch shared)
            {
                var branch = Own(shared);
                ref var child = ref branch.Children[Slot(entry.Hash, shift)];
                branch.Used += child is null ? 1 : 0;
                child = Set(child, entry, shift - BitsOfLevel);
                return branch;
            }

            var entries = (Entry[]?)node ?? [];
            var at = IndexOf(entries, entry.Hash, entry.Key);
            if (at >= 0)
            {
                var changed = entries.AsSpan().ToArray();
                changed[at] = entry;
                return changed;
            }

            _count++;
            var grown = new Entry[entries.Length + 1];
            entries.CopyTo(grown, 0);
            grown[^1] = entry;
            return grown.Length > LeafEntries && shift >= 0 ? Split(grown, shift) : grown; // keys of one hash stay together, however many
        }

        private Branch Split(Entry[] entries, int shift)
        {
            var branch = new Branch(_mark);
            foreach (var some in entries.GroupBy(e => Slot(e.Hash, shift)))
            {
                Entry[] leaf = [.. some];
                branch.Children[some.Key] = leaf.Length > LeafEntries && shift >= BitsOfLevel ? Split(leaf, shift - BitsOfLevel) : leaf;
                branch.Used++;
            }

            return branch;
        }

        private object? Without(object node, uint hash, TKey key, int shift)
        {
            if (node is Branch shared)
            {
                var branch = Own(shared);
                ref var child = ref branch.Children[Slot(hash, shift)];
                child = Without(child!, hash, key, shift - BitsOfLevel);
                branch.Used -= child is null ? 1 : 0;
                return branch.Used == 0 ? null : branch;
            }

            var entries = (Entry[])node;
            var at = IndexOf(entries, hash, key);
            return entries.Length == 1 ? null : (Entry[])[.. entries.AsSpan(0, at), .. entries.AsSpan(at + 1)];
        }

        private Branch Own(Branch branch) => ReferenceEquals(branch.Owner, _mark) ? branch : branch.Copy(_mark);

        private static int IndexOf(Entry[] entries, uint hash, TKey key)
        {
            for (var i = 0; i < entries.Length; i++)
            {
                if (entries[i].Hash == hash && entries[i].Key.Equals(key))
                {
                    return i;
                }
            }

            return -1;
        }
    }
}
