using System.Globalization;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Iceberg.Spec;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;

namespace CdcLake.Tests.Iceberg;

public sealed class SingleValueTests
{
    [Theory]
    [InlineData("0", "00")]
    [InlineData("1", "01")]
    [InlineData("-1", "FF")]
    [InlineData("127", "7F")]
    [InlineData("128", "0080")]
    [InlineData("-128", "80")]
    [InlineData("-129", "FF7F")]
    [InlineData("-32768", "8000")]
    [InlineData("18446744073709551615", "00FFFFFFFFFFFFFFFF")]
    [InlineData("99999999999999999999999999999999999999", "4B3B4CA85A86C47A098A223FFFFFFFFF")]
    public void Decimal_is_big_endian_in_the_fewest_bytes(string value, string hex) =>
        Assert.Equal(hex, Convert.ToHexString(SingleValue.MinimalBigEndian(Int128.Parse(value, CultureInfo.InvariantCulture))));

    [Fact]
    public void Numbers_are_little_endian_in_their_width()
    {
        Assert.Equal("01", Hex(SingleValue.Lower(DataType.Boolean, new ParquetValue(1))));
        Assert.Equal("FEFFFFFF", Hex(SingleValue.Lower(DataType.Int32, new ParquetValue(-2))));
        Assert.Equal("FEFFFFFF", Hex(SingleValue.Lower(DataType.Date, new ParquetValue(-2))));
        Assert.Equal("FEFFFFFFFFFFFFFF", Hex(SingleValue.Upper(DataType.Int64, new ParquetValue(-2))));
        Assert.Equal("FFFFFFFF00000000", Hex(SingleValue.Upper(new DataType(TypeKind.UInt32), new ParquetValue(uint.MaxValue))));
        Assert.Equal("0000C03F", Hex(SingleValue.Upper(new DataType(TypeKind.Float32), new ParquetValue(Float: 1.5))));
        Assert.Equal("000000000000F83F", Hex(SingleValue.Upper(DataType.Float64, new ParquetValue(Float: 1.5))));
        Assert.Equal("00FFFFFFFFFFFFFFFF", Hex(SingleValue.Upper(new DataType(TypeKind.UInt64), new ParquetValue(ulong.MaxValue))));
    }

    [Theory]
    [InlineData("iceberg", "iceberg", "iceberg")]
    [InlineData("0123456789abcdef", "0123456789abcdef", "0123456789abcdef")]
    [InlineData("0123456789abcdefg", "0123456789abcdef", "0123456789abcdeg")]
    [InlineData("0123456789abcde\U0001F407x", "0123456789abcde\U0001F407", "0123456789abcde\U0001F408")]
    [InlineData("0123456789abcde\uD7FFx", "0123456789abcde\uD7FF", "0123456789abcde\uE000")]
    [InlineData("0123456789abcde\U0010FFFFx", "0123456789abcde\U0010FFFF", "0123456789abcdf")]
    [InlineData("", "", "")]
    public void Text_keeps_16_characters_and_an_upper_bound_is_raised(string value, string lower, string upper)
    {
        var bytes = new ParquetValue(Bytes: Encoding.UTF8.GetBytes(value));
        Assert.Equal(lower, Encoding.UTF8.GetString(SingleValue.Lower(DataType.String, bytes)));
        Assert.Equal(upper, Encoding.UTF8.GetString(SingleValue.Upper(DataType.String, bytes)!));
    }

    [Fact]
    public void Value_that_cannot_be_raised_has_no_upper_bound()
    {
        var last = string.Concat(Enumerable.Repeat("\U0010FFFF", 17));
        Assert.Null(SingleValue.Upper(DataType.String, new ParquetValue(Bytes: Encoding.UTF8.GetBytes(last))));
        Assert.Null(SingleValue.Upper(DataType.Binary, new ParquetValue(Bytes: Enumerable.Repeat((byte)255, 17).ToArray())));
        Assert.Equal("FF", Hex(SingleValue.Upper(DataType.Binary, new ParquetValue(Bytes: new byte[] { 255 }))));
    }

    [Fact]
    public void Binary_keeps_16_bytes_and_an_upper_bound_drops_what_cannot_be_raised()
    {
        byte[] value = [.. Enumerable.Repeat((byte)1, 14), 255, 255, 9];
        Assert.Equal(Hex(value[..16]), Hex(SingleValue.Lower(DataType.Binary, new ParquetValue(Bytes: value))));
        Assert.Equal(Hex([.. Enumerable.Repeat((byte)1, 13), 2]), Hex(SingleValue.Upper(DataType.Binary, new ParquetValue(Bytes: value))));
    }

    [Fact]
    public void Value_that_was_cut_inside_a_character_is_cut_before_it()
    {
        var cut = new ParquetValue(Bytes: Encoding.UTF8.GetBytes("ab€").AsMemory(0, 4), IsTruncated: true);
        Assert.Equal("ab", Encoding.UTF8.GetString(SingleValue.Lower(DataType.String, cut)));
        Assert.Equal("ac", Encoding.UTF8.GetString(SingleValue.Upper(DataType.String, cut)!));
    }

    private static string Hex(byte[]? bytes) => Convert.ToHexString(bytes!);
}
