using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Flink.Sql;

/// <summary>Aggregates in Flink SQL, with the types and the digits that MySQL gives them.</summary>
internal static class AggregateSql
{
    private const string NoOrder = "texts are put together in an order, and Flink's LISTAGG has none: it takes rows as they come. Aggregate them where the table is read";

    /// <summary>One call: a value, or those of a packed column.</summary>
    /// <param name="place">The operator.</param>
    /// <param name="call">The call.</param>
    /// <param name="input">What it aggregates; null for rows.</param>
    /// <param name="field">Column of the result.</param>
    /// <param name="row">What tells real rows from the one that is always there; null where there is none.</param>
    public static IReadOnlyList<SqlValue> Of(Place place, AggregateCall call, IReadOnlyList<SqlValue>? input, Field field, SqlValue? row) =>
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
            case AggregateKind.PercentileCont or AggregateKind.PercentileDisc:
                throw place.Refuse($"{call.Kind} of \"{field.Name}\"", "Flink has no exact percentiles over rows that come and go. Compute them where the table is read");
            case AggregateKind.Collect:
                throw place.Refuse($"{call.Kind} of \"{field.Name}\"", NoOrder);
            default:
                throw place.Refuse($"{call.Kind} of \"{field.Name}\"", "Flink's deviations and variances lose digits as rows come and go. Compute them from sums where the table is read");
        }
    }

    private static SqlValue Exact(SqlValue value) => value.Type.Kind == TypeKind.Decimal ? value : value.To(FlinkTypes.AsDecimal(value.Type));
}
