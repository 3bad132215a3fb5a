using CdcLake.Columnar;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;

namespace CdcLake.Tests.Parquet;

public sealed class PhysicalTypeTests
{
    [Fact]
    public void Precision_gives_the_bytes_of_the_specification()
    {
        int[] expected =
        [
            1, 1, 2, 2, 3, 3, 4, 4, 4, 5, 5, 6, 6, 6, 7, 7, 8, 8, 9, 9, 9, 10, 10, 11, 11, 11, 12, 12, 13, 13, 13, 14, 14, 15, 15, 16, 16, 16,
        ];
        Assert.Equal(expected, Enumerable.Range(1, 38).Select(PhysicalTypes.BytesForPrecision));
    }

    [Fact]
    public void Unsigned_bigint_is_a_decimal_of_twenty_digits()
    {
        Assert.Equal(PhysicalType.FixedLenByteArray, PhysicalTypes.Of(new DataType(TypeKind.UInt64)));
        Assert.Equal(9, PhysicalTypes.FixedLength(new DataType(TypeKind.UInt64)));
    }
}
