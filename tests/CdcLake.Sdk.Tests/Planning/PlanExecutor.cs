using System.Numerics;
using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Planning;
using CdcLake.Planning.Binding;
using CdcLake.Tests.Expressions;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.Planning;

/// <summary>Runs a bound plan from scratch over whole tables, naively: joins by nested loops, groups by dictionaries of text. Kernels are the real ones.</summary>
internal sealed class PlanExecutor(BoundPlan plan, IReadOnlyDictionary<string, object?[][]> tables)
{
    /// <summary>The rows a sink would hold, as text, sorted.</summary>
    public List<string> Result(int sink = 0) => [.. Rows(plan.Sinks[sink].Input).Select(Text).Order(StringComparer.Ordinal)];

    public static string Text(IEnumerable<object?> row) => string.Join("|", row.Select(v => v?.ToString() ?? "null"));

    private List<object?[]> Rows(PlanNode node)
    {
        var rows = node switch
        {
            TableNode table => Table(table),
            FilterNode filter => Filter(filter),
            ProjectNode project => Project(project),
            JoinNode join => Join(join),
            AggregateNode aggregate => Aggregate(aggregate),
            UnionNode union => [.. Rows(union.Left), .. Rows(union.Right)],
            TopNode top => NaiveRows.Top(Rows(top.Input), r => Text(top.Key.Select(k => r[k])), top.Order, top.Descending, top.Count, Compare),
            RowsNode called => Called(called),
            _ => throw new NotSupportedException(),
        };
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length; i++)
            {
                Assert.True(row[i] is not null || node.Schema[i].Nullable, $"{node.Name}.{node.Schema[i].Name} is null");
            }
        }

        return rows;
    }

    private List<object?[]> Table(TableNode node)
    {
        var capture = plan.Captures[node.Table];
        Assert.Equal(capture.Schema, node.Schema);
        return [.. tables[capture.Table.Name].Select(r => capture.Columns.Select(c => r[c]).ToArray())];
    }

    private List<object?[]> Filter(FilterNode node)
    {
        var rows = Rows(node.Input);
        using var batch = Batches.Of(node.Input.Schema, rows);
        var selected = new int[rows.Count];
        var count = node.Predicate().Select(batch, selected);
        return [.. selected.Take(count).Select(r => rows[r])];
    }

    private List<object?[]> Project(ProjectNode node)
    {
        var rows = Rows(node.Input);
        using var batch = Batches.Of(node.Input.Schema, rows);
        var columns = node.Projection().Evaluate(batch);
        Assert.Equal(node.Schema.Fields.Select(f => f.Type), columns.Select(c => c.Type));
        return [.. Enumerable.Range(0, rows.Count).Select(r => columns.Select(c => Batches.Value(c, r)).ToArray())];
    }

    private List<object?[]> Called(RowsNode node)
    {
        var rows = Rows(node.Input);
        using var batch = Batches.Of(node.Input.Schema, rows);
        var columns = node.Rows(node.Name).Evaluate(batch);
        return [.. Enumerable.Range(0, rows.Count).Select(r => columns.Select(c => Batches.Value(c, r)).ToArray())];
    }

    private List<object?[]> Join(JoinNode node)
    {
        var columns = (node.Left.Schema.Count, node.Right.Schema.Count);
        Assert.Equal(node.Schema.Count, NaiveRows.JoinFields(node.Kind, node.Left.Schema, node.Right.Schema).Count());
        foreach (var (l, r) in node.LeftKey.Zip(node.RightKey))
        {
            Assert.Equal(node.Left.Schema[l].Type, node.Right.Schema[r].Type);
        }

        bool Match(object?[] l, object?[] r) => node.LeftKey.Zip(node.RightKey).All(k => l[k.First] is not null && Equals(l[k.First], r[k.Second]));
        return NaiveRows.Join(node.Kind, Rows(node.Left), Rows(node.Right), Match, columns);
    }

    private static int Compare(object a, object b) => a is string s ? string.CompareOrdinal(s, (string)b) : Comparer<object>.Default.Compare(a, b);

    private List<object?[]> Aggregate(AggregateNode node)
    {
        var rows = Rows(node.Input);
        var groups = node.Key.Count == 0 ? [rows] : rows.GroupBy(r => Text(node.Key.Select(k => r[k]))).Select(g => g.ToList());
        return [.. groups.Select(g => (object?[])[.. node.Key.Select(k => g[0][k]), .. node.Calls.Select(c => Call(node, c, g))])];
    }

    private static object? Call(AggregateNode node, AggregateCall call, List<object?[]> rows)
    {
        if (call.Input < 0)
        {
            return (BigInteger)rows.Count;
        }

        var values = rows.Select(r => r[call.Input]).Where(v => v is not null).ToList();
        if (call.Kind == AggregateKind.Count)
        {
            return (BigInteger)values.Count;
        }

        if (call.Kind == AggregateKind.CountDistinct)
        {
            return (BigInteger)values.Distinct().Count();
        }

        if (values.Count == 0)
        {
            return null;
        }

        if (call.Kind is AggregateKind.Min or AggregateKind.Max)
        {
            var sorted = values.Order(Comparer<object?>.Create((a, b) => Compare(a!, b!))).ToList();
            return call.Kind == AggregateKind.Min ? sorted[0] : sorted[^1];
        }

        if (values[0] is double)
        {
            var sum = values.Sum(v => (double)v!);
            return call.Kind == AggregateKind.Sum ? sum : sum / values.Count;
        }

        var total = values.Aggregate(BigInteger.Zero, (a, v) => a + (BigInteger)v!);
        if (call.Kind == AggregateKind.Sum)
        {
            return total;
        }

        var scaled = total * BigInteger.Pow(10, call.Result.Scale - node.Input.Schema[call.Input].Type.Scale);
        var quotient = BigInteger.DivRem(BigInteger.Abs(scaled), values.Count, out var rest);
        var isCutOff = call.Result.Scale > 0 && call.Result.Scale % 9 == 0; // as MySQL does at whole words of digits
        quotient += !isCutOff && rest * 2 >= values.Count ? 1 : 0;
        return scaled < 0 ? -quotient : quotient;
    }
}
