using System.Text;
using CdcLake.Columnar;
using CdcLake.Iceberg.Spec;

namespace CdcLake.Tests.Iceberg;

public sealed class DefaultValueTests
{
    public static TheoryData<string, string, object> Values() => new()
    {
        { "boolean", "true", (byte)1 },
        { "boolean", "false", (byte)0 },
        { "int", "-34", -34 },
        { "long", "9223372036854775807", long.MaxValue },
        { "float", "1.5", 1.5f },
        { "double", "-0.25", -0.25 },
        { "decimal(9, 2)", "\"14.20\"", 1420L },
        { "decimal(9, 2)", "\"-0.05\"", -5L },
        { "decimal(9, 0)", "\"7\"", 7L },
        { "decimal(38, 10)", "\"-1234567890123456789012345678.0123456789\"", -Int128.Parse("12345678901234567890123456780123456789") },
        { "date", "\"2017-11-16\"", 17486 },
        { "date", "\"1969-12-31\"", -1 },
        { "time", "\"22:31:08.123456\"", 81_068_123_456L },
        { "time", "\"22:31:08\"", 81_068_000_000L },
        { "timestamp", "\"2017-11-16T22:31:08.123456\"", 1_510_871_468_123_456L },
        { "timestamp", "\"1969-12-31T23:59:59.999999\"", -1L },
        { "timestamptz", "\"2017-11-16T22:31:08.123456+00:00\"", 1_510_871_468_123_456L },
        { "timestamptz", "\"2017-11-16T23:31:08.1+01:00\"", 1_510_871_468_100_000L },
        { "string", "\"Zürich\"", Encoding.UTF8.GetBytes("Zürich") },
        { "string", "\"\"", Array.Empty<byte>() },
        { "binary", "\"000102ff\"", new byte[] { 0, 1, 2, 255 } },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Value_of_every_type_is_read(string type, string json, object expected)
    {
        var field = new IcebergField(7, "added", false, new IcebergType(type), InitialDefault: json);
        var dataType = field.Type.ToDataType()!.Value;
        var value = DefaultValue.Of(field, dataType);
        var column = Column.Create(dataType);
        column.AppendRepeated(value, 2); // the representation that the storage has
        var wanted = Column.Create(dataType);
        wanted.AppendRepeated(expected, 2);
        Assert.Equal(expected, value);
        Assert.True(column.AreEqual(1, wanted, 1));
    }

    [Theory]
    [InlineData("int", "\"x\"")]
    [InlineData("int", "2147483648")]
    [InlineData("decimal(9, 2)", "\"14.2\"")]
    [InlineData("decimal(9, 2)", "14.20")]
    [InlineData("date", "\"16.11.2017\"")]
    [InlineData("timestamptz", "\"2017-11-16T22:31:08.123456\"")]
    [InlineData("timestamp", "\"2017-11-16T22:31:08.123456789\"")]
    [InlineData("binary", "\"0g\"")]
    [InlineData("boolean", "1")]
    [InlineData("string", "{}")]
    public void Value_that_is_none_of_its_type_is_refused_by_name(string type, string json)
    {
        var field = new IcebergField(7, "added", false, new IcebergType(type), InitialDefault: json);
        var error = Assert.Throws<CatalogException>(() => DefaultValue.Of(field, field.Type.ToDataType()!.Value));
        Assert.Contains("\"added\" (field 7)", error.Message, StringComparison.Ordinal);
        Assert.Contains(json, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("null")]
    public void Column_without_default_has_none(string? json) =>
        Assert.Null(DefaultValue.Of(new IcebergField(7, "added", false, new IcebergType("int"), InitialDefault: json), DataType.Int32));
}
