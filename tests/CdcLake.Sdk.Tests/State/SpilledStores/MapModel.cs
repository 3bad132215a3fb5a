using CdcLake.Columnar;
using CdcLake.State.Rows;
using CdcLake.State.Spilling;
using CdcLake.State.Stores;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.State.SpilledStores;

/// <summary>A record by key.</summary>
internal sealed class MapModel : Model
{
    private const int Values = 20;
    private uint[] _references = [];

    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public MapModel(StateBudget budget)
    {
        Stores = [Map];
        ((IStateStore)Map).Use(budget);
    }

    private RowMap Map { get; } = new(Values * sizeof(int));

    public override void Apply(List<(int Key, int Value, int Weight)> changes)
    {
        using var batch = Cells.ToBatch(Pair, changes.Select(c => ((object?[])[c.Key, c.Value], c.Weight)));
        using var keys = Encoded(batch, 0);
        _references = new uint[changes.Count];
        Map.FindOrAdd(keys, _references);
        for (var i = 0; i < changes.Count; i++)
        {
            Map.Touch(_references[i]);
            Map.Field<int>(_references[i], changes[i].Value * sizeof(int)) += changes[i].Weight;
        }

        foreach (var record in _references.Distinct().Where(r => Map.PrefixOf(r).IndexOfAnyExcept((byte)0) < 0))
        {
            Map.Remove(record);
        }
    }

    public override void Rewrite() => Map.Compact();

    public override Dictionary<(int Key, int Value), int> Counts()
    {
        var counts = new Dictionary<(int, int), int>();
        for (var at = Map.Next(0); at != 0; at = Map.Next(at))
        {
            for (var value = 0; value < Values; value++)
            {
                if (Map.Field<int>(at, value * sizeof(int)) is var count and not 0)
                {
                    counts.Add((Number(Map.KeyOf(at)), value), count);
                }
            }
        }

        return counts;
    }
}
