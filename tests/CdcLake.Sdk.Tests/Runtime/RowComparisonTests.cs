using System.Text;
using CdcLake.Columnar;
using CdcLake.Runtime;

namespace CdcLake.Tests.Runtime;

public sealed class RowComparisonTests
{
    private static readonly Schema Columns = new([new Field("id", DataType.Int64, Nullable: false), new Field("name", DataType.String, Nullable: true)]);

    [Fact]
    public void Same_rows_in_another_order_do_not_differ()
    {
        using var comparison = new RowComparison(Columns, [0]);
        Take(comparison.Sum, true, (1, "a"), (2, null), (3, "c"));
        Take(comparison.Sum, false, (3, "c"), (1, "a"), (2, null));
        Assert.Equal(0, comparison.DifferingRanges);
        Assert.False(comparison.BeginLook());
        Assert.Empty(comparison.Differences());
    }

    [Fact]
    public void Rows_that_are_missing_extra_or_different_are_named()
    {
        var text = new string('x', 100);
        (long, string?)[] source = [(1, "a"), (2, "b"), (4, text + "1"), (5, null)];
        (long, string?)[] target = [(1, "a"), (3, "c"), (4, text + "2"), (5, "")];
        using var comparison = new RowComparison(Columns, [0]);
        Take(comparison.Sum, true, source);
        Take(comparison.Sum, false, target);
        Assert.Equal(4, comparison.DifferingRanges);
        Assert.True(comparison.BeginLook());
        Take(comparison.Look, true, source);
        Take(comparison.Look, false, target);
        var found = comparison.Differences();
        Assert.Equal(
            [("id=2", SinkDifferenceKind.Missing), ("id=3", SinkDifferenceKind.Extra), ("id=4", SinkDifferenceKind.Different), ("id=5", SinkDifferenceKind.Different)],
            found.Select(d => (d.Key, d.Kind)));
        Assert.StartsWith("name: \"xxx", Assert.Single(found[2].Columns), StringComparison.Ordinal);
        Assert.Equal("name: null at the source, \"\" in the target", Assert.Single(found[3].Columns));
    }

    private static void Take(Action<ChangeBatch, bool> take, bool isSource, params (long Id, string? Name)[] rows)
    {
        using var batch = new ChangeBatch(Columns);
        foreach (var (id, name) in rows)
        {
            batch.Fixed<long>(0).Append(id);
            if (name is null)
            {
                batch[1].AppendNull();
            }
            else
            {
                batch.Bytes(1).Append(Encoding.UTF8.GetBytes(name));
            }

            batch.AppendWeight(1);
        }

        take(batch, isSource);
    }
}
