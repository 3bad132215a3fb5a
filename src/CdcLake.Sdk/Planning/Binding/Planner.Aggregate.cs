using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Expressions.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Binding;

internal sealed partial class Planner
{
    private const int MaxAverageScale = 30;
    private const int AverageDigits = 4;

    public BoundStream Aggregate(LogicalAggregate aggregate)
    {
        var input = _bound[aggregate.Input];
        var wanted = _read[aggregate];
        var calls = aggregate.Calls.Where(c => wanted.Contains(c.Name)).ToList();
        var binder = input.Binder;
        var keys = aggregate.Keys.Select(k => (k.Name, Value: binder.Bind(k.Value))).ToList();
        var values = calls.Select(c => c.Argument is null ? null : Argument(binder, c)).ToList();
        var groups = new TextGroups(input, [.. keys.Select(k => k.Value)]);
        var arguments = calls.Select((c, i) => values[i] is { } value ? TextKeys.Argument(c.Kind, value) : null).ToList();
        var (source, ordinals) = Columns(input, [.. groups.Keys, .. arguments, .. groups.Spelling is { } spelling ? [spelling] : Array.Empty<BoundExpr?>()]);

        var fields = new List<Field>();
        for (var i = 0; i < keys.Count; i++)
        {
            fields.Add(BoundStream.FieldOf(keys[i].Name, groups.Keys[i]));
        }

        var bound = new List<AggregateCall>();
        for (var i = 0; i < calls.Count; i++)
        {
            var call = new AggregateCall(calls[i].Kind, ordinals[keys.Count + i], ResultType(calls[i], arguments[i]), calls[i].Fraction);
            bound.Add(call);
            var labels = call.Kind is AggregateKind.Min or AggregateKind.Max or AggregateKind.PercentileDisc ? arguments[i]!.Labels : [];
            fields.Add(new Field(calls[i].Name, call.Result, IsNullable(call.Kind, arguments[i], keys.Count))
            {
                Labels = labels,
                ShownScale = calls[i].IsWhole ? ShownType(calls[i], arguments[i]).Scale : null,
            });
        }

        if (groups.Spelling is not null)
        {
            fields.Add(TextGroups.SpellingField(fields.Select(f => f.Name)));
            bound.Add(TextGroups.SpellingCall(ordinals[^1]));
        }

        var schema = new Schema(fields);
        var meaning = calls.Select((c, i) => $"{c.Kind}({arguments[i]?.Key ?? "*"}){Percent(c)}:{bound[i].Result}").ToList();
        var fingerprint = NodeFactory.Hash(["aggregate/3", source.Fingerprint, .. groups.Keys.Select(k => k.Key), "=>", .. meaning]);
        var text = keys.Count == 0 ? "all rows" : "by " + string.Join(", ", groups.Keys.Select(k => k.Text));
        var node = _nodes.Add(
            $"aggregate({input.Stem})", schema, fingerprint, $"{text}: {(calls.Count == 0 ? "nothing" : string.Join(", ", calls.Select(c => c.Name)))}",
            n => new AggregateNode(n, schema, fingerprint, source, ordinals.Take(keys.Count).ToList(), bound));
        var names = fields.Take(keys.Count + calls.Count).Select((f, i) => (f.Name, i)).ToDictionary(f => new ColumnName(0, f.Name), f => f.i);
        var stream = new BoundStream(node, node.Name, names, [.. keys.Select(k => new ColumnName(0, k.Name))]);
        var shown = keys.Select((k, i) => (k.Name, Value: groups.Shown(i, schema, keys.Count + calls.Count)))
            .Concat(calls.Select((c, i) => (c.Name, Value: Result(c, arguments[i], new BoundColumn(keys.Count + i, schema[keys.Count + i]))))).ToList();
        return shown.TrueForAll(s => s.Value is BoundColumn) ? stream : stream with { Node = ProjectNode(stream, shown) };
    }

    private static string Percent(LogicalCall call) => call.Kind is AggregateKind.PercentileCont or AggregateKind.PercentileDisc ? "%" + call.Fraction.ToString(CultureInfo.InvariantCulture) : "";

    private static BoundExpr Result(LogicalCall call, BoundExpr? argument, BoundColumn column) =>
        call.Argument is CallExpr { Op: ScalarOp.InOrder } texts ? TextLists.Result(texts, (BoundPack)argument!, column) : TextKeys.Result(argument, column);

    /// <summary>The input with every value as a column: itself where they all are columns, else a projection. −1 stands for no value.</summary>
    private (PlanNode Node, List<int> Ordinals) Columns(BoundStream input, IReadOnlyList<BoundExpr?> values)
    {
        if (values.All(v => v is null or BoundColumn))
        {
            return (input.Node, values.Select(v => v is BoundColumn column ? column.Ordinal : -1).ToList());
        }

        var columns = new List<(string Name, BoundExpr Value)>();
        var ordinals = new List<int>();
        foreach (var value in values)
        {
            var position = value is null ? -1 : columns.FindIndex(c => c.Value.Key == value.Key);
            if (value is not null && position < 0)
            {
                position = columns.Count;
                columns.Add((Unique(value.Text, columns.Select(c => c.Name)), value));
            }

            ordinals.Add(position);
        }

        return (ProjectNode(input, columns), ordinals);
    }

    /// <summary>Counts are never null; the others are where a value may be, and where there may be no row.</summary>
    private static bool IsNullable(AggregateKind kind, BoundExpr? argument, int keys) =>
        kind is not (AggregateKind.Count or AggregateKind.CountDistinct) && (keys == 0 || argument!.Nullable || kind is AggregateKind.VarSamp or AggregateKind.StdDevSamp);

    private static BoundExpr Argument(ExprBinder binder, LogicalCall call) =>
        call.Argument is CallExpr { Op: ScalarOp.InOrder } texts ? TextLists.Argument(binder, texts)
        : call.Kind is AggregateKind.Sum or AggregateKind.Average or AggregateKind.PercentileCont or (>= AggregateKind.VarPop and <= AggregateKind.StdDevSamp) ? binder.BindNumber(call.Argument!) : binder.Bind(call.Argument!);

    /// <summary>Type of a call's column: of a mean inside of an expression with all digits, where they fit.</summary>
    private static DataType ResultType(LogicalCall call, BoundExpr? argument) =>
        call.IsWhole && !CommonTypes.IsFloat(argument!.Type) && DecimalRules.WholeMean(DecimalRules.Of(argument.Type)) is { } whole ? whole : ShownType(call, argument);

    private static DataType ShownType(LogicalCall call, BoundExpr? argument)
    {
        if (argument is null || call.Kind is AggregateKind.Count or AggregateKind.CountDistinct)
        {
            return DataType.Int64;
        }

        var type = argument.Type;
        if (call.Kind is AggregateKind.Min or AggregateKind.Max or AggregateKind.Collect or AggregateKind.PercentileDisc)
        {
            return type;
        }

        if (CommonTypes.IsFloat(type) || call.Kind is >= AggregateKind.VarPop and <= AggregateKind.StdDevSamp)
        {
            return DataType.Float64;
        }

        var isExactSum = call.Kind == AggregateKind.Sum;
        if (isExactSum && type.IsInteger && type.Kind != TypeKind.UInt64)
        {
            return DataType.Int64;
        }

        return DataType.Decimal(DataType.MaxDecimalPrecision, isExactSum ? type.Scale : Math.Min(type.Scale + AverageDigits, MaxAverageScale));
    }
}
