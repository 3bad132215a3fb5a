using CdcLake.Columnar;
using CdcLake.State.Stores;
using CdcLake.State.Rows;
using CdcLake.Tests.Properties;
using CdcLake.Upserts;

namespace CdcLake.Tests.Upserts;

public sealed class ConsolidatorTests
{
    private static readonly Schema Products = new([new Field("id", DataType.Int32, false), new Field("name", DataType.String, true), new Field("qty", DataType.Int64, true)]);

    [Fact]
    public void Rename_gives_one_upsert_whatever_the_order_inside_the_epoch()
    {
        using var pending = New();
        var table = new Target();
        Epoch(pending, table, ([1, "Tea", 5L], 1));
        Commit(pending, table);

        // Grouped by (id, name) but keyed by id: the new group may come before the old one goes.
        Epoch(pending, table, ([1, "Green tea", 5L], 1), ([1, "Tea", 5L], -1));

        Assert.Equal(["1|Green tea|5 replaces"], Upserts(pending));
        Assert.Empty(Deletes(pending));
    }

    [Fact]
    public void Changes_that_cancel_leave_nothing_to_commit()
    {
        using var pending = New();
        var table = new Target();
        Epoch(pending, table, ([1, "Tea", 5L], -1), ([2, "Milk", 1L], 1), ([1, "Tea", 5L], 1), ([2, "Milk", 1L], -1));

        Assert.Equal(0, pending.PendingRows);
        Assert.Equal(0, table.Asked);
    }

    [Fact]
    public void Row_added_and_deleted_before_a_commit_is_never_deleted_from_the_target()
    {
        using var pending = New();
        var table = new Target();
        Epoch(pending, table, ([1, "Tea", 5L], 1));
        Assert.Equal(1, pending.PendingRows);
        Epoch(pending, table, ([1, "Tea", 5L], -1));

        Assert.Equal(0, pending.PendingRows);
        Assert.Empty(Deletes(pending));
    }

    [Fact]
    public void Delete_of_a_committed_row_gives_its_key()
    {
        using var pending = New();
        var table = new Target();
        Epoch(pending, table, ([1, "Tea", 5L], 1), ([2, null, null], 1));
        Commit(pending, table);
        Epoch(pending, table, ([2, null, null], -1));

        Assert.Equal(["2"], Deletes(pending));
        Assert.Empty(Upserts(pending));
    }

    [Fact]
    public void Second_row_of_a_key_is_a_duplicate_that_names_the_key()
    {
        using var pending = New();
        pending.Add(Cells.ToBatch(Products, [([7, "Tea", 5L], 1), ([7, "Milk", 1L], 1)]));
        var error = Assert.Throws<DuplicateKeyException>(() => pending.EndEpoch(new Target()));
        Assert.Contains("id=7", error.Message, StringComparison.Ordinal);
        Assert.Contains("iceberg(demo.t)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Second_row_of_a_committed_key_is_a_duplicate()
    {
        using var pending = New();
        var table = new Target();
        Epoch(pending, table, ([7, "Tea", 5L], 1));
        Commit(pending, table);
        pending.Add(Cells.ToBatch(Products, [([7, "Milk", 1L], 1)]));
        Assert.Throws<DuplicateKeyException>(() => pending.EndEpoch(table));
    }

    [Fact]
    public void Duplicate_inside_an_epoch_that_is_gone_at_its_end_is_no_error()
    {
        using var pending = New();
        var table = new Target();
        Epoch(pending, table, ([7, "Tea", 5L], 1), ([7, "Milk", 1L], 1), ([7, "Tea", 5L], -1));
        Assert.Equal(["7|Milk|1 new"], Upserts(pending));
    }

    [Fact]
    public void Withdrawal_of_a_row_that_is_not_there_is_inconsistent()
    {
        using var pending = New();
        pending.Add(Cells.ToBatch(Products, [([7, "Tea", 5L], -1)]));
        Assert.Contains("id=7", Assert.Throws<InconsistentChangeException>(() => pending.EndEpoch(new Target())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Withdrawal_of_another_row_than_the_pending_one_is_inconsistent()
    {
        using var pending = New();
        Epoch(pending, new Target(), ([7, "Tea", 5L], 1));
        pending.Add(Cells.ToBatch(Products, [([7, "Tea", 6L], -1), ([7, "Tea", 7L], 1)]));
        Assert.Throws<InconsistentChangeException>(() => pending.EndEpoch(new Target()));
    }

    [Fact]
    public void Open_epoch_survives_a_commit_and_knows_what_was_committed()
    {
        using var pending = New();
        var table = new Target();
        Epoch(pending, table, ([1, "Tea", 5L], 1), ([2, "Milk", 1L], 1));
        pending.Add(Cells.ToBatch(Products, [([1, "Tea", 5L], -1), ([3, "Salt", 2L], 1)]));
        Assert.Equal(["1|Tea|5 new", "2|Milk|1 new"], Upserts(pending));
        Commit(pending, table);
        Assert.Equal(0, pending.PendingRows);
        pending.EndEpoch(table);

        Assert.Equal(["1"], Deletes(pending));
        Assert.Equal(["3|Salt|2 new"], Upserts(pending));
    }

    [Fact]
    public void Pieces_are_bounded_and_complete()
    {
        using var pending = New();
        Epoch(pending, new Target(), [.. Enumerable.Range(0, 1000).Select(i => ((object?[])[i, $"n{i}", (long)i], 1))]);
        var sizes = pending.Upserts(300).Select(p => p.Count).ToArray();
        Assert.Equal([300, 300, 300, 100], sizes);
    }

    [Fact]
    public void Sum_over_epochs_equals_a_plain_table_for_random_changes()
    {
        for (var seed = 1; seed <= 60; seed++)
        {
            RunRandom(seed);
        }
    }

    private static void RunRandom(int seed)
    {
        var random = new Random(seed);
        using var pending = New();
        var table = new Target();
        var model = new Dictionary<int, object?[]>();
        for (var epoch = 0; epoch < 60; epoch++)
        {
            var changes = new List<(object?[], int)>();
            for (var i = random.Next(40); i >= 0; i--)
            {
                var id = random.Next(30);
                var next = random.Next(4) == 0 ? null : new object?[] { id, new string('n', random.Next(200)), (long)random.Next(3) };
                if (model.Remove(id, out var old))
                {
                    changes.Add((old, -1));
                }

                if (next is not null)
                {
                    model.Add(id, next);
                    changes.Add((next, 1));
                }
            }

            // Order inside an epoch carries no meaning.
            var shuffled = changes.ToArray();
            random.Shuffle(shuffled);
            Epoch(pending, table, shuffled);
            if (random.Next(3) == 0)
            {
                Commit(pending, table);
                Assert.Equal(model.Values.Select(r => Cells.Text(r)).Order(StringComparer.Ordinal), table.Rows.Values.Order(StringComparer.Ordinal));
            }
        }
    }

    private static Consolidator New() => new(Products, [0], "iceberg(demo.t)");

    private static void Epoch(Consolidator pending, Target table, params (object?[] Row, int Weight)[] changes)
    {
        using var batch = Cells.ToBatch(Products, changes);
        pending.Add(batch);
        pending.EndEpoch(table);
    }

    private static void Commit(Consolidator pending, Target table)
    {
        foreach (var piece in pending.Deletes(7))
        {
            for (var i = 0; i < piece.Count; i++)
            {
                Assert.True(table.Rows.Remove(Convert.ToHexString(piece.Keys[i])));
            }
        }

        foreach (var piece in pending.Upserts(7))
        {
            var rows = Cells.FromBatch(piece.Rows).Select(r => Cells.Text(r.Row)).ToArray();
            for (var i = 0; i < piece.Count; i++)
            {
                Assert.Equal(piece.Replaces[i], table.Rows.Remove(Convert.ToHexString(piece.Keys[i])));
                table.Rows.Add(Convert.ToHexString(piece.Keys[i]), rows[i]);
            }
        }

        pending.Clear();
    }

    private static string[] Upserts(Consolidator pending) => [.. pending.Upserts().SelectMany(p =>
        Cells.FromBatch(p.Rows).Select((r, i) => $"{Cells.Text(r.Row)} {(p.Replaces[i] ? "replaces" : "new")}").ToArray())];

    private static string[] Deletes(Consolidator pending) => [.. pending.Deletes().SelectMany(p => Cells.FromBatch(p.Rows).Select(r => Cells.Text(r.Row)))];

    private sealed class Target : ICommittedKeys
    {
        public Dictionary<string, string> Rows { get; } = [];

        public int Asked { get; private set; }

        public void Find(EncodedRows keys, Span<bool> present)
        {
            for (var i = 0; i < keys.Count; i++)
            {
                Asked++;
                Assert.False(present[i]);
                present[i] = Rows.ContainsKey(Convert.ToHexString(keys[i]));
            }
        }
    }
}
