using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow.Operators;
using CdcLake.Tests.Properties;
using CdcLake.Tests.Shared;

namespace CdcLake.Tests.Dataflow;

public sealed class CompleteRowsOperatorTests
{
    private static readonly Schema Rows = new(
        [new Field("a", DataType.String, true), new Field("id", DataType.Int32, false), new Field("b", DataType.Int64, true), new Field("key", DataType.String, false), new Field("c", DataType.String, true)]);

    private static readonly int[] Key = [1, 3];
    private static readonly int[] Others = [0, 2, 4];

    [Fact]
    public void Deleted_row_is_the_one_that_was_kept()
    {
        using var target = Of([0, 1, 2, 3, 4]);
        target.Push(0, Rows, (["x", 1, 5L, "k", null], 1));
        Assert.Equal(["-x|1|5|k|∅"], Push(target, (([null, 1, null, "k", null], -1), Others)));
        Assert.Empty(target.End());
    }

    [Fact]
    public void Updated_row_keeps_what_was_not_set()
    {
        using var target = Of([4, 0]);
        target.Push(0, Rows, (["x", 1, 5L, "k", "long"], 1));
        Assert.Equal(["-long|x", "+long|y"], Push(target, (([null, 1, null, "k", null], -1), Others), ((["y", 1, null, "k", null], 1), [2, 4])));
        Assert.Equal(["-long|y", "+∅|y"], Push(target, (([null, 1, null, "k", null], -1), Others), (([null, 2, null, "k", null], 1), [0, 2])));
        Assert.Equal(["-∅|y"], Push(target, (([null, 2, null, "k", null], -1), Others)));
    }

    [Fact]
    public void Document_in_part_is_made_of_the_one_that_was_kept()
    {
        using var target = Of([1, 4]);
        target.Push(0, Rows, (["x", 1, 5L, "k", "{\"a\": 1.50, \"b\": [1]}"], 1));
        target.Process(0, InPart("[0, [\"b\", -1], \"new\", 1, [\"b\", 0], {\"c\": null}]"));
        Assert.Equal(["-1|{\"a\": 1.50, \"b\": [1]}", "+1|{\"a\": 1.50, \"b\": [{\"c\": null}, \"new\"]}"], target.Drain());
        target.Process(0, InPart("[2, [\"a\"], null]"));
        Assert.Equal("+1|{\"b\": [{\"c\": null}, \"new\"]}", target.Drain()[^1]);
        var error = Assert.Throws<InconsistentChangeException>(() => target.Process(0, InPart("[2, [\"a\"], null]"))).Message;
        Assert.Contains("column \"c\" of key (id=1, key=\"k\"), whose document had not what was changed in it", error, StringComparison.Ordinal);

        static ChangeBatch InPart(string changes)
        {
            var batch = Cells.ToBatch(Rows, [([null, 1, null, "k", null], -1), ([null, 1, null, "k", changes], 1)]);
            batch.LeaveOut(0, [0b10101]);
            batch.LeaveOut(1, [0b10101]);
            return batch;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Row_that_is_not_there_is_named_with_what_to_do(bool isWhole)
    {
        using var target = Of([0, 1, 2, 3, 4]);
        var error = Assert.Throws<InconsistentChangeException>(() =>
        {
            Push(target, (([null, 7, null, "k", null], -1), isWhole ? [] : Others));
            target.End();
        });
        Assert.Contains("whole(shop.t): a row was changed that is not in the copy which completes rows that the log has in part: key (id=7, key=\"k\")", error.Message, StringComparison.Ordinal);
        Assert.Contains("sql_log_bin=OFF", error.Message, StringComparison.Ordinal);
        Assert.Contains("Start the pipeline anew with an empty target", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void New_result_replaces_the_copy()
    {
        using var target = Of([1, 2]);
        target.Push(0, Rows, (["x", 1, 5L, "k", null], 1));
        target.End();
        target.BeginEpoch(EpochKind.CompleteResult);
        target.Push(0, Rows, (["x", 1, 6L, "k", null], 1));
        Assert.Equal(["-1|6"], Push(target, (([null, 1, null, "k", null], -1), Others)));
        Assert.Empty(target.End());
    }

    [Fact]
    public void Changes_in_part_become_the_whole_ones_that_they_are_made_of()
    {
        for (var seed = 0; seed < Proof.Rounds(usual: 200, full: 20_000); seed++)
        {
            var random = new Random(seed);
            using var target = Of([0, 1, 2, 3, 4]);
            var state = new Dictionary<(int, string), object?[]>();
            for (var batches = random.Next(1, 12); batches > 0; batches--)
            {
                var (expected, batch) = Changes(random, state);
                target.Process(0, batch);
                Assert.Equal(expected, target.Drain());
                if (random.Next(2) == 0)
                {
                    Assert.Empty(target.End());
                }
            }
        }
    }

    // Each change whole, as text, and with columns left out at random, of which an update after the change takes what it has before it.
    private static (List<string> Expected, ChangeBatch Batch) Changes(Random random, Dictionary<(int, string), object?[]> state)
    {
        var expected = new List<string>();
        var changes = new List<((object?[] Row, int Weight) Change, int[] LeftOut)>();
        for (var count = random.Next(1, 30); count > 0; count--)
        {
            var key = KeyOf(random);
            if (!state.TryGetValue(key, out var old))
            {
                state[key] = RowOf(random, key);
                Add(state[key], 1, []);
                continue;
            }

            state.Remove(key);
            var known = random.Next(3) == 0;
            Add(old, -1, known ? [] : random.Next(3) == 0 ? [4] : Others);
            if (random.Next(3) > 0)
            {
                var other = KeyOf(random);
                other = state.ContainsKey(other) ? key : other;
                int[] kept = known ? [] : [.. changes[^1].LeftOut.Where(_ => random.Next(2) == 0)];
                var now = RowOf(random, other);
                Array.ForEach(kept, c => now[c] = old[c]);
                state[other] = now;
                Add(now, 1, kept);
            }
        }

        return (expected, Batch(changes));

        void Add(object?[] row, int weight, int[] leftOut)
        {
            expected.Add((weight > 0 ? "+" : "-") + Cells.Text(row));
            changes.Add(((row, weight), leftOut));
        }
    }

    private static (int, string) KeyOf(Random random) => (random.Next(4), random.GetItems(["k", "", "other"], 1)[0]);

    private static object?[] RowOf(Random random, (int Id, string Key) key) =>
        [random.Next(4) == 0 ? null : new string('a', random.Next(40)), key.Id, random.Next(4) == 0 ? null : (long)random.Next(), key.Key, random.Next(2) == 0 ? null : "c"];

    private static CompleteRowsOperator Of(int[] columns) => new("whole(shop.t)", new Schema(columns.Select(c => Rows[c])), Rows, Key, columns);

    private static List<string> Push(CompleteRowsOperator target, params ((object?[] Row, int Weight) Change, int[] LeftOut)[] changes)
    {
        target.Process(0, Batch(changes));
        return target.Drain();
    }

    private static ChangeBatch Batch(IReadOnlyList<((object?[] Row, int Weight) Change, int[] LeftOut)> changes)
    {
        var batch = Cells.ToBatch(Rows, changes.Select(c => (c.Change.Row.Select((v, i) => c.LeftOut.Contains(i) ? null : v).ToArray(), c.Change.Weight)));
        for (var i = 0; i < changes.Count; i++)
        {
            if (changes[i].LeftOut.Length > 0)
            {
                batch.LeaveOut(i, [(byte)changes[i].LeftOut.Sum(c => 1 << c)]);
            }
        }

        return batch;
    }
}
