using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow.Operators;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.Dataflow;

public sealed class ForeignKeyOperatorTests
{
    private static readonly Schema Parents = new([new Field("id", DataType.Int32, false)]);
    private static readonly Schema Children = new([new Field("id", DataType.Int32, false), new Field("p", DataType.Int32, true), new Field("v", DataType.String, true)]);
    private static readonly Schema Names = new([new Field("name", DataType.String, false)]);
    private static readonly Schema Named = new([new Field("id", DataType.Int32, false), new Field("name", DataType.String, true)]);

    [Fact]
    public void Deleted_parent_takes_its_rows_along_at_its_place_in_the_stream()
    {
        using var keys = Of(Link(ReferentialAction.Cascade, ReferentialAction.None));
        keys.Push(0, Children, ([1, 7, "a"], 1), ([2, 8, "b"], 1), ([3, 7, null], 1), ([4, null, "d"], 1));
        Assert.Equal(["-3|7|∅", "-1|7|a"], Move(keys, 1, Parents, ([7], -1)));
        Assert.Equal(["+5|7|e"], keys.Push(0, Children, ([5, 7, "e"], 1)));
        Assert.Empty(keys.End());
        Assert.Equal(["-5|7|e"], Move(keys, 1, Parents, ([7], -1)));
        Assert.Equal(["-2|8|b"], keys.Push(0, Children, ([2, 8, "b"], -1)));
        Assert.Empty(Move(keys, 1, Parents, ([8], -1)));
        Assert.Empty(keys.End());
    }

    [Fact]
    public void Change_that_moves_nothing_leaves_the_rows_that_refer_to_it()
    {
        using var keys = Of(Link(ReferentialAction.Cascade, ReferentialAction.Cascade));
        keys.Push(0, Children, ([1, 7, "a"], 1));
        Assert.Empty(keys.Push(1, Parents, ([7], -1)));
        Assert.Equal(["-1|7|a"], Move(keys, 1, Parents, ([7], -1)));
    }

    [Fact]
    public void New_key_of_a_parent_is_that_of_its_rows()
    {
        using var keys = Of(Link(ReferentialAction.SetNull, ReferentialAction.Cascade));
        keys.Push(0, Children, ([1, 7, "a"], 1), ([2, 8, "b"], 1));
        Assert.Equal(["-1|7|a", "+1|9|a"], Move(keys, 1, Parents, ([7], -1), ([9], 1)));
        Assert.Empty(Move(keys, 1, Parents, ([7], -1), ([10], 1)));
        Assert.Equal(["-1|9|a", "+1|∅|a"], Move(keys, 1, Parents, ([9], -1)));
        Assert.Empty(Move(keys, 1, Parents, ([9], -1)));
        Assert.Equal(["-1|∅|a", "+1|8|a"], keys.Push(0, Children, ([1, null, "a"], -1), ([1, 8, "a"], 1)));
        Assert.Equal(["-1|8|a", "+1|∅|a", "-2|8|b", "+2|∅|b"], Move(keys, 1, Parents, ([8], -1)));
        Assert.Empty(keys.End());
    }

    [Fact]
    public void Rows_of_a_tree_go_with_their_root_each_once()
    {
        var self = new ForeignKey("self", "t", [1], [0], [KeyRules.Exact], ReferentialAction.Cascade, ReferentialAction.None);
        using var keys = new ForeignKeyOperator("k", Children, [Children], [new ForeignKeyLink(self, 0, 0, [1], [0])], [0, 1, 2]);
        keys.Push(0, Children, ([1, null, "r"], 1), ([2, 1, "a"], 1), ([3, 2, "b"], 1), ([4, 1, "c"], 1), ([5, 5, "itself"], 1), ([6, 5, "d"], 1));
        Assert.Equal(["-1|∅|r", "-4|1|c", "-2|1|a", "-3|2|b"], Move(keys, 0, Children, ([1, null, "r"], -1)));
        Assert.Equal(["-5|5|itself", "-6|5|d"], Move(keys, 0, Children, ([5, 5, "itself"], -1)));
        Assert.Empty(keys.End());
        Assert.All(keys.State, s => Assert.Equal(0, s.Log.LiveCount));
    }

    [Fact]
    public void Keys_are_followed_through_tables_that_nobody_reads_and_columns_left_out()
    {
        var upper = new ForeignKey("u", "top", [1], [0], [KeyRules.Exact], ReferentialAction.Cascade, ReferentialAction.None);
        var lower = new ForeignKey("l", "mid", [1], [0], [KeyRules.Exact], ReferentialAction.Cascade, ReferentialAction.None);
        var narrow = new Schema([Children[2]]);
        using var keys = new ForeignKeyOperator(
            "k", narrow, [Children, Children, Parents], [new ForeignKeyLink(lower, 0, 1, [1], [0]), new ForeignKeyLink(upper, 1, 2, [1], [0])], [2]);
        Assert.Empty(keys.Push(1, Children, ([10, 1, "m"], 1), ([11, 2, "n"], 1)));
        Assert.Equal(["+a", "+b"], keys.Push(0, Children, ([100, 10, "a"], 1), ([101, 11, "b"], 1)));
        Assert.Equal(["-a"], Move(keys, 2, Parents, ([1], -1)));
        Assert.Equal(["-b"], Move(keys, 1, Children, ([11, 2, "n"], -1)));
        Assert.Empty(Move(keys, 2, Parents, ([2], -1)));
        Assert.Empty(keys.End());
    }

    [Fact]
    public void Two_keys_to_one_parent_change_a_row_once()
    {
        var schema = new Schema([new Field("id", DataType.Int32, false), new Field("a", DataType.Int32, true), new Field("b", DataType.Int32, true)]);
        var first = new ForeignKey("a", "p", [1], [0], [KeyRules.Exact], ReferentialAction.SetNull, ReferentialAction.None);
        var second = new ForeignKey("b", "p", [2], [0], [KeyRules.Exact], ReferentialAction.Cascade, ReferentialAction.None);
        using var keys = new ForeignKeyOperator("k", schema, [schema, Parents], [new ForeignKeyLink(first, 0, 1, [1], [0]), new ForeignKeyLink(second, 0, 1, [2], [0])], [0, 1, 2]);
        keys.Push(0, schema, ([1, 7, 7], 1), ([2, 7, null], 1), ([3, 8, 7], 1));
        Assert.Equal(["-2|7|∅", "+2|∅|∅", "-1|7|7", "+1|∅|7", "-1|∅|7", "-3|8|7"], Move(keys, 1, Parents, ([7], -1)));
        Assert.Empty(keys.End());
    }

    [Fact]
    public void More_rows_than_one_piece_holds_come_in_pieces()
    {
        using var keys = Of(Link(ReferentialAction.SetNull, ReferentialAction.None));
        for (var batch = 0; batch < 3; batch++)
        {
            keys.Push(0, Children, [.. Enumerable.Range(batch * ChangeBatch.TargetRows, ChangeBatch.TargetRows).Select(i => (new object?[] { i, 7, "x" }, 1))]);
        }

        Assert.Equal(6 * ChangeBatch.TargetRows, Move(keys, 1, Parents, ([7], -1)).Count);
        Assert.Empty(keys.End());
    }

    [Fact]
    public void Values_that_the_collation_takes_for_the_same_are_the_same()
    {
        using var keys = ByName(KeyRules.IgnoresCase | KeyRules.IgnoresPadding | KeyRules.PrintableAsciiOnly);
        keys.Push(0, Named, ([1, "Tea "], 1), ([2, "tea"], 1), ([3, "teas"], 1));
        Assert.Equal(["-2|tea", "+2|TEA", "-1|Tea ", "+1|TEA"], Move(keys, 1, Names, (["tEa"], -1), (["TEA"], 1)));
        Assert.Equal(2, Move(keys, 1, Names, (["tea"], -1)).Count);
        Assert.Empty(keys.End());
    }

    [Fact]
    public void Value_that_may_be_the_same_as_others_is_refused_by_name()
    {
        using var keys = ByName(KeyRules.IgnoresCase | KeyRules.PrintableAsciiOnly);
        var error = Assert.Throws<UnsupportedTypeException>(() => keys.Push(0, Named, ([1, "Café"], 1)));
        Assert.Contains("Foreign key n: name has the value \"Caf", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Row_that_was_never_there_is_noticed()
    {
        using var keys = Of(Link(ReferentialAction.Cascade, ReferentialAction.None));
        keys.Push(0, Children, ([1, 7, "a"], -1));
        Assert.Contains("withdrawn that was never added", Assert.Throws<InconsistentChangeException>(() => keys.End()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Complete_result_begins_with_nothing()
    {
        using var keys = Of(Link(ReferentialAction.Cascade, ReferentialAction.None));
        keys.Push(0, Children, ([1, 7, "a"], 1));
        keys.End();
        keys.BeginEpoch(EpochKind.CompleteResult);
        Assert.Empty(Move(keys, 1, Parents, ([7], -1)));
    }

    private static ForeignKeyLink Link(ReferentialAction onDelete, ReferentialAction onUpdate) =>
        new(new ForeignKey("k", "p", [1], [0], [KeyRules.Exact], onDelete, onUpdate), 0, 1, [1], [0]);

    private static ForeignKeyOperator Of(ForeignKeyLink link) => new("k", Children, [Children, Parents], [link], [0, 1, 2]);

    private static ForeignKeyOperator ByName(KeyRules rules) => new(
        "k", Named, [Named, Names],
        [new ForeignKeyLink(new ForeignKey("n", "p", [1], [0], [rules], ReferentialAction.Cascade, ReferentialAction.Cascade), 0, 1, [1], [0])], [0, 1]);

    private static List<string> Move(ForeignKeyOperator keys, int input, Schema schema, params (object?[] Row, int Weight)[] changes)
    {
        var batch = Cells.ToBatch(schema, changes);
        batch.MovesReferences = true;
        keys.Process(input, batch);
        return keys.Drain();
    }
}
