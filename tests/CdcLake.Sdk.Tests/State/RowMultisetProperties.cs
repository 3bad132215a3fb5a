using CdcLake.Columnar;
using CdcLake.State.Rows;
using CdcLake.State.Stores;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.State;

public sealed class RowMultisetProperties
{
    private static readonly Schema Pair = new([new Field("k", DataType.Int32, true), new Field("v", DataType.Int32, true)]);

    [Fact]
    public void Counts_and_chains_equal_a_dictionary_through_churn_and_compaction()
    {
        for (var seed = 1; seed <= 3; seed++)
        {
            Run(seed);
        }
    }

    private static void Run(int seed)
    {
        var random = new Random(seed);
        var rows = new RowMultiset();
        var model = new Dictionary<(int, int), int>();
        var generation = rows.Generation;
        for (var step = 0; step < 60; step++)
        {
            var grows = step % 20 < 10;
            var changes = new List<(object?[], int)>();
            for (var i = 0; i < 1_000; i++)
            {
                var weight = random.Next(10) < (grows ? 8 : 2) ? 1 : -1;
                var row = (random.Next(300), random.Next(20));
                var count = model.GetValueOrDefault(row) + weight;
                _ = count == 0 ? model.Remove(row) : (model[row] = count) != 0;
                changes.Add(([row.Item1, row.Item2], weight));
            }

            Apply(rows, changes);
            if (rows.IsSparse || step % 25 == 24)
            {
                rows.Compact();
            }

            AssertEqual(rows, model);
        }

        Assert.NotEqual(generation, rows.Generation);
    }

    private static void AssertEqual(RowMultiset rows, Dictionary<(int, int), int> model)
    {
        using var batch = Cells.ToBatch(Pair, Enumerable.Range(0, 300).Select(k => ((object?[])[k, 0], 1)));
        using var keys = new EncodedRows();
        new RowCodec(Pair, [0]).Encode(batch, keys);
        keys.ComputeHashes();
        var heads = new uint[300];
        rows.FindHeads(keys, default, heads);
        var found = new Dictionary<(int, int), int>();
        for (var key = 0; key < heads.Length; key++)
        {
            for (var at = heads[key]; at != 0; at = rows.NextOf(at))
            {
                found.Add((key, BitConverter.ToInt32(rows.RestOf(at)[1..])), rows.CountOf(at));
            }
        }

        Assert.Equal(model.Count, found.Count);
        Assert.True(model.All(p => found.GetValueOrDefault(p.Key) == p.Value));
        Assert.Equal(model.Count, rows.Count);
        Assert.Equal(model.Values.Any(c => c < 0), rows.NegativeRow() != 0);
    }

    private static void Apply(RowMultiset rows, List<(object?[], int)> changes)
    {
        using var batch = Cells.ToBatch(Pair, changes);
        using var keys = new EncodedRows();
        using var rests = new EncodedRows();
        new RowCodec(Pair, [0]).Encode(batch, keys);
        new RowCodec(Pair, [1]).Encode(batch, rests);
        keys.ComputeHashes();
        rests.ComputeHashes();
        rows.Apply(keys, rests, batch.Weights, default);
    }
}
