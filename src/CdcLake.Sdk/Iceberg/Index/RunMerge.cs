using System.Collections;

namespace CdcLake.Iceberg.Index;

/// <summary>The slots of several runs in the order of their hashes; of a key that is in several of them, the newest.</summary>
/// <typeparam name="TKey">How keys are kept.</typeparam>
/// <param name="runs">Oldest first.</param>
internal sealed class RunMerge<TKey>(IReadOnlyList<KeyRun<TKey>> runs) : IEnumerable<KeySlot<TKey>>
    where TKey : unmanaged, IIndexKey<TKey>
{
    public IEnumerator<KeySlot<TKey>> GetEnumerator()
    {
        var readers = runs.Reverse().Select(r => new RunReader<TKey>(r)).Where(r => r.Next()).ToList(); // newest first
        var same = new List<KeySlot<TKey>>();
        while (readers.Count > 0)
        {
            var least = ulong.MaxValue;
            foreach (var reader in readers)
            {
                least = Math.Min(least, reader.Hash);
            }

            same.Clear();
            for (var i = 0; i < readers.Count; i++)
            {
                var reader = readers[i];
                while (reader.Hash == least)
                {
                    var slot = reader.Current;
                    if (!Contains(same, slot.Key))
                    {
                        same.Add(slot);
                    }

                    if (!reader.Next())
                    {
                        readers.RemoveAt(i--);
                        break;
                    }
                }
            }

            foreach (var slot in same)
            {
                yield return slot;
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static bool Contains(List<KeySlot<TKey>> slots, TKey key)
    {
        foreach (var slot in slots)
        {
            if (slot.Key.Equals(key))
            {
                return true;
            }
        }

        return false;
    }
}
