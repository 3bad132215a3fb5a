using CdcLake.Columnar;
using CdcLake.State.Rows;
using CdcLake.State.Spilling;
using CdcLake.State.Stores;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.State.SpilledStores;

/// <summary>Values in chunks. The groups have records of their own, whose roots and counts come back as they were.</summary>
internal sealed class ChunksModel : Model
{
    private const int Root = 0;
    private const int Count = 4;

    private readonly RowMap _groups = new(8);
    private readonly ValueChunks<int> _values = new();

    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public ChunksModel(StateBudget budget)
    {
        Stores = [_groups, _values];
        foreach (var store in Stores)
        {
            store.Use(budget);
        }
    }

    public override void Apply(List<(int Key, int Value, int Weight)> changes)
    {
        using var batch = Cells.ToBatch(Pair, changes.Select(c => ((object?[])[c.Key, c.Value], c.Weight)));
        using var keys = Encoded(batch, 0);
        var groups = new uint[changes.Count];
        _groups.FindOrAdd(keys, groups);
        _values.Log.Settle();
        for (var i = 0; i < groups.Length; i++)
        {
            _groups.Touch(groups[i]);
            ref var root = ref _groups.Field<uint>(groups[i], Root);
            ref var count = ref _groups.Field<int>(groups[i], Count);
            if (changes[i].Weight > 0)
            {
                _values.Push(ref root, count++, changes[i].Value);
            }
            else
            {
                Assert.True(_values.TryRemove(ref root, count--, changes[i].Value));
            }
        }
    }

    public override void Rewrite()
    {
        var old = _values.BeginRewrite();
        for (var group = _groups.Next(0); group != 0; group = _groups.Next(group))
        {
            _groups.Touch(group);
            _values.Take(old, ref _groups.Field<uint>(group, Root));
        }

        old.Clear();
    }

    public override Dictionary<(int Key, int Value), int> Counts()
    {
        var counts = new Dictionary<(int, int), int>();
        for (var group = _groups.Next(0); group != 0; group = _groups.Next(group))
        {
            var values = new int[_groups.Field<int>(group, Count)];
            _values.CopyTo(_groups.Field<uint>(group, Root), values);
            foreach (var value in values)
            {
                counts[(Number(_groups.KeyOf(group)), value)] = counts.GetValueOrDefault((Number(_groups.KeyOf(group)), value)) + 1;
            }
        }

        return counts;
    }
}
