using CdcLake.Columnar;
using CdcLake.MySql.InitialSnapshots;

namespace CdcLake.Tests.MySql.InitialSnapshots;

public sealed class TableOverlayProperties
{
    private static readonly CdcLake.Columnar.Schema Schema = new(
        [new Field("id", DataType.Int32, false), new Field("code", DataType.String, false), new Field("v", DataType.Int64, true)]);

    [Fact]
    public void View_from_anywhere_in_the_window_becomes_the_state_at_its_end()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var state = new Dictionary<(int, string), long?>();
            for (var i = 0; i < 30; i++)
            {
                state[Key(random)] = random.Next(100);
            }

            var viewAt = random.Next(40);
            var view = new Dictionary<(int, string), long?>(state);
            using var overlay = new TableOverlay(Schema, [0, 1]);
            for (var step = 0; step < 40; step++)
            {
                if (step == viewAt)
                {
                    view = new Dictionary<(int, string), long?>(state);
                }

                using var changes = Change(random, state);
                overlay.Apply(changes);
            }

            Assert.Equal(Sorted(state), Sorted(Read(overlay, view)));
        }
    }

    [Fact]
    public void Table_that_was_not_touched_is_left_alone()
    {
        using var overlay = new TableOverlay(Schema, [0]);
        using var batch = new ChangeBatch(Schema);
        Add(batch, (1, "a"), 1, 1);
        Assert.False(overlay.IsTouched);
        Assert.False(overlay.TryFilter(batch, []));
    }

    [Fact]
    public void Table_without_key_only_knows_that_it_was_touched()
    {
        using var overlay = new TableOverlay(Schema, []);
        using var batch = new ChangeBatch(Schema);
        Add(batch, (1, "a"), 1, 1);
        overlay.Apply(batch);
        Assert.True(overlay.IsTouched);
        Assert.False(overlay.HasKey);
    }

    // Two or three operations in one batch: insert, update, change of key, delete.
    private static ChangeBatch Change(Random random, Dictionary<(int, string), long?> state)
    {
        var batch = new ChangeBatch(Schema);
        for (var n = random.Next(4); n > 0; n--)
        {
            var (key, other) = (Key(random), Key(random));
            if (!state.TryGetValue(key, out var old))
            {
                state[key] = random.Next(5) == 0 ? null : random.Next(100);
                Add(batch, key, state[key], 1);
                continue;
            }

            Add(batch, key, old, -1);
            state.Remove(key);
            if (random.Next(3) > 0)
            {
                var target = random.Next(2) == 0 || state.ContainsKey(other) ? key : other;
                state[target] = random.Next(100);
                Add(batch, target, state[target], 1);
            }
        }

        return batch;
    }

    private static List<((int, string), long?)> Read(TableOverlay overlay, Dictionary<(int, string), long?> view)
    {
        using var batch = new ChangeBatch(Schema);
        foreach (var (key, v) in view)
        {
            Add(batch, key, v, 1);
        }

        var keep = new List<int>();
        var rows = overlay.TryFilter(batch, keep) ? keep : [.. Enumerable.Range(0, batch.Count)];
        using var images = new ChangeBatch(Schema);
        overlay.AppendImages(images);
        return [.. rows.Select(r => RowOf(batch, r)), .. Enumerable.Range(0, images.Count).Select(r => RowOf(images, r))];
    }

    private static ((int, string), long?) RowOf(ChangeBatch batch, int row) =>
        ((batch.Fixed<int>(0).Values[row], System.Text.Encoding.UTF8.GetString(batch.Bytes(1)[row])), batch[2].IsNull(row) ? null : batch.Fixed<long>(2).Values[row]);

    private static List<((int, string), long?)> Sorted(IEnumerable<((int, string), long?)> rows) => [.. rows.OrderBy(r => r.Item1)];

    private static List<((int, string), long?)> Sorted(Dictionary<(int, string), long?> rows) => Sorted(rows.Select(r => (r.Key, r.Value)));

    private static (int, string) Key(Random random) => (random.Next(12), ((char)('a' + random.Next(3))).ToString());

    private static void Add(ChangeBatch batch, (int Id, string Code) key, long? v, sbyte weight)
    {
        batch.Fixed<int>(0).Append(key.Id);
        batch.Bytes(1).Append(System.Text.Encoding.UTF8.GetBytes(key.Code));
        if (v is { } value)
        {
            batch.Fixed<long>(2).Append(value);
        }
        else
        {
            batch[2].AppendNull();
        }

        batch.AppendWeight(weight);
    }
}
