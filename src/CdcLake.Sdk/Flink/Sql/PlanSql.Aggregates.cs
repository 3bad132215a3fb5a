using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Planning;

namespace CdcLake.Flink.Sql;

internal sealed partial class PlanSql
{
    private const string Row = "(row)";
    private const string NoOrder = "texts are put together in an order, and Flink's LISTAGG has none: it takes rows as they come. Aggregate them where the table is read";

    Query IPlanVisitor<Query>.Aggregate(AggregateNode node)
    {
        var input = Ungrouped(node.Input);
        var keys = node.Key.SelectMany(k => input.Columns[k]).ToList();
        if (keys.Any(k => k.Form == SqlForm.Literal))
        {
            input = Wrapped(input, node.Input); // a number in GROUP BY would be a place in the list of columns
            keys = [.. node.Key.SelectMany(k => input.Columns[k])];
        }

        SqlValue? row = null;
        if (node.Key.Count == 0)
        {
            (input, row) = WithOneRow(node, input);
        }

        var place = PlaceOf(node);
        var calls = node.Calls.Select((c, i) => Calls(place, c, c.Input < 0 ? null : input.Columns[c.Input], node.Schema[node.Key.Count + i], row));
        return input with { Columns = [.. node.Key.Select(k => input.Columns[k]), .. calls], GroupBy = [.. keys.Select(k => k.Text)] };
    }

    /// <summary>
    /// Input of one group over everything, which is there while there are no rows too: in Flink it appears with the first row and goes with the last. A row of nulls that is always there keeps it;
    /// real rows are counted by a column that is null in it.
    /// </summary>
    private (Query Input, SqlValue Row) WithOneRow(AggregateNode node, Query input)
    {
        string[] names = [.. SchemaNames.Of(node.Input.Schema), Row];
        var marked = input with { Columns = [.. input.Columns, [new SqlValue("TRUE", DataType.Boolean, SqlForm.Literal)]] };
        var nothing = new Query("(VALUES (0)) AS `none` (`n`)", [.. marked.Columns.Select(c => (IReadOnlyList<SqlValue>)[.. c.Select(v => new SqlValue("NULL", v.Type).Cast(v.Type))])]);
        var all = marked.Of($"({marked.Select(names)} UNION ALL {nothing.Select(names)})", names, Alias("u"));
        return (all with { Columns = [.. all.Columns.SkipLast(1)] }, all.Columns[^1][0]);
    }

    private static IReadOnlyList<SqlValue> Calls(Place place, AggregateCall call, IReadOnlyList<SqlValue>? input, Field field, SqlValue? row) =>
        input is null || input.Count == 1 ? [Call(place, call, input?[0], field, row)]
        : call.Kind is AggregateKind.Min or AggregateKind.Max ? [.. input.Select(v => Call(place, call, v, field, row))]
        : throw place.Refuse($"{call.Kind} of \"{field.Name}\"", NoOrder);

    private static SqlValue Call(Place place, AggregateCall call, SqlValue? input, Field field, SqlValue? row)
    {
        switch (call.Kind)
        {
            case AggregateKind.Count:
                return new SqlValue(input is { } counted ? $"COUNT({counted.Text})" : row is { } real ? $"COUNT({real.Text})" : "COUNT(*)", DataType.Int64);
            case AggregateKind.CountDistinct:
                return new SqlValue($"COUNT(DISTINCT {input!.Value.Text})", DataType.Int64);
            case AggregateKind.Sum when CommonTypes.IsFloat(call.Result):
                place.Warn($"sums of floating-point numbers ({field.Name}) drift as rows come and go: Flink subtracts what it added, and the last bits remain.");
                return new SqlValue($"SUM({input!.Value.To(call.Result).Text})", call.Result);
            case AggregateKind.Sum when call.Result.Kind == TypeKind.Int64:
                return new SqlValue($"SUM({input!.Value.To(call.Result).Text})", call.Result);
            case AggregateKind.Sum:
                return new SqlValue($"SUM({Exact(input!.Value).Text})", DataType.Decimal(DataType.MaxDecimalPrecision, input.Value.Type.Scale)).To(call.Result);
            case AggregateKind.Average when CommonTypes.IsFloat(call.Result):
                return new SqlValue($"AVG({input!.Value.To(call.Result).Text})", call.Result);
            case AggregateKind.Average:
                return new DecimalDivision(place, field.Name).Mean(input!.Value, call.Result);
            case AggregateKind.Min or AggregateKind.Max when input!.Value.Type.Kind != TypeKind.Binary:
                return new SqlValue($"{(call.Kind == AggregateKind.Min ? "MIN" : "MAX")}({input.Value.Text})", input.Value.Type);
            case AggregateKind.Min or AggregateKind.Max:
                throw place.Refuse($"{call.Kind} of \"{field.Name}\"", "Flink compares no binary values. Leave them out, or compare a text");
            case AggregateKind.Collect:
                throw place.Refuse($"{call.Kind} of \"{field.Name}\"", NoOrder);
            default:
                throw place.Refuse($"{call.Kind} of \"{field.Name}\"", "Flink's deviations and variances lose digits as rows come and go. Compute them from sums where the table is read");
        }
    }

    private static SqlValue Exact(SqlValue value) => value.Type.Kind == TypeKind.Decimal ? value : value.To(FlinkTypes.AsDecimal(value.Type));
}
