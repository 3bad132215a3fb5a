using System.Text;
using CdcLake.Columnar;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using CdcLake.Parquet.Writing;

namespace CdcLake.Tests.Parquet;

public sealed class ParquetMetricsTests
{
    [Fact]
    public async Task Counts_and_bounds_cover_all_row_groups()
    {
        var column = new FixedColumn<long>(DataType.Int64);
        foreach (var value in new long[] { 5, -7, 12, 0, 99, -3 })
        {
            column.Append(value);
            column.AppendNull();
        }

        var metrics = await MetricsAsync(column, new ParquetWriterOptions { RowGroupBytes = 10, PageRows = 2 });
        Assert.Equal((12L, 6L, null), (metrics.ValueCount, metrics.NullCount, metrics.NanCount));
        Assert.Equal((-7, 99), (metrics.Bounds!.Lower.Integer, metrics.Bounds.Upper.Integer));
    }

    [Fact]
    public async Task Nan_is_counted_and_zero_is_signed()
    {
        var column = new FixedColumn<double>(DataType.Float64);
        foreach (var value in new[] { double.NaN, 0.0, -0.0, double.NaN, -0.0 })
        {
            column.Append(value);
        }

        var metrics = await MetricsAsync(column);
        Assert.Equal(2, metrics.NanCount);
        Assert.True(double.IsNegative(metrics.Bounds!.Lower.Float));
        Assert.False(double.IsNegative(metrics.Bounds.Upper.Float));
    }

    [Fact]
    public async Task Column_without_values_has_no_bounds()
    {
        var nans = new FixedColumn<float>(new DataType(TypeKind.Float32));
        nans.Append(float.NaN);
        Assert.Null((await MetricsAsync(nans)).Bounds);
        var nulls = new BytesColumn(DataType.String);
        nulls.AppendNull();
        Assert.Null((await MetricsAsync(nulls)).Bounds);
    }

    [Fact]
    public async Task Strings_order_by_code_point_and_stay_whole()
    {
        var column = new BytesColumn(DataType.String);
        var path = "file:///warehouse/" + new string('p', 900) + ".parquet";
        foreach (var value in new[] { "｡", "😀", path, "" })
        {
            column.Append(Encoding.UTF8.GetBytes(value));
        }

        var bounds = (await MetricsAsync(column)).Bounds!;
        Assert.Equal("", Encoding.UTF8.GetString(bounds.Lower.Bytes.Span));
        Assert.Equal("😀", Encoding.UTF8.GetString(bounds.Upper.Bytes.Span));
        var one = new BytesColumn(DataType.String);
        one.Append(Encoding.UTF8.GetBytes(path));
        bounds = (await MetricsAsync(one)).Bounds!;
        Assert.Equal(path, Encoding.UTF8.GetString(bounds.Upper.Bytes.Span));
        Assert.False(bounds.Upper.IsTruncated);
    }

    [Theory]
    [InlineData("abcdefgh", "abcd", "abce")]
    [InlineData("abc\uD7FFxyz", "abc", "abd")]
    [InlineData("ab\u00FFxyz", "ab\u00FF", "ab\u0100")]
    [InlineData("a\uD7FFxyz", "a\uD7FF", "a\uE000")]
    [InlineData("\U0010FFFF\U0010FFFF", "\U0010FFFF", null)]
    public void Text_is_cut_between_characters_and_rounded_up_by_one_of_them(string value, string low, string? high)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        Assert.Equal(low, Encoding.UTF8.GetString(PlainBytes.Cut(bytes, 4, isText: true)));
        Assert.Equal(high ?? value, Encoding.UTF8.GetString(PlainBytes.CutUpwards(bytes, 4, isText: true)));
    }

    [Fact]
    public void Bytes_are_rounded_up_past_the_largest_ones()
    {
        Assert.Equal([1, 3], PlainBytes.CutUpwards([1, 2, 255, 255, 9], 4, isText: false));
        Assert.Equal([255, 255, 255, 255, 9], PlainBytes.CutUpwards([255, 255, 255, 255, 9], 4, isText: false));
    }

    [Fact]
    public async Task Null_in_a_required_column_is_refused()
    {
        var column = new FixedColumn<int>(DataType.Int32);
        column.AppendNull();
        var error = await Assert.ThrowsAsync<SchemaMismatchException>(() => MetricsAsync(column, required: true));
        Assert.Contains("\"v\"", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(9, 1_000_000_000L)]
    [InlineData(9, 10_000_000_000L)]
    [InlineData(10, -10_000_000_000L)]
    [InlineData(4, 10_000L)]
    public async Task Decimal_with_too_many_digits_is_refused(int precision, long unscaled)
    {
        var column = new FixedColumn<long>(DataType.Decimal(precision, 2));
        column.Append(unscaled);
        await Assert.ThrowsAsync<ArithmeticOverflowException>(() => MetricsAsync(column));
    }

    [Fact]
    public async Task File_without_rows_is_never_written()
    {
        using var writer = new ParquetWriter([new ParquetColumn("v", 1, true, DataType.Int32)], Stream.Null.WriteAsync);
        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.CompleteAsync());
    }

    private static async Task<ParquetColumnMetrics> MetricsAsync(Column column, ParquetWriterOptions? options = null, bool required = false)
    {
        var (_, metrics) = await Tables.WriteAsync([new ParquetColumn("v", 1, required, column.Type)], [column], 3, options);
        return metrics.Columns[0];
    }
}
