using System.Text;
using CdcLake.Iceberg.Index;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Tests.Iceberg;

public sealed class KeyIndexProperties
{
    [Theory]
    [InlineData(1, 50)]
    [InlineData(2, 5_000)]
    [InlineData(3, 200_000)]
    public void Index_equals_a_dictionary(int seed, int range)
    {
        var random = new Random(seed);
        var index = new KeyIndex();
        var model = new Dictionary<int, RowLocation>();
        for (var n = 0; n < 300_000; n++)
        {
            var id = random.Next(range);
            var key = KeyOf(id);
            if (random.Next(3) == 0)
            {
                Assert.Equal(model.Remove(id, out var expected), index.Remove(key, out var previous));
                Assert.True(expected == default || expected == previous);
            }
            else
            {
                var location = new RowLocation(random.Next(5), (uint)random.Next());
                var existed = model.TryGetValue(id, out var expected);
                Assert.Equal(existed, index.Set(key, location, out var previous));
                Assert.True(!existed || expected == previous);
                model[id] = location;
            }
        }

        index.RemoveFiles(new HashSet<int> { 2, 4 });
        foreach (var id in model.Where(e => e.Value.File is 2 or 4).Select(e => e.Key).ToList())
        {
            model.Remove(id);
        }

        Assert.Equal(model.Count, index.Count);
        for (var id = 0; id < range; id++)
        {
            Assert.Equal(model.TryGetValue(id, out var expected), index.TryGet(KeyOf(id), out var found));
            Assert.True(expected == default || expected == found);
        }
    }

    [Fact]
    public void Keys_differ_when_their_bytes_do()
    {
        byte[][] keys = [[], [0], [0, 0], [1], new byte[15], new byte[16], new byte[17], new byte[31], new byte[32], [.. new byte[31], 1], [1, .. new byte[31]]];
        Assert.Equal(keys.Length, keys.Select(k => IndexKey.Of(k)).Distinct().Count());
    }

    [Fact]
    public void Positions_are_given_back_in_order_once()
    {
        var random = new Random(1);
        var set = new PositionSet();
        var model = new SortedSet<long>();
        for (var i = 0; i < 2000; i++)
        {
            var position = random.Next(100_000);
            Assert.Equal(model.Add(position), set.Add(position));
        }

        Assert.Equal(model, set.Positions());
        Assert.Equal(model.Count, set.Count);
        var rows = new int[5000];
        var live = set.SelectLive(50_000, rows.Length, rows);
        Assert.Equal(Enumerable.Range(0, 5000).Where(i => !model.Contains(50_000 + i)), rows[..live]);
    }

    /// <summary>Short keys, which are kept, and long ones, which are hashed.</summary>
    private static IndexKey KeyOf(int id) => IndexKey.Of(Encoding.UTF8.GetBytes(id % 2 == 0 ? $"{id}" : $"a key that is longer than fifteen bytes {id}"));
}
