using CdcLake.Iceberg.Index;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Tests.Iceberg;

public sealed class KeyShardProperties
{
    /// <summary>Hashes as a seed never gives them: where all crowd at one place, a shard still grows, finds and forgets what a dictionary does.</summary>
    /// <param name="seed">Of keys and hashes.</param>
    /// <param name="spread">Bits of the place in the shard that differ.</param>
    /// <param name="end">They lie at the last places instead of the first.</param>
    [Theory]
    [InlineData(1, 32, false)]
    [InlineData(2, 8, false)]
    [InlineData(3, 8, true)]
    [InlineData(4, 1, true)]
    [InlineData(5, 0, true)]
    [InlineData(6, 20, true)]
    public void Shard_equals_a_dictionary_whatever_the_hashes(int seed, int spread, bool end)
    {
        var random = new Random(seed);
        var shard = new KeyShard<ChosenKey>(0);
        var model = new Dictionary<ChosenKey, RowLocation>();
        var keys = Enumerable.Range(0, 3_000).Select(i => new ChosenKey((uint)i, PlaceOf(random.NextInt64(1L << spread)))).ToArray();
        for (var step = 0u; step < 12_000; step++)
        {
            var key = keys[random.Next(keys.Length)];
            var expected = model.GetValueOrDefault(key, RowLocation.None);
            if (random.Next(4) == 0)
            {
                model.Remove(key);
                Assert.Equal(expected, shard.Remove(key, key.Hash(0)));
            }
            else
            {
                model[key] = new RowLocation(random.Next(100), step);
                Assert.Equal(expected, shard.Set(key, key.Hash(0), model[key]));
            }
        }

        Assert.Equal(model.Count, shard.Count);
        Assert.All(keys, k => Assert.Equal(model.GetValueOrDefault(k, RowLocation.None), shard.Find(k, k.Hash(0))));
        Assert.Equal(model.Keys.ToHashSet(), shard.Slots.ToArray().Where(s => !s.IsEmpty).Select(s => s.Key).ToHashSet());
        Assert.True(shard.Slots[^1].IsEmpty, "a search would not end");
        shard.Clear();

        ulong PlaceOf(long bits) => (end ? uint.MaxValue - (ulong)bits : (ulong)bits) << 24;
    }

    /// <summary>A key with a hash of one's own choice.</summary>
    private readonly record struct ChosenKey(uint Id, ulong Chosen) : IIndexKey<ChosenKey>
    {
        public ulong Hash(ulong seed) => Chosen;

        public static ChosenKey Of(ReadOnlySpan<byte> encoded, ulong seed) => throw new NotSupportedException("Only made by the test.");
    }
}
