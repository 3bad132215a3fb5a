using CdcLake.Columnar;
using CdcLake.State.Rows;
using CdcLake.Tests.Properties;
using CdcLake.Upserts;

namespace CdcLake.Tests.Upserts;

/// <summary>A target that does not hold the rows from before its pipeline began: their first change is where they begin.</summary>
public sealed class PartialConsolidatorTests
{
    private static readonly Schema Items = new([new Field("id", DataType.Int32, false), new Field("qty", DataType.Int64, true)]);

    [Fact]
    public void Update_of_a_row_from_before_makes_it_known_and_its_delete_is_nothing()
    {
        var target = new Target();
        using var pending = New();
        Epoch(pending, target, ([1, 5L], -1), ([1, 6L], 1), ([2, 7L], -1));
        Commit(pending, target);
        Assert.Equal(["1|6"], target.Rows.Values);
    }

    [Fact]
    public void Key_that_is_not_unique_is_an_error()
    {
        using var pending = New();
        Assert.Throws<DuplicateKeyException>(() => Epoch(pending, new Target(), ([1, 5L], 1), ([1, 6L], 1)));
        using var later = New();
        var target = new Target();
        Epoch(later, target, ([1, 5L], 1));
        Assert.Throws<DuplicateKeyException>(() => Epoch(later, target, ([1, 6L], 1)));
    }

    [Fact]
    public void Withdrawal_of_another_row_than_the_known_one_is_an_error()
    {
        using var pending = New();
        var target = new Target();
        Epoch(pending, target, ([1, 5L], 1));
        Assert.Throws<InconsistentChangeException>(() => Epoch(pending, target, ([1, 9L], -1)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Result_is_the_same_however_the_changes_are_cut_into_epochs(int seed)
    {
        var random = new Random(seed);
        var before = Enumerable.Range(0, 20).ToDictionary(id => id, id => (object?[])[id, 0L]);
        var rows = new Dictionary<int, object?[]>(before);
        var (changes, expected) = (new List<(object?[], int)[]>(), new SortedDictionary<int, object?[]>());
        for (var i = 0; i < 3000; i++)
        {
            changes.Add(Change(random, rows, expected));
        }

        foreach (var size in (int[])[1, 7, 50, 3000])
        {
            var target = new Target();
            using var pending = New();
            foreach (var chunk in changes.Chunk(size))
            {
                Epoch(pending, target, [.. chunk.SelectMany(c => c)]);
                if (random.Next(3) == 0)
                {
                    Commit(pending, target);
                }
            }

            Commit(pending, target);
            Assert.Equal(expected.Values.Select(r => Cells.Text(r)).Order(StringComparer.Ordinal), target.Rows.Values.Order(StringComparer.Ordinal));
        }
    }

    private static (object?[], int)[] Change(Random random, Dictionary<int, object?[]> rows, SortedDictionary<int, object?[]> expected)
    {
        var id = random.Next(30);
        object?[] next = [id, (long)random.Next(3)];
        var changes = new List<(object?[], int)>();
        if (rows.Remove(id, out var old))
        {
            changes.Add((old, -1));
            expected.Remove(id);
        }

        if (random.Next(3) > 0)
        {
            changes.Add((next, 1));
            (rows[id], expected[id]) = (next, next);
        }

        return [.. changes];
    }

    private static Consolidator New() => new(Items, [0], "iceberg(demo.t)") { IsPartial = true };

    private static void Epoch(Consolidator pending, Target target, params (object?[] Row, int Weight)[] changes)
    {
        using var batch = Cells.ToBatch(Items, changes);
        pending.Add(batch);
        if (changes.Length % 2 == 0)
        {
            pending.SettlePart(target);
        }

        pending.EndEpoch(target);
    }

    private static void Commit(Consolidator pending, Target target)
    {
        foreach (var piece in pending.Deletes())
        {
            for (var i = 0; i < piece.Count; i++)
            {
                Assert.True(target.Rows.Remove(Convert.ToHexString(piece.Keys[i])));
            }
        }

        foreach (var piece in pending.Upserts())
        {
            var rows = Cells.FromBatch(piece.Rows).ToList();
            for (var i = 0; i < piece.Count; i++)
            {
                Assert.Equal(piece.Replaces[i], target.Rows.Remove(Convert.ToHexString(piece.Keys[i])));
                target.Rows.Add(Convert.ToHexString(piece.Keys[i]), Cells.Text(rows[i].Row));
            }
        }

        pending.Clear();
    }

    private sealed class Target : ICommittedKeys
    {
        public Dictionary<string, string> Rows { get; } = [];

        public void Find(EncodedRows keys, Span<bool> present)
        {
            for (var i = 0; i < keys.Count; i++)
            {
                present[i] = Rows.ContainsKey(Convert.ToHexString(keys[i]));
            }
        }
    }
}
