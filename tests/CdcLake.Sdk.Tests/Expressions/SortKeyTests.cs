using System.Numerics;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Columnar.Collations;
using CdcLake.Expressions;
using CdcLake.Expressions.Kernels;

namespace CdcLake.Tests.Expressions;

/// <summary>Bytes that stand for values in the order of a list.</summary>
public sealed class SortKeyTests
{
    private static readonly (DataType Type, object?[] Values)[] Samples =
    [
        (DataType.Int32, [null, (BigInteger)int.MinValue, (BigInteger)(-256), (BigInteger)(-1), BigInteger.Zero, BigInteger.One, (BigInteger)255, (BigInteger)256, (BigInteger)int.MaxValue]),
        (DataType.Int64, [null, (BigInteger)long.MinValue, (BigInteger)(-1), BigInteger.Zero, (BigInteger)300, (BigInteger)long.MaxValue]),
        (DataType.Decimal(38, 2), [null, -BigInteger.Pow(10, 37), (BigInteger)(-1), BigInteger.Zero, (BigInteger)long.MaxValue * 3, BigInteger.Pow(10, 37)]),
        (DataType.Float64, [null, double.MinValue, -2.5, -double.Epsilon, 0.0, double.Epsilon, 1.5, 2.0, double.MaxValue]),
        (DataType.Boolean, [null, false, true]),
        (DataType.String, [null, "", "\0", "\0a", "\u0001", "A", "a", "a\0", "a\0b", "ab", "b", "ä", "漢", "😀"]),
    ];

    public static TheoryData<int, bool> Cases
    {
        get
        {
            var cases = new TheoryData<int, bool>();
            for (var i = 0; i < Samples.Length; i++)
            {
                cases.Add(i, false);
                cases.Add(i, true);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Keys_have_the_order_of_the_values_and_none_begins_another(int sample, bool descending)
    {
        var (type, values) = Samples[sample];
        var schema = new Schema([new Field("v", type, true)]);
        var key = new BoundSortKey(new BoundColumn(0, schema[0]), descending, TextCollation.Bytes);
        using var batch = Batches.Of(schema, values.Select(v => new[] { v }).ToList());
        var keys = (BytesColumn)new ProgramProjection(new Schema([new Field("k", key.Type, false)]), [key]).Evaluate(batch)[0];
        for (var i = 1; i < values.Length; i++)
        {
            var order = keys[i - 1].SequenceCompareTo(keys[i]);
            Assert.True(descending ? order > 0 : order < 0, $"{type}: {values[i - 1] ?? "null"} and {values[i]}");
            Assert.False(keys[i].StartsWith(keys[i - 1]));
        }
    }

    [Fact]
    public void Texts_go_by_their_collation()
    {
        var schema = new Schema([new Field("v", DataType.String, true)]);
        var key = new BoundSortKey(new BoundColumn(0, schema[0]), false, TextCollation.Of("utf8mb4_0900_ai_ci"));
        using var batch = Batches.Of(schema, [["B"], ["a"], ["Á"]]);
        var keys = (BytesColumn)new ProgramProjection(new Schema([new Field("k", key.Type, false)]), [key]).Evaluate(batch)[0];
        Assert.Equal(Encoding.Latin1.GetString(keys[1]), Encoding.Latin1.GetString(keys[2]));
        Assert.True(keys[1].SequenceCompareTo(keys[0]) < 0);
    }
}
