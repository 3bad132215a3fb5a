using System.Runtime.InteropServices;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow;

/// <summary>Groups whose records hold their number and the roots of what a store keeps of them.</summary>
/// <param name="groups">Their records.</param>
/// <param name="number">Offset of the number, 8 bytes.</param>
/// <param name="root">Offset of the roots, 4 bytes each.</param>
/// <param name="roots">How many roots there are.</param>
internal readonly struct GroupRoots(RowMap groups, int number, int root, int roots = 1)
{
    /// <summary>Which groups have something in the store; null for all.</summary>
    public Predicate<uint>? Has { get; init; }

    /// <summary>The roots of a group.</summary>
    public Span<uint> this[uint group] => MemoryMarshal.CreateSpan(ref groups.Field<uint>(group, root), roots);

    /// <summary>Rewrites a store without what is gone, and so makes its roots again after state was read back.</summary>
    /// <exception cref="CheckpointException">A record belongs to no group.</exception>
    public void Rebuild<TStore>(TStore store)
        where TStore : IGroupedStore
    {
        var byNumber = new Dictionary<long, uint>();
        for (var group = groups.Next(0); group != 0; group = groups.Next(group))
        {
            if (Has?.Invoke(group) != false)
            {
                byNumber.Add(groups.Field<long>(group, number), group);
                this[group].Clear();
            }
        }

        var old = store.BeginRewrite();
        for (var at = old.Next(0); at != 0; at = old.Next(at))
        {
            var owner = TStore.GroupOf(old, at);
            if (owner < 0)
            {
                continue;
            }

            if (!byNumber.TryGetValue(owner, out var group))
            {
                throw new CheckpointException("A stored row belongs to no group. Delete the checkpoint folder: the pipeline rebuilds it from the source.");
            }

            groups.Log.Settle();
            store.Readd(old, at, this[group]);
            old.ReleaseBefore(at);
        }

        old.Clear();
    }

    /// <summary>Takes over what another store keeps of some groups, after their records were copied.</summary>
    /// <param name="store">Keeps nothing of them yet.</param>
    /// <param name="former">Log of the other store.</param>
    /// <param name="taken">The groups by the number that they have there.</param>
    public void TakeOver<TStore>(TStore store, RecordLog former, IReadOnlyDictionary<long, uint> taken)
        where TStore : IGroupedStore
    {
        foreach (var group in taken.Values)
        {
            this[group].Clear();
        }

        for (var at = former.Next(0); at != 0; at = former.Next(at))
        {
            groups.Log.Settle();
            if (taken.TryGetValue(TStore.GroupOf(former, at), out var group))
            {
                store.AddFrom(former, at, groups.Field<long>(group, number), this[group]);
            }
        }
    }
}
