using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Expressions.Binding;
using CdcLake.Expressions.Kernels;
using FsCheck;
using FsCheck.Fluent;

namespace CdcLake.Tests.Expressions;

public sealed class KernelProperties
{
    [Fact]
    public void Kernels_equal_the_row_at_a_time_evaluator() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), Holds)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(1200));

    [Fact]
    public void Predicates_keep_exactly_the_rows_that_are_true() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), PredicateHolds)
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static BoundColumn Resolve(ColumnExpr column)
    {
        var ordinal = RandomExpressions.Schema.IndexOf(column.Name);
        return new BoundColumn(ordinal, RandomExpressions.Schema[ordinal]);
    }

    private static void Holds(int seed)
    {
        var random = new RandomExpressions(seed);
        var bound = new List<BoundExpr>();
        try
        {
            for (var i = 0; i < 3; i++)
            {
                bound.Add(new ExprBinder(Resolve).Bind(random.Next(4)));
            }
        }
        catch (ArithmeticOverflowException)
        {
            return; // constants alone overflow: refused when the plan is bound
        }

        var schema = new Schema(bound.Select((b, i) => new Field($"c{i}", b.Type, b.Nullable)));
        var projection = new ProgramProjection(schema, bound);
        for (var round = 0; round < 2; round++)
        {
            Check(bound, projection, random.Rows());
        }
    }

    private static void Check(List<BoundExpr> bound, ProgramProjection projection, List<object?[]> rows)
    {
        using var batch = Batches.Of(RandomExpressions.Schema, rows);
        object?[][]? expected = null;
        try
        {
            expected = [.. rows.Select(r => bound.Select(b => NaiveEvaluator.Evaluate(b, r)).ToArray())];
        }
        catch (OverflowException)
        {
        }

        if (expected is null)
        {
            Assert.Throws<ArithmeticOverflowException>(() => projection.Evaluate(batch));
            return;
        }

        var columns = projection.Evaluate(batch);
        for (var c = 0; c < columns.Length; c++)
        {
            Assert.Equal(bound[c].Type, columns[c].Type);
            Assert.Equal(rows.Count, columns[c].Count);
            Assert.True(Batches.NullsAreZero(columns[c]), bound[c].Text);
            for (var r = 0; r < rows.Count; r++)
            {
                var value = Batches.Value(columns[c], r);
                Assert.True(Equals(expected[r][c], value), $"{bound[c].Text}: {value ?? "null"} instead of {expected[r][c] ?? "null"}, {bound[c].Key}");
                Assert.True(value is not null || bound[c].Nullable, bound[c].Text);
            }

            columns[c].Return();
        }
    }

    private static void PredicateHolds(int seed)
    {
        var random = new RandomExpressions(seed);
        var expression = random.Next(4);
        if (expression.Type != typeof(bool) && expression.Type != typeof(bool?))
        {
            expression = new CallExpr(ScalarOp.IsNotNull, expression, typeof(bool));
        }

        var rows = random.Rows();
        using var batch = Batches.Of(RandomExpressions.Schema, rows);
        List<int> expected;
        BoundExpr bound;
        try
        {
            bound = new ExprBinder(Resolve).BindCondition(expression);
            expected = [.. Enumerable.Range(0, rows.Count).Where(r => NaiveEvaluator.Evaluate(bound, rows[r]) is true)];
        }
        catch (Exception e) when (e is OverflowException or ArithmeticOverflowException)
        {
            return;
        }

        var selected = new int[rows.Count];
        var count = new ProgramPredicate(bound).Select(batch, selected);
        Assert.Equal(expected, selected[..count]);
    }
}
