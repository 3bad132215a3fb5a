using CdcLake.Columnar;
using CdcLake.Dataflow.Operators;
using CdcLake.State.Rows;
using CdcLake.State.Stores;

namespace CdcLake.Tests.Dataflow;

public sealed class JoinOperatorTests
{
    private static readonly Schema Sales = new([new Field("product", DataType.Int32, true), new Field("qty", DataType.Int32, true)]);
    private static readonly Schema Products = new([new Field("id", DataType.Int32, true), new Field("name", DataType.String, true)]);
    private static readonly Schema Both = new([.. Sales.Fields, .. Products.Fields]);

    [Fact]
    public void Change_of_either_side_gives_the_change_of_the_join()
    {
        using var join = New();
        Assert.Empty(join.Push(0, Sales, ([1, 5], 1), ([1, 6], 1)));
        Assert.Equal(["+1|5|1|Tea", "+1|6|1|Tea"], join.Push(1, Products, ([1, "Tea"], 1)).Order());
        Assert.Equal(["-1|5|1|Tea", "+2|5|2|Milk"], [.. join.Push(1, Products, ([2, "Milk"], 1)), .. join.Push(0, Sales, ([1, 5], -1), ([2, 5], 1))]);
        Assert.Equal(["-1|6|1|Tea", "+1|6|1|Green"], join.Push(1, Products, ([1, "Tea"], -1), ([1, "Green"], 1)));
        Assert.Empty(join.End());
    }

    [Fact]
    public void Duplicate_rows_are_counted()
    {
        using var join = New();
        join.Push(0, Sales, ([1, 5], 1), ([1, 5], 1), ([1, 5], 1));
        Assert.Equal(["+1|5|1|Tea", "+1|5|1|Tea", "+1|5|1|Tea"], join.Push(1, Products, ([1, "Tea"], 1)));
        Assert.Equal(["-1|5|1|Tea"], join.Push(0, Sales, ([1, 5], -1)));
        Assert.Equal(["-1|5|1|Tea", "-1|5|1|Tea"], join.Push(1, Products, ([1, "Tea"], -1)));
    }

    [Fact]
    public void Null_keys_match_nothing_and_are_not_kept()
    {
        using var join = New();
        join.Push(0, Sales, ([null, 5], 1));
        Assert.Empty(join.Push(1, Products, ([null, "Tea"], 1)));
        Assert.All(join.State, s => Assert.Equal(0, s.Log.LiveCount));
        Assert.Empty(join.Push(0, Sales, ([null, 5], -1)));
        Assert.Equal(["+1|7|1|Tea"], [.. join.Push(1, Products, ([1, "Tea"], 1)), .. join.Push(0, Sales, ([1, 7], 1))]);
        Assert.Empty(join.End());
    }

    [Fact]
    public void Withdrawal_before_insertion_inside_an_epoch_sums_to_the_right_result()
    {
        using var join = New();
        join.Push(1, Products, ([1, "Tea"], 1));
        Assert.Equal(["-1|5|1|Tea"], join.Push(0, Sales, ([1, 5], -1)));
        Assert.Equal(["+1|5|1|Tea"], join.Push(0, Sales, ([1, 5], 1)));
        Assert.Empty(join.End());
        Assert.Equal(0, join.State[0].Log.LiveCount);
    }

    [Fact]
    public void Withdrawal_that_is_never_answered_names_operator_side_and_row()
    {
        using var join = New();
        join.Push(0, Sales, ([1, 5], -1));
        var error = Assert.Throws<InconsistentChangeException>(() => join.End());
        Assert.Contains("join(sales,products)", error.Message, StringComparison.Ordinal);
        Assert.Contains("left", error.Message, StringComparison.Ordinal);
        Assert.Contains("product=1", error.Message, StringComparison.Ordinal);
        Assert.Contains("qty=5", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_matches_come_in_bounded_pieces()
    {
        using var join = New();
        join.Push(0, Sales, [.. Enumerable.Range(0, 10_000).Select(i => ((object?[])[1, i % 5_000], 1))]);
        var rows = join.Push(1, Products, ([1, "Tea"], 1), ([1, "Milk"], 1));
        Assert.Equal(20_000, rows.Count);
        Assert.Equal(10_000, rows.Distinct().Count());
    }

    [Fact]
    public void State_does_not_grow_when_rows_come_and_go()
    {
        using var join = New();
        for (var i = 0; i < 60; i++)
        {
            join.Push(0, Sales, [.. Enumerable.Range(0, 2_000).Select(n => ((object?[])[n, i], 1))]);
            join.Push(0, Sales, [.. Enumerable.Range(0, 2_000).Select(n => ((object?[])[n, i], -1))]);
            join.End();
        }

        Assert.Equal(0, join.State[0].Log.LiveCount);
        Assert.InRange(join.State[0].Bytes, 0, 4 << 20);
    }

    [Fact]
    public void Row_updated_again_and_again_keeps_its_key_cheap_to_look_up()
    {
        var rows = new RowMultiset();
        using var keys = new EncodedRows();
        using var rests = new EncodedRows();
        var heads = new uint[1];
        for (var i = 0; i < 20_000; i++)
        {
            Apply(rows, keys, rests, i, 1);
            if (i > 0)
            {
                Apply(rows, keys, rests, i - 1, -1);
            }
        }

        rows.FindHeads(keys, default, heads);
        Assert.Equal(1, rows.CountOf(heads[0]));
        Assert.Equal(0u, rows.NextOf(heads[0]));
    }

    [Fact]
    public void Two_columns_of_one_side_may_meet_the_same_column_of_the_other()
    {
        var pairs = new Schema([new Field("a", DataType.Int32, true), new Field("b", DataType.Int32, true)]);
        var schema = new Schema([.. pairs.Fields, .. Products.Fields]);
        using var join = new JoinOperator("join", schema, pairs, Products, [0, 1], [0, 0]);
        join.Push(1, Products, ([1, "Tea"], 1), ([2, "Milk"], 1));
        Assert.Equal(["+2|2|2|Milk"], join.Push(0, pairs, ([1, 2], 1), ([2, 2], 1)));
    }

    private static void Apply(RowMultiset rows, EncodedRows keys, EncodedRows rests, int qty, int weight)
    {
        using var batch = Properties.Cells.ToBatch(Sales, [([1, qty], weight)]);
        new RowCodec(Sales, [0]).Encode(batch, keys);
        new RowCodec(Sales, [1]).Encode(batch, rests);
        keys.ComputeHashes();
        rests.ComputeHashes();
        rows.Apply(keys, rests, batch.Weights, default);
    }

    private static JoinOperator New() => new("join(sales,products)", Both, Sales, Products, [0], [0]);
}
