using CdcLake.MySql.Binlog;
using CdcLake.MySql.Gtids;

namespace CdcLake.Tests.MySql.Gtids;

/// <summary>GTID set algebra against plain sets of transactions.</summary>
public sealed class GtidSetProperties
{
    private static readonly string[] Tags = ["", "", "a", "b"];

    [Fact]
    public void Algebra_agrees_with_plain_sets()
    {
        for (var seed = 0; seed < 600; seed++)
        {
            var random = new Random(seed);
            var (left, leftSet) = Create(random);
            var (right, rightSet) = Create(random);
            Check(seed, leftSet.Union(rightSet), [.. left.Union(right)]);
            Check(seed, leftSet.Subtract(rightSet), [.. left.Except(right)]);
            Assert.True(left.IsSupersetOf(right) == leftSet.Covers(rightSet), $"seed {seed}");
            Assert.True(leftSet.Union(rightSet).Covers(leftSet), $"seed {seed}");
            Assert.True(leftSet.Equals(rightSet) == left.SetEquals(right), $"seed {seed}");
            Check(seed, GtidSet.Parse(leftSet.ToString()), left);
            Check(seed, GtidSet.Decode(leftSet.Encode()), left);
            Check(seed, GtidSet.Decode(GtidSetCodec.Encode(leftSet, 1)), left);
            Assert.All(left, g => Assert.True(leftSet.Contains(g), $"seed {seed}"));
        }
    }

    private static void Check(int seed, GtidSet set, HashSet<Gtid> expected)
    {
        var members = new HashSet<Gtid>();
        foreach (var entry in set.Entries)
        {
            for (var i = 0; i < entry.Intervals.Length; i++)
            {
                var interval = entry.Intervals[i];
                Assert.True(i == 0 || entry.Intervals[i - 1].End < interval.Start, $"seed {seed}: intervals of {set} touch");
                for (var number = interval.Start; number < interval.End; number++)
                {
                    members.Add(new Gtid(entry.Source, entry.Tag, number));
                }
            }
        }

        Assert.True(members.SetEquals(expected), $"seed {seed}: {set}");
        Assert.Equal(expected.Count, (int)set.Count);
    }

    private static (HashSet<Gtid> Plain, GtidSet Set) Create(Random random)
    {
        var plain = new HashSet<Gtid>();
        var builder = new GtidSetBuilder();
        for (var i = random.Next(12); i > 0; i--)
        {
            var (source, tag, start) = (new GtidSource(0, (ulong)random.Next(2)), Tags[random.Next(Tags.Length)], random.Next(1, 30));
            var end = start + random.Next(1, 6);
            builder.AddRange(source, tag, start, end);
            for (var number = start; number < end; number++)
            {
                plain.Add(new Gtid(source, tag, number));
            }
        }

        return (plain, builder.ToSet());
    }
}
