using System.Text;
using CdcLake.Columnar;
using CdcLake.StarRocks.Ddl;
using CdcLake.StarRocks.StreamLoad;
using CdcLake.Testing;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.StarRocks;

/// <summary>Rows as Stream Load takes them, in both forms: written, loaded into the stand-in in strict mode, and read back as text.</summary>
public sealed class RowWriterTests
{
    private static readonly TableName Name = new("d", "t");
    private static readonly ServerVersion Version = ServerVersion.Parse("4.0.1-abc");
    private static readonly string[] Texts = ["", " ", "\\N", "N", "a\"b\"\"", "\\", "\u0001\u0002\u0003", "line\nfeed\ttab\r\b\f", "日本語 ☕ żółw", "\0", "{\"a\": 1}", "'"];

    /// <summary>Type, value as the column holds it, and what SELECT prints.</summary>
    public static TheoryData<string, string?> Values => new()
    {
        { "boolean 1", "1" }, { "int8 -128", "-128" }, { "uint8 255", "255" }, { "int16 -32768", "-32768" }, { "uint16 65535", "65535" }, { "int32 -2147483648", "-2147483648" },
        { "uint32 4294967295", "4294967295" }, { "int64 -9223372036854775808", "-9223372036854775808" }, { "uint64 18446744073709551615", "18446744073709551615" },
        { "date 0", "1970-01-01" }, { "date -719162", "0001-01-01" }, { "date 2932896", "9999-12-31" }, { "datetime0 0", "1970-01-01 00:00:00" },
        { "datetime6 -1", "1969-12-31 23:59:59.999999" }, { "datetime6 253402300799999999", "9999-12-31 23:59:59.999999" }, { "timestamp3 1500", "1970-01-01 00:00:00.001500" },
        { "time0 0", "00:00:00" }, { "time6 -3020399999999", "-838:59:59.999999" }, { "time6 3020399000000", "838:59:59.000000" }, { "time3 -500000", "-00:00:00.500000" },
        { "decimal 5", "0.05" }, { "decimal -999999999", "-9999999.99" }, { "decimal38 -99999999999999999999999999999999999999", "-9999999999999999999999999999.9999999999" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public async Task A_value_comes_back_in_both_forms(string value, string? expected)
    {
        var (type, cell) = Parse(value);
        foreach (var csv in new[] { false, true })
        {
            Assert.Equal(expected, Assert.Single(await LoadAsync(type, csv, [cell])));
            Assert.Null(Assert.Single(await LoadAsync(type, csv, [null])));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Text_comes_back_whatever_is_in_it(bool csv) =>
        Assert.Equal(Texts, await LoadAsync(DataType.String, csv, [.. Texts.Select(Encoding.UTF8.GetBytes)]));

    [Theory]
    [InlineData(0.1)]
    [InlineData(-1.7976931348623157E+308)]
    [InlineData(2.2250738585072014E-308)]
    [InlineData(5E-324)]
    [InlineData(-0.0)]
    public async Task Floating_point_comes_back_to_the_last_bit(double value)
    {
        foreach (var csv in new[] { false, true })
        {
            var text = Assert.Single(await LoadAsync(DataType.Float64, csv, [value]));
            Assert.Equal(value, double.Parse(text!, System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public async Task Bytes_come_back_and_go_as_csv()
    {
        Assert.True(TargetTable.For(Name, SchemaOf(DataType.Binary), [0], Version).NeedsCsv);
        Assert.Equal(["00ff0102", ""], await LoadAsync(DataType.Binary, csv: true, [new byte[] { 0, 255, 1, 2 }, Array.Empty<byte>()]));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public async Task A_number_that_is_none_names_table_column_and_value(double value)
    {
        var error = await Assert.ThrowsAsync<UnsupportedTypeException>(() => LoadAsync(DataType.Float64, csv: false, [value]));
        Assert.Contains("Column \"v\" of StarRocks table d.t (DOUBLE) cannot hold ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_that_is_too_long_names_table_column_and_value()
    {
        var error = await Assert.ThrowsAsync<UnsupportedTypeException>(() => LoadAsync(DataType.String, csv: false, [new byte[1_048_577]]));
        Assert.Contains("Column \"v\" of StarRocks table d.t (VARCHAR(1048576)) cannot hold ", error.Message, StringComparison.Ordinal);
        Assert.Contains("it has 1048577 bytes, and the column holds 1048576", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("float64")]
    [InlineData("binary")]
    public void A_key_that_StarRocks_does_not_take_is_refused_by_name(string kind)
    {
        var schema = new Schema([new Field("k", kind == "binary" ? DataType.Binary : DataType.Float64, false)]);
        Assert.Contains("Column \"k\"", Assert.Throws<UnsupportedTypeException>(() => TargetTable.For(Name, schema, [0], Version)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Key_columns_come_first_and_decimals_in_them_are_text()
    {
        var schema = new Schema([new Field("v", DataType.Int32, true), new Field("b", DataType.Decimal(9, 2), false), new Field("a", DataType.Int64, false)]);
        Assert.Equal(
            "CREATE TABLE IF NOT EXISTS `d`.`t` (`a` BIGINT NOT NULL, `b` VARCHAR(12) NOT NULL, `v` INT NULL) ENGINE=OLAP PRIMARY KEY (`a`, `b`) COMMENT \"x\" "
            + "DISTRIBUTED BY HASH(`a`, `b`) BUCKETS 4 PROPERTIES (\"replication_num\" = \"1\")",
            TargetTable.For(Name, schema, [2, 1], Version).CreateStatement(new StarRocksTableOptions { Buckets = 4, ReplicationNum = 1 }, "x"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_is_allocated_for_a_row(bool csv)
    {
        var fields = Values.Select(v => (string)v[0]).Select((v, i) => new Field($"c{i}", Parse(v).Type, true)).Append(new Field("s", DataType.String, true)).Append(new Field("f", DataType.Float64, true));
        var schema = new Schema([.. fields]);
        var row = Values.Select(v => Parse((string)v[0]).Cell).Append("quoted \"text\"").Append(0.1).ToArray();
        using var batch = Cells.ToBatch(schema, [.. Enumerable.Repeat((row, 1), 4096)]);
        var table = TargetTable.For(Name, schema, [0], Version);
        using RowWriter writer = csv ? new CsvRowWriter(table, schema) : new JsonRowWriter(table, schema);
        using var body = new LoadBody();
        writer.Upserts(batch, body); // makes the buffers
        body.Clear();
        var before = GC.GetAllocatedBytesForCurrentThread();
        writer.Upserts(batch, body);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200); // for the batch, if at all
    }

    private static Schema SchemaOf(DataType type) => new([new Field("id", DataType.Int32, false), new Field("v", type, true)]);

    private static async Task<IReadOnlyList<string?>> LoadAsync(DataType type, bool csv, object?[] values)
    {
        var schema = SchemaOf(type);
        var table = TargetTable.For(Name, schema, [0], Version);
        using RowWriter writer = csv ? new CsvRowWriter(table, schema) : new JsonRowWriter(table, schema);
        using var batch = Cells.ToBatch(schema, [.. values.Select((v, i) => (new object?[] { i, v is byte[] bytes ? Encoding.Latin1.GetString(bytes) : v }, 1))]);
        using var body = new LoadBody();
        writer.Upserts(batch, body);
        writer.Finish(body);
        await using var server = new FakeStarRocks(o => o.Version = "4.0.1");
        server.Execute("CREATE DATABASE d");
        server.Execute(table.CreateStatement(new StarRocksTableOptions { ReplicationNum = 1 }, null));
        var options = new StarRocksOptions();
        var reply = await new LoadCalls(new LoadClient([new Uri(server.LoadUrl)], "root", "secret", options), options, TimeProvider.System).StreamLoadAsync(new LoadPiece(Name, writer.Headers, body), "one", default);
        Assert.True(reply.IsOk, reply.Message);
        return [.. server.Rows("d.t").Select(r => r["v"])];
    }

    private static (DataType Type, object Cell) Parse(string text)
    {
        var parts = text.Split(' ');
        DataType type = parts[0] switch
        {
            "boolean" => DataType.Boolean,
            "date" => DataType.Date,
            "decimal" => DataType.Decimal(9, 2),
            "decimal38" => DataType.Decimal(38, 10),
            var t when t.StartsWith("datetime", StringComparison.Ordinal) => DataType.DateTime(t[^1] - '0'),
            var t when t.StartsWith("timestamp", StringComparison.Ordinal) => DataType.Timestamp(t[^1] - '0'),
            var t when t.StartsWith("time", StringComparison.Ordinal) => DataType.Time(t[^1] - '0'),
            var t => new DataType(Enum.Parse<TypeKind>(t, ignoreCase: true)),
        };
        var number = Int128.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
        return (type, type.Storage switch
        {
            StorageKind.Byte => number != 0,
            StorageKind.Int32 => (int)number,
            StorageKind.Int64 => (long)number,
            _ => (object)number,
        });
    }
}
