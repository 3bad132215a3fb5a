using CdcLake.Columnar;
using CdcLake.State.Rows;
using CdcLake.State.Spilling;
using CdcLake.State.Stores;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.State.SpilledStores;

/// <summary>Members in heaps, of groups that lie elsewhere.</summary>
internal sealed class HeapsModel : Model
{
    private readonly int _ends;
    private readonly MemberHeaps<FixedOrder<int>> _heaps;
    private readonly uint[] _roots;

    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public HeapsModel(StateBudget budget, int ends)
    {
        _ends = ends;
        _heaps = new MemberHeaps<FixedOrder<int>>(ends);
        _roots = new uint[Keys * ends];
        Stores = [_heaps];
        ((IStateStore)_heaps).Use(budget);
    }

    public override void Apply(List<(int Key, int Value, int Weight)> changes)
    {
        foreach (var (key, value, weight) in changes)
        {
            var encoded = Key(value);
            _heaps.Apply(key + 1, encoded, MemberHeaps<FixedOrder<int>>.HashOf(key + 1, CdcLake.Common.Hash64.Of(encoded)), weight, RootsOf(key));
        }
    }

    public override void Rewrite()
    {
        Array.Clear(_roots);
        var old = _heaps.BeginRewrite();
        for (var member = old.Next(0); member != 0; member = old.Next(member))
        {
            if (MemberHeaps<FixedOrder<int>>.GroupOf(old, member) is var group and > 0)
            {
                _heaps.Readd(old, member, RootsOf((int)group - 1));
            }
        }

        old.Clear();
    }

    public override void AfterRestore() => Rewrite();

    public override void Check(Dictionary<(int Key, int Value), int> expected)
    {
        foreach (var group in expected.Keys.GroupBy(k => k.Key, k => k.Value))
        {
            Assert.Equal(group.Min(), Number(_heaps.ValueOf(_heaps.First(RootsOf(group.Key), 0))));
            if (_ends == 2)
            {
                Assert.Equal(group.Max(), Number(_heaps.ValueOf(_heaps.First(RootsOf(group.Key), 1))));
            }
        }
    }

    public override Dictionary<(int Key, int Value), int> Counts()
    {
        var counts = new Dictionary<(int, int), int>();
        var members = new List<uint>();
        for (var key = 0; key < Keys; key++)
        {
            members.Clear();
            if (RootsOf(key)[0] is var root and not 0)
            {
                _heaps.Collect(root, members);
            }

            members.ForEach(m => counts.Add((key, Number(_heaps.ValueOf(m))), _heaps.CountOf(m)));
        }

        return counts;
    }

    private Span<uint> RootsOf(int key) => _roots.AsSpan(key * _ends, _ends);
}
