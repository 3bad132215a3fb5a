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
                Assert.True(overlay.TryApply(changes));
            }

            Assert.Equal(Sorted(state), Sorted(Read(overlay, view)));
        }
    }

    [Fact]
    public void Images_in_part_are_completed_from_a_view_of_anywhere_in_the_window()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var state = Enumerable.Range(0, 8).ToDictionary(i => i, _ => (V: random.Next(100), W: random.Next(100)));
            var viewAt = random.Next(20);
            var view = new Dictionary<int, (int V, int W)>(state);
            using var overlay = new TableOverlay(Pair, [0]);
            var isWhole = true;
            for (var step = 0; step < 20 && isWhole; step++)
            {
                view = step == viewAt ? new(state) : view;
                using var changes = ChangeInPart(random, state);
                isWhole = overlay.TryApply(changes);
            }

            if (!isWhole)
            {
                continue; // the key of a row whose other columns are not known: another window is taken
            }

            using var rows = new ChangeBatch(Pair);
            foreach (var (id, (v, w)) in view)
            {
                Add(rows, id, v, w, 1);
            }

            overlay.Complete(rows);
            Assert.False(overlay.LacksValues);
            var keep = new List<int>();
            using var images = rows.Copy(overlay.TryFilter(rows, keep) ? [.. keep] : [.. Enumerable.Range(0, rows.Count)]);
            overlay.AppendImages(images);
            Assert.Equal(
                state.Select(r => (r.Key, r.Value.V, r.Value.W)).Order(),
                Enumerable.Range(0, images.Count).Select(r => (images.Fixed<int>(0).Values[r], images.Fixed<int>(1).Values[r], images.Fixed<int>(2).Values[r])).Order());
        }
    }

    [Fact]
    public void Image_in_part_of_a_row_that_no_view_has_is_told()
    {
        using var overlay = new TableOverlay(Pair, [0]);
        using var changes = new ChangeBatch(Pair);
        Update(changes, 1, 1, 5, null);
        Assert.True(overlay.TryApply(changes));
        Assert.True(overlay.LacksValues);
    }

    // A view may show the document before the change or behind it, and to insert is not the same twice.
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Document_in_part_needs_the_one_of_the_window(bool isKnown, bool expected)
    {
        using var overlay = new TableOverlay(Documents, [0]);
        if (isKnown)
        {
            using var insert = new ChangeBatch(Documents);
            Add(insert, "[1]", 1);
            Assert.True(overlay.TryApply(insert));
        }

        using var update = new ChangeBatch(Documents);
        update.LeaveOut(0, [0b10]);
        Add(update, null, -1);
        update.LeaveOut(1, [0b10]);
        Add(update, "[1, [0], 0]", 1);
        Assert.Equal(expected, overlay.TryApply(update));
        if (expected)
        {
            Assert.False(overlay.LacksValues);
            using var images = new ChangeBatch(Documents);
            overlay.AppendImages(images);
            Assert.Equal("[0, 1]"u8, images.Bytes(1)[0]);
        }

        static void Add(ChangeBatch batch, string? document, sbyte weight)
        {
            batch[0].AppendRepeated(1, 1);
            batch[1].AppendRepeated(document is null ? null : System.Text.Encoding.UTF8.GetBytes(document), 1);
            batch.AppendWeight(weight);
        }
    }

    private static readonly CdcLake.Columnar.Schema Documents = new([new Field("id", DataType.Int32, false), new Field("doc", DataType.String, true)]);

    private static readonly CdcLake.Columnar.Schema Pair = new([new Field("id", DataType.Int32, false), new Field("v", DataType.Int32, true), new Field("w", DataType.Int32, true)]);

    // As with MINIMAL: of a row that was deleted the key, of one that was updated what was set.
    private static ChangeBatch ChangeInPart(Random random, Dictionary<int, (int V, int W)> state)
    {
        var batch = new ChangeBatch(Pair);
        var id = random.Next(10);
        var (v, w) = (random.Next(3) == 0 ? random.Next(100) : (int?)null, random.Next(3) == 0 ? random.Next(100) : (int?)null);
        if (!state.TryGetValue(id, out var old))
        {
            Add(batch, id, (state[id] = (random.Next(100), random.Next(100))).V, state[id].W, 1);
        }
        else if (random.Next(4) == 0)
        {
            batch.LeaveOut(0, [0b110]);
            Add(batch, id, null, null, -1);
            state.Remove(id);
        }
        else
        {
            var other = random.Next(12);
            other = state.ContainsKey(other) || random.Next(20) > 0 ? id : other;
            Update(batch, id, other, v, w);
            state.Remove(id);
            state[other] = (v ?? old.V, w ?? old.W);
        }

        return batch;
    }

    private static void Update(ChangeBatch batch, int id, int other, int? v, int? w)
    {
        batch.LeaveOut(0, [0b110]);
        Add(batch, id, null, null, -1);
        var leftOut = (byte)((v is null ? 0b010 : 0) | (w is null ? 0b100 : 0));
        if (leftOut != 0)
        {
            batch.LeaveOut(1, [leftOut]);
        }

        Add(batch, other, v, w, 1);
    }

    private static void Add(ChangeBatch batch, int id, int? v, int? w, sbyte weight)
    {
        batch[0].AppendRepeated(id, 1);
        batch[1].AppendRepeated(v, 1);
        batch[2].AppendRepeated(w, 1);
        batch.AppendWeight(weight);
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
        overlay.TryApply(batch);
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
