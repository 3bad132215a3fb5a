using System.Globalization;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Spec;

namespace CdcLake.Tests.Iceberg;

/// <summary>Transforms by the vectors of the specification's appendix B, and by values on both sides of zero.</summary>
public sealed class PartitionTransformTests
{
    private static readonly DataType Micros = DataType.DateTime(6);

    public static TheoryData<string, int> Hashes => new()
    {
        { "int 34", 2017239379 }, { "long 34", 2017239379 }, { "long 0", 1669671676 }, { "long -1", 1651860712 },
        { "long 9223372036854775807", -2106506049 }, { "long -9223372036854775808", 1366273829 },
        { "decimal 1420", -500754589 }, { "decimal 0", 1364076727 }, { "decimal -1", -43192051 }, { "decimal 128", 1544076949 }, { "decimal -128", 267099677 },
        { "decimal -129", -435537839 }, { "decimal -32768", 1659329203 },
        { "date 17486", -653330422 }, { "timestamp 1510871468000000", -2047944441 }, { "timestamp 1510871468000001", -1207196810 },
        { "string iceberg", 1210000089 }, { "string Zürich", 694770001 }, { "string 🐇", -802264920 }, { "string ", 0 },
    };

    [Theory]
    [MemberData(nameof(Hashes))]
    public void Bucket_is_the_hash_of_the_specification(string value, int hash)
    {
        var (type, text) = (value.Split(' ')[0], value[(value.IndexOf(' ') + 1)..]);
        const int buckets = 1_000_003;
        Assert.Equal((hash & int.MaxValue) % buckets, (long)One(TypeOf(type), text, $"bucket({buckets}, c)").Integer);
    }

    [Fact]
    public void Binary_is_hashed_as_it_is() => Assert.Equal(-188683207, Murmur3.Hash([0, 1, 2, 3]));

    [Theory]
    [InlineData("int", "1", "truncate(10, c)", 0)]
    [InlineData("int", "-1", "truncate(10, c)", -10)]
    [InlineData("long", "-11", "truncate(10, c)", -20)]
    [InlineData("decimal", "1065", "truncate(50, c)", 1050)]
    [InlineData("decimal", "-1", "truncate(50, c)", -50)]
    [InlineData("date", "17486", "year(c)", 47)]
    [InlineData("date", "17486", "month(c)", 574)]
    [InlineData("date", "17486", "day(c)", 17486)]
    [InlineData("date", "-1", "year(c)", -1)]
    [InlineData("date", "-1", "month(c)", -1)]
    [InlineData("date", "-719162", "year(c)", -1969)]
    [InlineData("date", "2932896", "year(c)", 8029)]
    [InlineData("timestamp", "-1", "day(c)", -1)]
    [InlineData("timestamp", "-1", "hour(c)", -1)]
    [InlineData("timestamp", "1510871468000001", "hour(c)", 419686)]
    [InlineData("timestamp", "1510871468000001", "days(c)", 17486)]
    [InlineData("timestamp", "-86400000000", "day(c)", -1)]
    [InlineData("timestamp", "-86400000001", "day(c)", -2)]
    public void Numbers_are_rounded_down(string type, string value, string term, long expected) => Assert.Equal(expected, (long)One(TypeOf(type), value, term).Integer);

    [Theory]
    [InlineData("iceberg", "ice")]
    [InlineData("ab", "ab")]
    [InlineData("🐇🐇é🐇", "🐇🐇é")]
    public void Text_is_cut_between_characters(string value, string expected) => Assert.Equal(expected, Encoding.UTF8.GetString(One(DataType.String, value, "truncate(c, 3)").Bytes!));

    [Theory]
    [InlineData("c", "int", "-5", "c=-5")]
    [InlineData("c", "string", "a/b =%", "c=a%2Fb+%3D%25")]
    [InlineData("c", "string", null, "c=null")]
    [InlineData("c", "decimal", "-1420", "c=-14.20")]
    [InlineData("c", "date", "-1", "c=1969-12-31")]
    [InlineData("c", "timestamp", "1510871468000001", "c=2017-11-16T22%3A31%3A08.000001")]
    [InlineData("year(c)", "date", "17486", "c_year=2017")]
    [InlineData("month(c)", "date", "-1", "c_month=1969-12")]
    [InlineData("day(c)", "timestamp", "-1", "c_day=1969-12-31")]
    [InlineData("hour(c)", "timestamp", "1510871468000001", "c_hour=2017-11-16-22")]
    [InlineData("bucket(16, c)", "int", "34", "c_bucket=3")]
    [InlineData("void(c)", "int", "34", "c_null=null")]
    public void Folders_say_the_value(string term, string type, string? value, string expected) => Assert.Equal(expected, Route(TypeOf(type), value, term).Path);

    [Theory]
    [InlineData("bucket(0, c)")]
    [InlineData("bucket(c)")]
    [InlineData("bucket")]
    [InlineData("decade(c)")]
    [InlineData("day(c")]
    [InlineData("day()")]
    [InlineData(" ")]
    public void Other_words_are_refused(string term)
    {
        if (term == "bucket")
        {
            Assert.Equal("bucket", PartitionTerm.Parse(term).Column); // a column may have that name
            return;
        }

        Assert.Contains("partition field", Assert.Throws<ArgumentException>(() => PartitionTerm.Parse(term)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hour(c)", "date")]
    [InlineData("day(c)", "int")]
    [InlineData("truncate(2, c)", "date")]
    [InlineData("day(missing)", "date")]
    public void Columns_that_do_not_fit_are_refused(string term, string type) => Assert.Throws<CatalogException>(() => Route(TypeOf(type), "0", term));

    [Fact]
    public void Spec_with_an_unknown_transform_is_carried_but_not_written()
    {
        var spec = new PartitionSpec(1, """[{"source-id":1,"field-id":1000,"name":"c_zorder","transform":"zorder[3]"}]""");
        Assert.Equal("zorder[3]", Assert.Single(spec.Fields).Transform.Text);
        var columns = new Schema([new Field("c", DataType.Int32, true)]);
        var error = Assert.Throws<CatalogException>(() => new PartitionRouter(spec, IcebergSchema.Of(columns, []), columns, "Table t"));
        Assert.Contains("zorder[3]", error.Message, StringComparison.Ordinal);
    }

    private static PartitionValue One(DataType type, string value, string term) => PartitionValues.Read(Route(type, value, term).Tuple)[0];

    private static FilePartition Route(DataType type, string? value, string term)
    {
        var columns = new Schema([new Field("c", type, true)]);
        var schema = IcebergSchema.Of(columns, []);
        var router = new PartitionRouter(PartitionTerm.SpecOf([PartitionTerm.Parse(term)], schema, columns), schema, columns, "Table t");
        using var batch = new ChangeBatch(columns);
        Append(batch[0], value);
        return Assert.Single(router.Route(batch.Columns.ToArray(), [0])).Partition;
    }

    private static void Append(Column column, string? value)
    {
        switch (column)
        {
            case var _ when value is null:
                column.AppendNull();
                break;
            case BytesColumn bytes:
                bytes.Append(Encoding.UTF8.GetBytes(value!));
                break;
            case FixedColumn<int> ints:
                ints.Append(int.Parse(value!, CultureInfo.InvariantCulture));
                break;
            case FixedColumn<long> longs:
                longs.Append(long.Parse(value!, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static DataType TypeOf(string name) => name switch
    {
        "int" => DataType.Int32,
        "long" => DataType.Int64,
        "decimal" => DataType.Decimal(9, 2),
        "date" => DataType.Date,
        "timestamp" => Micros,
        _ => DataType.String,
    };
}
