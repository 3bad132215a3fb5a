using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Planning;

// Measured over a million rows and over a million groups: a record has a header, the lengths of its values and its place in an index beside its columns.

/// <summary>What operators keep, in bytes, for people: how much a row or a group takes, texts beside that as long as they are.</summary>
internal static class StateEstimate
{
    private const int RowOverhead = 34;
    private const int GroupOverhead = 44;
    private const int Sum = 24;
    private const int WideSum = 40;
    private const int FloatSum = 280;
    private const int Spread = 72;
    private const int FloatSpread = 552;
    private const int Counter = 8;

    /// <summary>A row that a join or an order keeps.</summary>
    public static string OfRow(Schema schema) => Text(RowOverhead, schema.Fields, "a row");

    /// <summary>A group, and what its aggregates keep of each value.</summary>
    public static string OfGroup(Schema input, IReadOnlyList<int> key, IReadOnlyList<AggregateCall> calls)
    {
        var sums = calls.Where(c => c.Kind is AggregateKind.Sum or AggregateKind.Average).Select(c => c.Input).Distinct().ToList();
        var counts = calls.Where(c => c.Kind == AggregateKind.Count && c.Input >= 0).Select(c => c.Input).Distinct().Except(sums).Count();
        var spreads = calls.Where(c => c.Kind is >= AggregateKind.VarPop and <= AggregateKind.StdDevSamp).Select(c => c.Input).Distinct().Sum(s => CommonTypes.IsFloat(input[s].Type) ? FloatSpread : Spread);
        var values = calls.Where(c => c.Kind is AggregateKind.Min or AggregateKind.Max or AggregateKind.CountDistinct or AggregateKind.Collect || c.IsPercentile).DistinctBy(c => c.IsPercentile ? (AggregateKind.PercentileCont, c.Input) : (c.Kind, c.Input)).ToList();
        var bytes = GroupOverhead + sums.Sum(s => Counter + OfSum(input[s].Type)) + spreads + ((counts + values.Count) * Counter);
        var group = Text(bytes, key.Select(k => input[k]), "a group");
        var kept = values.Select(v => Text(RowOverhead, [input[v.Input]], $"a different value of {input[v.Input].Name} in it")).Distinct();
        return string.Join(", ", kept.Prepend(group));
    }

    private static int OfSum(DataType type) => type.Storage switch
    {
        StorageKind.Float32 or StorageKind.Float64 => FloatSum - Counter,
        StorageKind.Int128 => WideSum - Counter,
        _ => Sum - Counter,
    };

    private static string Text(int overhead, IEnumerable<Field> fields, string what)
    {
        var (bytes, hasTexts) = (overhead, false);
        foreach (var field in fields)
        {
            bytes += Width(field.Type);
            hasTexts |= field.Type.Storage == StorageKind.Bytes;
        }

        return string.Create(CultureInfo.InvariantCulture, $"about {bytes} bytes {(hasTexts ? "and its texts " : "")}{what}");
    }

    private static int Width(DataType type) => type.Storage switch
    {
        StorageKind.Byte => 1,
        StorageKind.Int32 or StorageKind.Float32 => 4,
        StorageKind.Int128 => 16,
        StorageKind.Bytes => 1,
        _ => 8,
    };
}
