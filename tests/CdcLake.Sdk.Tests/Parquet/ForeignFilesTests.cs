using System.Globalization;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using CdcLake.Tests.Conventions;

namespace CdcLake.Tests.Parquet;

/// <summary>Files of pyarrow and ClickHouse; Fixtures/Parquet/PROVENANCE.md says how they were made.</summary>
public sealed class ForeignFilesTests
{
    private const int Rows = 300;

    [Theory]
    [InlineData("pyarrow-v1-snappy-dictionary", 17)]
    [InlineData("pyarrow-v1-gzip-plain", 17)]
    [InlineData("pyarrow-v2-snappy-dictionary", 17)]
    [InlineData("pyarrow-v2-none-decimal-integers", 17)]
    [InlineData("clickhouse-snappy", 7)]
    [InlineData("clickhouse-gzip", 7)]
    public async Task File_of_another_writer_is_read_value_by_value(string name, int columns)
    {
        await using var reader = await OpenAsync(name);
        Assert.Equal(Rows, reader.RowCount);
        Assert.Equal(columns, reader.Columns.Count);
        var data = await Tables.ReadAsync(reader, reader.Columns, 77);
        for (var i = 0; i < columns; i++)
        {
            var column = reader.Columns[i];
            var lines = Tables.Text(data[i]).Split('\n');
            for (var row = 0; row < Rows; row++)
            {
                var expected = row % 5 == 0 && !column.Required ? "null" : Expected(column.Name, row);
                Assert.True(expected == lines[row], $"{column.Name} {column.Type}, row {row}: expected {expected}, read {lines[row]}");
            }
        }
    }

    [Fact]
    public async Task Types_are_those_the_writer_declared()
    {
        await using var reader = await OpenAsync("pyarrow-v1-snappy-dictionary");
        Assert.Equal(
            "boolean int8 int32 int64 uint32 uint64 float32 float64 decimal(9, 2) decimal(18, 4) decimal(38, 10) date datetime(6) timestamp(6) datetime(6) string binary",
            string.Join(' ', reader.Columns.Select(c => c.Type)));
        Assert.Equal(Enumerable.Range(1, 17), reader.Columns.Select(c => c.FieldId));
    }

    [Fact]
    public async Task Narrow_types_are_read_as_wider_ones_and_missing_columns_as_null()
    {
        await using var reader = await OpenAsync("pyarrow-v1-snappy-dictionary");
        ParquetColumn[] columns =
        [
            new("renamed", 3, false, DataType.Int64), new("f32", 7, false, DataType.Float64), new("d9", 9, false, DataType.Decimal(20, 2)),
            new("added later", 99, false, DataType.String),
        ];
        var data = await Tables.ReadAsync(reader, columns, 100);
        Assert.Equal(299 * 7 - 1000, ((FixedColumn<long>)data[0]).Values[299]);
        Assert.Equal(299 * 0.5 - 20, ((FixedColumn<double>)data[1]).Values[299]);
        Assert.Equal((299 * 101) - 5000, ((FixedColumn<Int128>)data[2]).Values[299]);
        Assert.Equal(Rows, data[3].Nulls.Count((byte)1));
    }

    [Fact]
    public async Task Column_that_cannot_be_read_as_asked_is_refused_by_name()
    {
        await using var reader = await OpenAsync("pyarrow-v1-snappy-dictionary");
        var error = await Assert.ThrowsAsync<CatalogException>(() => Tables.ReadAsync(reader, [new("d9", 9, false, DataType.Decimal(9, 3))], 100));
        Assert.Contains("\"d9\"", error.Message, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<CatalogException>(() => Tables.ReadAsync(reader, [new("gone", 77, true, DataType.Int32)], 100));
        Assert.Contains("\"gone\"", error.Message, StringComparison.Ordinal);
    }

    internal static string PathOf(string name) =>
        Path.Combine(SourceTree.Root, "tests", "CdcLake.Sdk.Tests", "Fixtures", "Parquet", name + ".parquet");

    private static Task<ParquetReader> OpenAsync(string name) => ParquetReader.OpenAsync(name, File.OpenRead(PathOf(name)));

    private static string Expected(string name, long i) => name switch
    {
        "b" => i % 3 == 0 ? "1" : "0",
        "i8" => Number((i % 100) - 50),
        "i32" => Number((i * 7) - 1000),
        "i64" => Number((i * 1_000_000_000_000) - 50_000_000_000_000),
        "u32" => Number(4_000_000_000 + i),
        "u64" => Number(((Int128)1 << 63) + i),
        "f32" => BitConverter.SingleToUInt32Bits((i * 0.5f) - 20).ToString("X8", CultureInfo.InvariantCulture),
        "f64" => BitConverter.DoubleToUInt64Bits(i / 8.0).ToString("X16", CultureInfo.InvariantCulture),
        "d9" => Number((i * 101) - 5000),
        "d18" => Number(i * 1_000_000_000_000),
        "d38" => Number((i - 150) * Int128.Parse("1000000000000000000000000000000", CultureInfo.InvariantCulture)),
        "date" => Number(18000 + i),
        "ts" or "tz" => Number(1_600_000_000_000_000 + (i * 1_000_001)),
        "tz_ms" => Number((1_600_000_000_000 + i) * 1000),
        "ts_ns" => Number((long)Math.Floor((i - 150) * 1001 / 1000.0)),
        "s" => Convert.ToHexString(Encoding.UTF8.GetBytes($"name {i % 7} é")),
        "bin" => Convert.ToHexString([(byte)i, 0, 255]),
        _ => throw new InvalidOperationException(name),
    };

    private static string Number(Int128 value) => value.ToString(CultureInfo.InvariantCulture);
}
