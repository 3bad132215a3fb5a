using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.Dataflow.Operators;
using CdcLake.Expressions;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.Dataflow;

/// <summary>Variances and deviations of values that come and go, against two passes over those that are there.</summary>
public sealed class VarianceProperties
{
    private static readonly AggregateKind[] Kinds = [AggregateKind.VarPop, AggregateKind.VarSamp, AggregateKind.StdDevPop, AggregateKind.StdDevSamp];

    private double?[] _known = [];

    public static TheoryData<string> Columns => ["int32", "int64", "decimal(10, 2)", "decimal(38, 6)", "float32", "float64"];

    [Theory]
    [MemberData(nameof(Columns))]
    public void Spread_of_values_that_come_and_go(string column)
    {
        var type = Type(column);
        var random = new Random(1);
        for (var round = 0; round < 40; round++)
        {
            // Large values close together: nothing may cancel out.
            var offset = round % 3 == 0 ? 0 : 1_000_000_000L;
            var present = new List<object?>();
            using var aggregate = Operator(type);
            _known = [];
            for (var epoch = 0; epoch < 8; epoch++)
            {
                var changes = new List<(object?[], int)>();
                for (var i = random.Next(6); i > 0; i--)
                {
                    var value = random.Next(5) == 0 ? null : Value(type, offset + random.Next(-9, 10));
                    present.Add(value);
                    changes.Add(([value], 1));
                }

                for (var i = random.Next(4); i > 0 && present.Count > 0; i--)
                {
                    var at = random.Next(present.Count);
                    changes.Add(([present[at]], -1));
                    present.RemoveAt(at);
                }

                AssertSame(Naive(present, type), Last(aggregate, type, changes));
            }
        }
    }

    [Fact]
    public void Square_beyond_the_range_of_a_double_is_an_error_that_names_it()
    {
        using var aggregate = Operator(DataType.Float64);
        using var batch = Cells.ToBatch(new Schema([new Field("x", DataType.Float64, true)]), [([1e200], 1)]);
        Assert.Contains("E+200", Assert.Throws<ArithmeticOverflowException>(() => aggregate.Process(0, batch.Copy())).Message, StringComparison.Ordinal);
    }

    private double?[] Last(AggregateOperator aggregate, DataType type, List<(object?[], int)> changes)
    {
        if (changes.Count > 0)
        {
            aggregate.Process(0, Cells.ToBatch(new Schema([new Field("x", type, true)]), changes));
        }

        aggregate.EndEpoch(new Epoch(new TestPosition(1), default));
        while (aggregate.Next() is { } piece)
        {
            foreach (var (row, weight) in Cells.FromBatch(piece).Where(r => r.Weight > 0))
            {
                _known = [.. row.Select(v => (double?)v)];
            }

            piece.Dispose();
        }

        return _known;
    }

    private static double?[] Naive(List<object?> values, DataType type)
    {
        var scale = (double)Math.Pow(10, type.Scale);
        var numbers = values.OfType<object>().Select(v => v is Int128 wide ? (double)wide / scale : Convert.ToDouble(v, System.Globalization.CultureInfo.InvariantCulture) / scale).ToList();
        double? pop = null, samp = null;
        if (numbers.Count > 0)
        {
            var first = numbers[0]; // exact differences
            var mean = numbers.Average(n => n - first);
            var squares = numbers.Sum(n => (n - first - mean) * (n - first - mean));
            (pop, samp) = (squares / numbers.Count, numbers.Count > 1 ? squares / (numbers.Count - 1) : null);
        }

        return [pop, samp, pop is { } p ? Math.Sqrt(p) : null, samp is { } s ? Math.Sqrt(s) : null];
    }

    private static void AssertSame(double?[] expected, double?[] actual)
    {
        foreach (var (e, a) in expected.Zip(actual))
        {
            Assert.Equal(e is null, a is null);
            Assert.True(e is null || Math.Abs(e.Value - a!.Value) <= 1e-6 * Math.Max(1, Math.Abs(e.Value)), $"{a} in place of {e}");
        }
    }

    private static AggregateOperator Operator(DataType type)
    {
        var input = new Schema([new Field("x", type, true)]);
        var output = new Schema(Kinds.Select(k => new Field($"{k}", DataType.Float64, true)));
        return new AggregateOperator("spread", output, input, [], [.. Kinds.Select(k => new AggregateCall(k, 0, DataType.Float64))]);
    }

    private static object Value(DataType type, long n) => type.Storage switch
    {
        StorageKind.Int32 => (int)n,
        StorageKind.Int64 => n,
        StorageKind.Int128 => (Int128)n * 1_000_000_000_000,
        StorageKind.Float32 => (float)(n % 1_000_000) / 8,
        _ => n / 8d,
    };

    private static DataType Type(string column) => column switch
    {
        "int32" => DataType.Int32,
        "int64" => DataType.Int64,
        "decimal(10, 2)" => DataType.Decimal(10, 2),
        "decimal(38, 6)" => DataType.Decimal(38, 6),
        "float32" => new DataType(TypeKind.Float32),
        _ => DataType.Float64,
    };
}
