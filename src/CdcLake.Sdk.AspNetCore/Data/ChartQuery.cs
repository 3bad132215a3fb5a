using CdcLake.AspNetCore.Api;
using Microsoft.AspNetCore.Http;

namespace CdcLake.AspNetCore.Data;

/// <summary>What a chart shows: one value for each value of a column, the largest ones or the first ones.</summary>
/// <param name="X">Column whose values are the categories; null for one value over all rows.</param>
/// <param name="Y">Column that is added up; null where rows are counted.</param>
/// <param name="Aggregate">How.</param>
/// <param name="ByValue">Largest values first, else in the order of the categories.</param>
/// <param name="Top">Categories that are shown.</param>
internal sealed record ChartQuery(string? X, string? Y, string Aggregate, bool ByValue, int Top)
{
    public static ChartQuery Of(HttpContext context)
    {
        var aggregate = context.Word("agg", "sum", "avg", "min", "max", "count");
        var y = context.Text("y");
        return y is null && aggregate != "count"
            ? throw Requests.Bad("y", "it names the column of the values; only a count needs none")
            : new ChartQuery(context.Text("x"), y, aggregate, context.Word("sort", "value", "x") == "value", context.Number("top", 20, 1, 500));
    }

    /// <summary>The columns to read.</summary>
    public IReadOnlyList<string> ColumnsOf(TableInfo table)
    {
        foreach (var (column, parameter) in new[] { (X, "x"), (Y, "y") })
        {
            if (column is not null && !table.Columns.Any(c => c.Name == column))
            {
                throw ResultRows.NoColumn(parameter, table.Columns);
            }
        }

        IReadOnlyList<string> wanted = [.. new[] { X, Y }.OfType<string>().Distinct()];
        return wanted.Count > 0 ? wanted : [table.Columns[0].Name];
    }

    /// <summary>The points of the chart, and how many categories there are in all.</summary>
    public (IReadOnlyList<ChartPoint> Points, int Categories) Draw(ResultRows rows)
    {
        var x = X is null ? -1 : rows.IndexOf(X, "x");
        var y = Y is null ? -1 : rows.IndexOf(Y, "y");
        if (y >= 0 && Aggregate != "count" && rows.Columns[y].Kind != "number")
        {
            throw Requests.Bad("y", $"{Aggregate} takes a column of numbers; {Y} is {rows.Columns[y].Type}");
        }

        var groups = new Dictionary<string, (object? X, Tally Tally)>(StringComparer.Ordinal);
        foreach (var row in rows.Rows)
        {
            var category = x < 0 ? null : row[x];
            var key = category is null ? "" : "=" + Cells.Text(category);
            if (!groups.TryGetValue(key, out var group))
            {
                groups.Add(key, group = (category, new Tally()));
            }

            group.Tally.Add(y < 0 ? 1 : row[y], isCounted: Aggregate == "count");
        }

        var points = groups.Values.Select(g => new ChartPoint(g.X, g.Tally.Value(Aggregate)));
        points = ByValue ? points.OrderByDescending(p => p.Y ?? double.NegativeInfinity).ThenBy(p => p.X, Order) : points.OrderBy(p => p.X, Order);
        return ([.. points.Take(Top)], groups.Count);
    }

    private static Comparer<object?> Order { get; } = Comparer<object?>.Create(Cells.Compare);
}

/// <summary>A point of a chart.</summary>
/// <param name="X">Its category.</param>
/// <param name="Y">Its value; null where all values are.</param>
internal sealed record ChartPoint(object? X, double? Y);
