using System.Text;
using CdcLake.Columnar;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.Parquet;

namespace CdcLake.IntegrationTests.Parquet;

/// <summary>Tuples, arrays and maps that ClickHouse writes into Parquet are the JSON that it makes of them itself.</summary>
public sealed class ClickHouseWritesNestedTests
{
    private const string Rows = """
        SELECT number::Int32 AS id,
               CAST((number % 10, concat('s', toString(number % 7)), if(number % 3 = 0, NULL, number / 4)), 'Tuple(a Int32, b String, c Nullable(Float64))') AS pair,
               arrayMap(x -> if(x % 3 = 0, NULL, x), range(number % 5))::Array(Nullable(Int32)) AS list,
               arrayMap(x -> range(x), range(number % 4))::Array(Array(UInt16)) AS deep,
               mapFromArrays(arrayMap(x -> concat('k', toString(x)), range(number % 3)), arrayMap(x -> [x, number], range(number % 3)))::Map(String, Array(Int32)) AS map
        FROM numbers(3000)
        """;

    [ServerTheory(ClickHouse.Variable)]
    [InlineData("zstd")]
    [InlineData("lz4")]
    [InlineData("brotli")]
    public async Task Nested_file_is_read_value_by_value(string codec)
    {
        using var folder = new TemporaryFolder(inMemory: true);
        ClickHouse.Query(
            $"INSERT INTO FUNCTION file('n.parquet') {Rows} SETTINGS output_format_parquet_compression_method='{codec}', output_format_parquet_row_group_size=1000, output_format_parquet_data_page_size=1000",
            folder.Path);
        var expected = ClickHouse.Query($"SELECT id, toJSONString(pair), toJSONString(list), toJSONString(deep), toJSONString(map) FROM ({Rows}) ORDER BY id", folder.Path);
        await using var reader = await ParquetReader.OpenAsync("n.parquet", File.OpenRead(folder["n.parquet"]));
        var lines = new StringBuilder();
        await foreach (var batch in reader.ReadAsync(reader.Columns, 77))
        {
            using var owned = batch;
            for (var row = 0; row < batch.Count; row++)
            {
                lines.AppendJoin('\t', batch.Columns.Select(c => CellValue.Of(c, row))).Append('\n');
            }
        }

        Assert.Equal(expected, lines.ToString());
    }
}
