using CdcLake.Columnar;
using CdcLake.Dataflow.Operators;
using CdcLake.Expressions;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.Dataflow;

public sealed class PartnerOperatorTests
{
    private static readonly Schema Sales = new([new Field("product", DataType.Int32, true), new Field("qty", DataType.Int32, true)]);
    private static readonly Schema Products = new([new Field("id", DataType.Int32, true), new Field("name", DataType.String, true)]);

    [Fact]
    public void Left_row_without_partner_comes_when_the_epoch_ends()
    {
        using var join = New(JoinKind.Left);
        Assert.Empty(join.Push(0, Sales, ([1, 5], 1)));
        Assert.Equal(["+1|5|∅|∅"], join.End());
        Assert.Equal(["+1|5|1|Tea"], join.Push(1, Products, ([1, "Tea"], 1)));
        Assert.Equal(["-1|5|∅|∅"], join.End());
        Assert.Equal(["-1|5|1|Tea"], join.Push(1, Products, ([1, "Tea"], -1)));
        Assert.Equal(["+1|5|∅|∅"], join.End());
        Assert.Equal(["-1|5|∅|∅", "+1|6|∅|∅"], join.Push(0, Sales, ([1, 5], -1), ([1, 6], 1)));
        Assert.Empty(join.End());
    }

    [Fact]
    public void Nothing_is_given_and_withdrawn_in_one_epoch()
    {
        using var join = New(JoinKind.Full);
        join.Push(0, Sales, ([1, 5], 1), ([2, 7], 1));
        Assert.Equal(["+1|5|1|Tea"], join.Push(1, Products, ([1, "Tea"], 1), ([3, "Rum"], 1)));
        Assert.Equal(["+2|7|∅|∅", "+∅|∅|3|Rum"], join.End());

        // The only partner is replaced: the pair changes, the lone row never shows.
        Assert.Equal(["-1|5|1|Tea", "+1|5|1|Green"], join.Push(1, Products, ([1, "Tea"], -1), ([1, "Green"], 1)));
        Assert.Empty(join.End());
    }

    [Fact]
    public void Null_keys_have_no_partner_and_are_not_kept()
    {
        using var join = New(JoinKind.Full);
        Assert.Equal(["+∅|5|∅|∅"], join.Push(0, Sales, ([null, 5], 1)));
        Assert.Equal(["+∅|∅|∅|Tea"], join.Push(1, Products, ([null, "Tea"], 1)));
        Assert.Equal(["-∅|5|∅|∅"], join.Push(0, Sales, ([null, 5], -1)));
        Assert.Empty(join.End());
        Assert.All(join.State, s => Assert.Equal(0, s.Log.LiveCount));
    }

    [Fact]
    public void Existence_of_a_partner_gives_each_row_as_often_as_it_is_there()
    {
        using var exists = New(JoinKind.Semi);
        using var without = New(JoinKind.Anti);
        foreach (var join in (PartnerOperator[])[exists, without])
        {
            join.Push(1, Products, ([1, "Tea"], 1), ([1, "Mate"], 1));
            join.Push(0, Sales, ([1, 5], 1), ([1, 5], 1), ([2, 6], 1));
        }

        Assert.Equal(["+1|5", "+1|5"], exists.End());
        Assert.Equal(["+2|6"], without.End());
        exists.Push(1, Products, ([1, "Tea"], -1));
        Assert.Empty(exists.End());
        exists.Push(1, Products, ([1, "Mate"], -1));
        Assert.Equal(["-1|5", "-1|5"], exists.End());
        Assert.Equal(["+∅|1"], without.Push(0, Sales, ([null, 1], 1)));
        Assert.Empty(exists.Push(0, Sales, ([null, 1], 1)));
    }

    [Fact]
    public void Withdrawal_that_is_never_answered_names_operator_side_and_row()
    {
        using var join = New(JoinKind.Anti);
        join.Push(0, Sales, ([1, 5], -1));
        var error = Assert.Throws<InconsistentChangeException>(() => join.End());
        Assert.Contains("not-exists: a row of the left input was withdrawn that was never added: key (product=1), other columns (qty=5)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_rows_of_one_key_come_in_pieces()
    {
        using var join = New(JoinKind.Left);
        for (var i = 0; i < 3; i++)
        {
            join.Push(0, Sales, [.. Enumerable.Range(0, 3000).Select(n => ((object?[])[1, n], 1))]);
        }

        Assert.Equal(9000, join.End().Count);
        join.Push(1, Products, ([1, "Tea"], 1));
        Assert.Equal(9000, join.End().Count);
    }

    private static PartnerOperator New(JoinKind kind) =>
        new(kind.Word(), new Schema(NaiveRows.JoinFields(kind, Sales, Products)), kind, Sales, Products, [0], [0]);
}
