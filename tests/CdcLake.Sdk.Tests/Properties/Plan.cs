using System.Numerics;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Tests.Properties;

/// <summary>A plan for tests: says its schema and computes its result naively from whole tables.</summary>
internal abstract record Plan(Schema Schema)
{
    public abstract List<object?[]> Evaluate(IReadOnlyList<List<object?[]>> tables);

    /// <summary>Sorted like the library sorts: numbers by value, text by bytes.</summary>
    public static int Compare(object a, object b) => a is string s ? string.CompareOrdinal(s, (string)b) : ((IComparable)a).CompareTo(b);
}

internal sealed record TablePlan(Schema Schema, int Table) : Plan(Schema)
{
    public override List<object?[]> Evaluate(IReadOnlyList<List<object?[]>> tables) => tables[Table];

    public override string ToString() => $"t{Table}";
}

/// <summary>Keeps rows whose column is not null and has an even (or odd) fingerprint.</summary>
internal sealed record FilterPlan(Plan Input, int Column, bool Even) : Plan(Input.Schema)
{
    public bool Keeps(object? value) => value is not null && (StableHash(value) % 2 == 0) == Even;

    public override List<object?[]> Evaluate(IReadOnlyList<List<object?[]>> tables) => [.. Input.Evaluate(tables).Where(r => Keeps(r[Column]))];

    public override string ToString() => $"filter({Input}, c{Column} {(Even ? "even" : "odd")})";

    private static int StableHash(object value) => Cells.Text([value]).Sum(c => c);
}

/// <summary>Picks and repeats columns.</summary>
internal sealed record ProjectPlan(Plan Input, IReadOnlyList<int> Columns)
    : Plan(new Schema(Columns.Select((c, i) => Input.Schema[c] with { Name = $"p{i}" })))
{
    public override List<object?[]> Evaluate(IReadOnlyList<List<object?[]>> tables) =>
        [.. Input.Evaluate(tables).Select(r => Columns.Select(c => r[c]).ToArray())];

    public override string ToString() => $"project({Input}, [{string.Join(",", Columns)}])";
}

internal sealed record JoinPlan(JoinKind Kind, Plan Left, Plan Right, IReadOnlyList<int> LeftKey, IReadOnlyList<int> RightKey)
    : Plan(new Schema(NaiveRows.JoinFields(Kind, Left.Schema, Right.Schema).Select((f, i) => f with { Name = $"j{i}" })))
{
    public override List<object?[]> Evaluate(IReadOnlyList<List<object?[]>> tables) =>
        NaiveRows.Join(Kind, Left.Evaluate(tables), Right.Evaluate(tables), Matches, (Left.Schema.Count, Right.Schema.Count));

    public override string ToString() => $"{Kind} join({Left}, {Right}, [{string.Join(",", LeftKey)}] = [{string.Join(",", RightKey)}])";

    private bool Matches(object?[] left, object?[] right)
    {
        for (var i = 0; i < LeftKey.Count; i++)
        {
            if (left[LeftKey[i]] is not { } value || !value.Equals(right[RightKey[i]]))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>The rows of two inputs of the same types.</summary>
internal sealed record UnionPlan(Plan Left, Plan Right) : Plan(Left.Schema)
{
    public override List<object?[]> Evaluate(IReadOnlyList<List<object?[]>> tables) => [.. Left.Evaluate(tables), .. Right.Evaluate(tables)];

    public override string ToString() => $"union({Left}, {Right})";
}

/// <summary>The first rows of each group.</summary>
internal sealed record TopPlan(Plan Input, IReadOnlyList<int> Key, IReadOnlyList<int> Order, bool Descending, int Count) : Plan(Input.Schema)
{
    public override List<object?[]> Evaluate(IReadOnlyList<List<object?[]>> tables) =>
        NaiveRows.Top(Input.Evaluate(tables), r => Cells.Text(Key.Select(k => r[k])), Order, Descending, Count, Compare);

    public override string ToString() =>
        $"top({Input}, {(Descending ? "last" : "first")} {Count} of [{string.Join(",", Key)}] by [{string.Join(",", Order)}])";
}

internal sealed record AggregatePlan(Plan Input, IReadOnlyList<int> Key, IReadOnlyList<AggregateCall> Calls)
    : Plan(new Schema(Key.Select((k, i) => Input.Schema[k] with { Name = $"k{i}" })
        .Concat(Calls.Select((c, i) => new Field($"a{i}", c.Result, true)))))
{
    public override List<object?[]> Evaluate(IReadOnlyList<List<object?[]>> tables)
    {
        var rows = Input.Evaluate(tables);
        return Key.Count == 0 ? [Row(rows)] : [.. rows.GroupBy(r => Cells.Text(Key.Select(k => r[k]))).Select(g => Row([.. g]))];
    }

    public override string ToString() => $"aggregate({Input}, [{string.Join(",", Key)}], [{string.Join(",", Calls.Select(c => $"{c.Kind}({c.Input})"))}])";

    private object?[] Row(List<object?[]> rows) => [.. Key.Select(k => rows[0][k]), .. Calls.Select(c => Value(c, rows))];

    private object? Value(AggregateCall call, List<object?[]> rows)
    {
        var values = call.Input < 0 ? [] : rows.Select(r => r[call.Input]).OfType<object>().ToList();
        if (call.Kind == AggregateKind.Count)
        {
            return (long)(call.Input < 0 ? rows.Count : values.Count);
        }

        if (call.Kind == AggregateKind.CountDistinct)
        {
            return values.LongCount(new HashSet<object>().Add);
        }

        if (values.Count == 0)
        {
            return null;
        }

        return call.Kind switch
        {
            AggregateKind.Min => values.Aggregate((a, b) => Compare(b, a) < 0 ? b : a),
            AggregateKind.PercentileDisc => Sorted(values)[Math.Max((int)decimal.Ceiling(call.Fraction * values.Count), 1) - 1],
            AggregateKind.PercentileCont => Between(call, Sorted(values), Input.Schema[call.Input].Type.Scale),
            AggregateKind.Collect => string.Concat(values.Cast<string>().Order(StringComparer.Ordinal).Select(v => Encoding.Latin1.GetString(BitConverter.GetBytes(Bytes(v))) + v)),
            AggregateKind.Max => values.Aggregate((a, b) => Compare(b, a) > 0 ? b : a),
            _ when call.Result.Kind == TypeKind.Float64 => FloatSum(values) / (call.Kind == AggregateKind.Average ? values.Count : 1),
            AggregateKind.Sum when call.Result.Kind == TypeKind.Int64 => (long)ExactSum(values),
            AggregateKind.Sum => (Int128)ExactSum(values),
            _ => Average(ExactSum(values), values.Count, call.Result.Scale - Input.Schema[call.Input].Type.Scale),
        };
    }

    private static List<object> Sorted(List<object> values) => [.. values.Order(Comparer<object>.Create((a, b) => Compare(a, b)))];

    private static object Between(AggregateCall call, List<object> sorted, int scale)
    {
        var place = call.Fraction * (sorted.Count - 1);
        var (low, high) = (sorted[(int)decimal.Floor(place)], sorted[(int)decimal.Ceiling(place)]);
        var part = place - decimal.Floor(place);
        if (call.Result.Kind == TypeKind.Float64)
        {
            var (a, b) = (Convert.ToDouble(low, System.Globalization.CultureInfo.InvariantCulture), Convert.ToDouble(high, System.Globalization.CultureInfo.InvariantCulture));
            return part == 0 ? a : a + ((b - a) * (double)part);
        }

        var (from, to) = (ExactSum([low]), ExactSum([high]));
        var denominator = BigInteger.Pow(10, 10);
        return Average((from * denominator) + ((to - from) * new BigInteger(part * 10_000_000_000m)), (long)denominator, call.Result.Scale - scale);
    }

    private static int Bytes(string value) => value.Length; // as Latin-1

    // The values are multiples of 1/8, so that a plain sum is exact as well.
    private static double FloatSum(List<object> values) => values.Sum(v => Convert.ToDouble(v, System.Globalization.CultureInfo.InvariantCulture));

    private static BigInteger ExactSum(List<object> values) =>
        values.Aggregate(BigInteger.Zero, (sum, v) => sum + (v is Int128 wide ? (BigInteger)wide : Convert.ToInt64(v, System.Globalization.CultureInfo.InvariantCulture)));

    private static Int128 Average(BigInteger sum, long count, int shift)
    {
        var scaled = sum * BigInteger.Pow(10, shift) * 2 + (sum.Sign * count);
        return (Int128)BigInteger.Divide(scaled, 2 * count);
    }
}
