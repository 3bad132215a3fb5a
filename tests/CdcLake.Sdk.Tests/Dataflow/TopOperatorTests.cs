using CdcLake.Columnar;
using CdcLake.Dataflow.Operators;

namespace CdcLake.Tests.Dataflow;

public sealed class TopOperatorTests
{
    private static readonly Schema Scores = new([new Field("team", DataType.String, true), new Field("points", DataType.Int32, true), new Field("name", DataType.String, true)]);

    [Fact]
    public void Row_that_goes_lets_the_next_one_in()
    {
        using var top = New(2, descending: true, 0);
        top.Push(0, Scores, (["a", 3, "x"], 1), (["a", 9, "y"], 1), (["a", 5, "z"], 1), (["b", 1, "w"], 1));
        Assert.Equal(["+a|5|z", "+a|9|y", "+b|1|w"], top.End().Order());
        top.Push(0, Scores, (["a", 9, "y"], -1));
        Assert.Equal(["-a|9|y", "+a|3|x"], top.End());
        top.Push(0, Scores, (["a", 4, "v"], 1), (["b", 1, "w"], -1));
        Assert.Equal(["-a|3|x", "+a|4|v", "-b|1|w"], top.End().Order(StringComparer.Ordinal).OrderBy(r => r[1]).ThenByDescending(r => r[0]));
        top.Push(0, Scores, (["a", 1, "u"], 1));
        Assert.Empty(top.End());
    }

    [Fact]
    public void Ties_are_decided_by_the_other_columns_and_null_is_smallest()
    {
        using var top = New(1, descending: false, 0);
        top.Push(0, Scores, ([null, 2, "b"], 1), ([null, 2, "a"], 1));
        Assert.Equal(["+∅|2|a"], top.End());
        top.Push(0, Scores, ([null, null, "c"], 1));
        Assert.Equal(["-∅|2|a", "+∅|∅|c"], top.End().OrderByDescending(r => r[0]));
    }

    [Fact]
    public void Equal_rows_take_a_place_each()
    {
        using var top = New(3, descending: true);
        top.Push(0, Scores, (["a", 1, "x"], 1), (["a", 1, "x"], 1), (["a", 0, "y"], 1), (["a", 0, "y"], 1));
        Assert.Equal(["+a|0|y", "+a|1|x", "+a|1|x"], top.End().Order());
        top.Push(0, Scores, (["a", 1, "x"], -1));
        Assert.Equal(["+a|0|y", "-a|1|x"], top.End().OrderBy(r => r[1..], StringComparer.Ordinal));
    }

    [Fact]
    public void Groups_that_are_empty_are_forgotten()
    {
        using var top = New(1, descending: true, 0);
        top.Push(0, Scores, [.. Enumerable.Range(0, 5000).Select(i => ((object?[])[$"t{i % 100}", i, "x"], 1))]);
        Assert.Equal(100, top.End().Count);
        for (var i = 0; i < 5000; i++)
        {
            top.Push(0, Scores, ([$"t{i % 100}", i, "x"], -1));
        }

        Assert.Equal(100, top.End().Count);
        Assert.All(top.State, s => Assert.Equal(0, s.Log.LiveCount));
    }

    [Fact]
    public void Withdrawal_that_is_never_answered_names_group_and_row()
    {
        using var top = New(1, descending: true, 0);
        top.Push(0, Scores, (["a", 3, "x"], -1));
        Assert.Contains("group (team=\"a\"), other columns (points=3, name=\"x\")", Assert.Throws<InconsistentChangeException>(() => top.End()).Message, StringComparison.Ordinal);
    }

    private static TopOperator New(int count, bool descending, params int[] key) => new("top", Scores, key, [1], descending, count);
}
