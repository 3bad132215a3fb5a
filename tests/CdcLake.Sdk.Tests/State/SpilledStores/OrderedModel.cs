using CdcLake.Columnar;
using CdcLake.State.Rows;
using CdcLake.State.Spilling;
using CdcLake.State.Stores;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.State.SpilledStores;

/// <summary>Rows in order, of groups that lie elsewhere.</summary>
internal sealed class OrderedModel : Model
{
    private readonly OrderedRows _rows = new(new RowCodec(Pair, [1]), descending: false);
    private readonly uint[] _roots = new uint[Keys];

    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public OrderedModel(StateBudget budget)
    {
        Stores = [_rows];
        ((IStateStore)_rows).Use(budget);
    }

    public override void Apply(List<(int Key, int Value, int Weight)> changes)
    {
        foreach (var (key, value, weight) in changes)
        {
            _rows.Apply(key + 1, Key(value), weight, ref _roots[key]);
        }
    }

    public override void Rewrite()
    {
        Array.Clear(_roots);
        var old = _rows.BeginRewrite();
        for (var row = old.Next(0); row != 0; row = old.Next(row))
        {
            _rows.Readd(old, row, _roots.AsSpan((int)OrderedRows.GroupOf(old, row) - 1, 1));
        }

        old.Clear();
    }

    public override void AfterRestore() => Rewrite();

    public override Dictionary<(int Key, int Value), int> Counts()
    {
        var counts = new Dictionary<(int, int), int>();
        var rows = new List<uint>();
        for (var key = 0; key < Keys; key++)
        {
            rows.Clear();
            _rows.First(_roots[key], int.MaxValue, rows);
            Assert.Equal(rows.Select(r => Number(_rows[r])).Order(), rows.Select(r => Number(_rows[r])));
            rows.ForEach(r => counts[(key, Number(_rows[r]))] = counts.GetValueOrDefault((key, Number(_rows[r]))) + 1);
        }

        return counts;
    }
}
