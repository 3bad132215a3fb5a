using System.Buffers.Binary;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Spec;

namespace CdcLake.Tests.Iceberg.Scanning;

public sealed class PartitionRangesTests
{
    private const long Day = 86_400_000_000;

    [Theory]
    [InlineData("identity", "int", 5, 7, 5L, 7L)]
    [InlineData("truncate[10]", "int", -10, 20, -10L, 29L)]
    [InlineData("day", "date", -1, 3, -1L, 3L)]
    [InlineData("day", "timestamp", 0, 1, 0L, (2 * Day) - 1)]
    [InlineData("hour", "timestamptz", -1, -1, -3_600_000_000L, -1L)]
    [InlineData("month", "date", 0, 1, 0L, 58L)] // January and February 1970
    [InlineData("month", "timestamp", -1, -1, -31 * Day, -1L)]
    [InlineData("year", "date", 2, 2, 730L, 1095L)] // 1972, a leap year
    [InlineData("year", "timestamp", -1, -1, -365 * Day, -1L)]
    public void Partition_tells_what_its_column_may_be(string transform, string type, int lower, int upper, long min, long max)
    {
        var range = RangeOf(transform, type, Int32(lower), Int32(upper));
        Assert.Equal(0, range.Min!.Value.CompareTo(FilterValue.Of(min, DataType.Int64)!.Value));
        Assert.Equal(0, range.Max!.Value.CompareTo(FilterValue.Of(max, DataType.Int64)!.Value));
    }

    [Fact]
    public void Text_that_was_cut_may_go_on()
    {
        var range = RangeOf("truncate[2]", "string", "ab"u8.ToArray(), "cd"u8.ToArray());
        foreach (var (text, isInside) in new[] { ("aa", false), ("ab", true), ("b", true), ("cd\U0010FFFF", true), ("ce", false) })
        {
            var value = FilterValue.Of(Encoding.UTF8.GetBytes(text), DataType.String)!.Value;
            Assert.Equal((text, isInside), (text, range.Min!.Value.CompareTo(value) <= 0 && range.Max!.Value.CompareTo(value) >= 0));
        }
    }

    [Theory]
    [InlineData("bucket[4]")]
    [InlineData("void")]
    [InlineData("zorder")]
    public void Others_tell_nothing(string transform)
    {
        var range = RangeOf(transform, "int", Int32(1), Int32(2));
        Assert.Null(range.Min);
        Assert.Null(range.Max);
    }

    private static ColumnRange RangeOf(string transform, string type, byte[] lower, byte[] upper)
    {
        var schema = new IcebergSchema(0, [new IcebergField(1, "c", false, new IcebergType(type))], []);
        var manifest = new ManifestFile { Path = "m", Length = 1, Partitions = [new FieldSummary(false, false, lower, upper)] };
        return new FileRanges(schema).Of(manifest, [new PartitionField(1, 1000, "p", PartitionTransform.Parse(transform))], 1);
    }

    private static byte[] Int32(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }
}
