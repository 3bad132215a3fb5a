using CdcLake.Columnar;
using CdcLake.State.Rows;
using CdcLake.State.Spilling;
using CdcLake.State.Stores;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.State.SpilledStores;

/// <summary>Rows by key, each with its count.</summary>
internal sealed class MultisetModel : Model
{
    private readonly RowMultiset _rows = new();

    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public MultisetModel(StateBudget budget)
    {
        Stores = [_rows];
        ((IStateStore)_rows).Use(budget);
    }

    public override void Apply(List<(int Key, int Value, int Weight)> changes)
    {
        using var batch = Cells.ToBatch(Pair, changes.Select(c => ((object?[])[c.Key, c.Value], c.Weight)));
        using var keys = Encoded(batch, 0);
        using var values = Encoded(batch, 1);
        _rows.Apply(keys, values, batch.Weights, default);
    }

    public override void Rewrite() => _rows.Compact();

    public override Dictionary<(int Key, int Value), int> Counts()
    {
        var counts = new Dictionary<(int, int), int>();
        for (var key = 0; key < Keys; key++)
        {
            for (var row = _rows.HeadOf(Key(key)); row != 0; row = _rows.NextOf(row))
            {
                counts.Add((key, Number(_rows.RestOf(row))), _rows.CountOf(row));
            }
        }

        return counts;
    }
}
