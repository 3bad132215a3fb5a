using CdcLake.Columnar;
using CdcLake.Dataflow.Operators;
using CdcLake.Expressions;

namespace CdcLake.Tests.Dataflow;

public sealed class AggregateOperatorTests
{
    private static readonly Schema Input = new(
    [
        new Field("g", DataType.String, true), new Field("i", DataType.Int32, true), new Field("d", DataType.Decimal(10, 2), true),
        new Field("w", DataType.Decimal(38, 0), true), new Field("f", DataType.Float64, true), new Field("l", DataType.Int64, true),
    ]);

    [Fact]
    public void Touched_group_gives_old_and_new_once_and_nothing_when_equal()
    {
        using var sum = New([0], new(AggregateKind.Count, -1, DataType.Int64), new(AggregateKind.Sum, 1, DataType.Int64));
        sum.Push(0, Input, Row("a", 1), Row("a", 2), Row("b", 3));
        Assert.Equal(["+a|2|3", "+b|1|3"], sum.End());
        sum.Push(0, Input, Row("a", 1, -1), Row("a", 5), Row("b", 3, -1));
        sum.Push(0, Input, Row("b", 3));
        Assert.Equal(["-a|2|3", "+a|2|7"], sum.End());
        Assert.Empty(sum.End());
    }

    [Fact]
    public void Group_vanishes_with_its_last_row_and_returns()
    {
        using var sum = New([0], new(AggregateKind.Count, 1, DataType.Int64), new(AggregateKind.Max, 1, DataType.Int32));
        sum.Push(0, Input, Row("a", 1));
        Assert.Equal(["+a|1|1"], sum.End());
        sum.Push(0, Input, Row("a", 1, -1));
        Assert.Equal(["-a|1|1"], sum.End());
        Assert.All(sum.State, s => Assert.Equal(0, s.Log.LiveCount));
        sum.Push(0, Input, Row("a", null));
        Assert.Equal(["+a|0|∅"], sum.End());
    }

    [Fact]
    public void Total_without_a_key_is_there_without_rows()
    {
        using var total = New([], new(AggregateKind.Count, -1, DataType.Int64), new(AggregateKind.Sum, 1, DataType.Int64), new(AggregateKind.CountDistinct, 1, DataType.Int64));
        Assert.Equal(["+0|∅|0"], total.End());
        Assert.Empty(total.End());
        total.Push(0, Input, Row("a", 1), Row("b", 1));
        Assert.Equal(["-0|∅|0", "+2|2|1"], total.End());
        total.Push(0, Input, Row("a", 1, -1), Row("b", 1, -1));
        Assert.Equal(["-2|2|1", "+0|∅|0"], total.End());
    }

    [Fact]
    public void Withdrawal_of_the_extreme_brings_the_next_one()
    {
        using var extremes = New([0], new(AggregateKind.Min, 1, DataType.Int32), new(AggregateKind.Max, 1, DataType.Int32));
        extremes.Push(0, Input, Row("a", 5), Row("a", 1), Row("a", 9), Row("a", 9));
        Assert.Equal(["+a|1|9"], extremes.End());
        extremes.Push(0, Input, Row("a", 9, -1));
        Assert.Empty(extremes.End());
        extremes.Push(0, Input, Row("a", 9, -1), Row("a", 1, -1));
        Assert.Equal(["-a|1|9", "+a|5|5"], extremes.End());
        extremes.Push(0, Input, Row("a", 9), Row("a", 1));
        Assert.Equal(["-a|5|5", "+a|1|9"], extremes.End());
    }

    [Fact]
    public void Withdrawal_before_insertion_inside_an_epoch_leaves_the_right_result()
    {
        using var all = New([0], new(AggregateKind.Sum, 1, DataType.Int64), new(AggregateKind.Max, 1, DataType.Int32));
        all.Push(0, Input, Row("a", 1));
        all.End();
        all.Push(0, Input, Row("a", 9, -1), Row("a", 7));
        all.Push(0, Input, Row("a", 9));
        Assert.Equal(["-a|1|1", "+a|8|7"], all.End());
    }

    [Fact]
    public void Withdrawal_that_is_never_answered_names_operator_and_group()
    {
        using var max = New([0], new AggregateCall(AggregateKind.Max, 1, DataType.Int32));
        max.Push(0, Input, Row("a", 1), Row("a", 2));
        max.End();
        max.Push(0, Input, Row("a", 3, -1));
        var error = Assert.Throws<InconsistentChangeException>(() => max.End());
        Assert.Contains("aggregate(t)", error.Message, StringComparison.Ordinal);
        Assert.Contains("g=\"a\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_left_in_a_group_without_rows_are_inconsistent()
    {
        using var sum = New([0], new AggregateCall(AggregateKind.Sum, 1, DataType.Int64));
        sum.Push(0, Input, Row("a", 1));
        sum.End();
        sum.Push(0, Input, Row("a", 2, -1));
        Assert.Throws<InconsistentChangeException>(() => sum.End());
    }

    [Fact]
    public void Null_is_a_group_of_its_own()
    {
        using var count = New([0], new AggregateCall(AggregateKind.Count, -1, DataType.Int64));
        count.Push(0, Input, Row(null, 1), Row(null, 2), Row("", 1));
        Assert.Equal(["+∅|2", "+|1"], count.End());
    }

    [Fact]
    public void Average_of_exact_numbers_rounds_half_away_from_zero()
    {
        using var average = New([0], new(AggregateKind.Average, 1, DataType.Decimal(38, 4)), new(AggregateKind.Average, 2, DataType.Decimal(38, 6)));
        average.Push(0, Input, Values("a", 1, 1L), Values("a", 0, 0L), Values("a", 0, 0L));
        average.Push(0, Input, Values("b", -2, -5L), Values("b", 0, 0L), Values("b", 0, 0L));
        average.Push(0, Input, Values("c", 1, 1L), Values("c", 0, 0L));
        Assert.Equal(["+a|3333|3333", "+b|-6667|-16667", "+c|5000|5000"], average.End());
    }

    [Fact]
    public void Sum_may_pass_the_range_on_the_way_but_not_at_the_end_of_an_epoch()
    {
        var most = Int128.Parse(new string('9', 38), System.Globalization.CultureInfo.InvariantCulture);
        using var sum = New([0], new AggregateCall(AggregateKind.Sum, 3, DataType.Decimal(38, 0)));
        sum.Push(0, Input, Wide(most, 1), Wide(most, 1), Wide(most, 1), Wide(most, 1), Wide(most, -1), Wide(most, -1), Wide(most, -1));
        Assert.Equal([$"+a|{most}"], sum.End());
        sum.Push(0, Input, Wide(1, 1));
        Assert.Contains("SUM", Assert.Throws<ArithmeticOverflowException>(() => sum.End()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sum_of_longs_beyond_a_long_overflows()
    {
        using var sum = New([0], new AggregateCall(AggregateKind.Sum, 5, DataType.Int64));
        sum.Push(0, Input, (["a", null, null, null, null, long.MaxValue], 1), (["a", null, null, null, null, 1L], 1));
        Assert.Throws<ArithmeticOverflowException>(() => sum.End());
    }

    [Fact]
    public void Float_sum_does_not_depend_on_order_and_leaves_nothing_behind()
    {
        using var sum = New([0], new AggregateCall(AggregateKind.Sum, 4, DataType.Float64));
        sum.Push(0, Input, Float(1e300, 1), Float(1, 1), Float(-1e300, 1), Float(1e-300, 1));
        Assert.Equal(["+a|1"], sum.End());
        sum.Push(0, Input, Float(1, -1), Float(1e300, -1), Float(-1e300, -1));
        Assert.Equal(["-a|1", "+a|1E-300"], sum.End());
    }

    [Fact]
    public void Extreme_of_a_large_group_is_withdrawn_quickly()
    {
        const int size = 200_000;
        using var max = New([0], new AggregateCall(AggregateKind.Max, 1, DataType.Int32));
        max.Push(0, Input, [.. Enumerable.Range(0, size).Select(i => Row("a", i))]);
        Assert.Equal([$"+a|{size - 1}"], max.End());
        for (var i = size - 1; i > size - 1_000; i--)
        {
            max.Push(0, Input, Row("a", i, -1));
            Assert.Equal([$"-a|{i}", $"+a|{i - 1}"], max.End());
        }
    }

    private static AggregateOperator New(int[] key, params AggregateCall[] calls)
    {
        var schema = new Schema([.. key.Select(k => Input[k]), .. calls.Select((c, i) => new Field($"r{i}", c.Result, true))]);
        return new AggregateOperator("aggregate(t)", schema, Input, key, calls);
    }

    private static (object?[] Row, int Weight) Row(string? group, int? value, int weight = 1) => ([group, value, null, null, null, null], weight);

    private static (object?[] Row, int Weight) Values(string? group, int value, long cents) => ([group, value, cents, null, null, null], 1);

    private static (object?[] Row, int Weight) Wide(Int128 value, int weight) => (["a", null, null, value, null, null], weight);

    private static (object?[] Row, int Weight) Float(double value, int weight) => (["a", null, null, null, value, null], weight);
}
