using CdcLake.Views;

namespace CdcLake.Tests.Views;

/// <summary>The map beneath views, against a dictionary: each version that was shown keeps what it had.</summary>
public sealed class PersistentMapProperties
{
    public static TheoryData<int, int, bool> Runs
    {
        get
        {
            var runs = new TheoryData<int, int, bool>();
            foreach (var keys in new[] { 1, 3, 17, 40, 600, 3_000, 20_000 })
            {
                runs.Add(keys + 1, keys, false);
                runs.Add(keys + 2, keys, keys <= 600); // hundreds of one hash are looked through one by one
            }

            return runs;
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Every_version_equals_the_dictionary_of_its_moment(int seed, int range, bool collides)
    {
        var random = new Random(seed);
        var model = new Dictionary<Key, int>();
        var builder = new PersistentMap<Key, int>.Builder();
        var versions = new List<(PersistentMap<Key, int> Map, Dictionary<Key, int> Model)>();
        for (var step = 0; step < 6; step++)
        {
            var removes = random.Next(0, 10); // of ten
            for (var i = random.Next(range * 2) + 1; i > 0; i--)
            {
                var key = new Key(random.Next(range), collides);
                if (random.Next(10) < removes)
                {
                    Assert.Equal(model.Remove(key), builder.Remove(key));
                }
                else
                {
                    builder[key] = model[key] = random.Next();
                }
            }

            if (random.Next(8) == 0)
            {
                builder.Clear();
                model.Clear();
            }

            versions.Add((builder.ToMap(), new Dictionary<Key, int>(model)));
        }

        foreach (var (map, expected) in versions)
        {
            Assert.Equal(expected.Count, map.Count);
            Assert.Equal(expected.OrderBy(p => p.Key.Number), map.Pairs.OrderBy(p => p.Key.Number));
            for (var number = 0; number < range; number++)
            {
                var key = new Key(number, collides);
                Assert.Equal((expected.TryGetValue(key, out var wanted), wanted), (map.TryGetValue(key, out var found), found));
            }
        }
    }

    [Fact]
    public void Nothing_is_left_when_everything_was_removed()
    {
        var builder = new PersistentMap<long, string>.Builder();
        for (var i = 0L; i < 50_000; i++)
        {
            builder[i << 20] = "x";
        }

        var full = builder.ToMap();
        for (var i = 0L; i < 50_000; i++)
        {
            Assert.True(builder.Remove(i << 20));
        }

        Assert.False(builder.Remove(5));
        Assert.Equal(default, builder.ToMap());
        Assert.Equal((50_000, 50_000), (full.Count, full.Pairs.Count()));
    }

    [Fact]
    public void Empty_has_nothing()
    {
        Assert.Equal(0, PersistentMap<long, string>.Empty.Count);
        Assert.Empty(PersistentMap<long, string>.Empty.Pairs);
        Assert.False(PersistentMap<long, string>.Empty.TryGetValue(1, out _));
    }

    /// <summary>A key of which, when it collides, a hundred have one hash, and the others differ in their last bits only.</summary>
    private readonly record struct Key(int Number, bool Collides)
    {
        public override int GetHashCode() => Collides ? Number / 100 * unchecked((int)0x80000000) / 2 : Number;
    }
}
