using System.Globalization;
using System.Text;
using CdcLake.Columnar;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using CdcLake.Tests.Parquet;

namespace CdcLake.IntegrationTests.Parquet;

/// <summary>Files we write, read value by value by ClickHouse.</summary>
public sealed class ClickHouseReadsParquetTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cdclake-parquet-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [ServerTheory(ClickHouse.Variable)]
    [InlineData(0, 0, 1)]
    [InlineData(0, 0, 1000)]
    [InlineData(30, 0, 1000)]
    [InlineData(30, 7, 1000)]
    [InlineData(100, 0, 50)]
    [InlineData(95, 3, 2500)]
    [InlineData(2, 200, 2500)]
    public async Task Every_type_is_read_with_equal_values(int nullShare, int distinct, int rows)
    {
        var columns = Tables.Columns(nullShare);
        var data = columns.Select((c, i) => Tables.Make(c.Type, rows, nullShare, distinct, i)).ToArray();
        foreach (var codec in new[] { CdcLake.Compression.CompressionCodec.Snappy, CdcLake.Compression.CompressionCodec.Uncompressed })
        {
            var options = new ParquetWriterOptions { PageRows = 700, RowGroupBytes = 100_000, Codec = codec };
            var (file, _) = await Tables.WriteAsync(columns, data, 333, options);
            await File.WriteAllBytesAsync(Path.Combine(_folder, "t.parquet"), file);
            for (var i = 0; i < columns.Length; i++)
            {
                var sql = $"select {Canonical(columns[i])} from file('t.parquet', Parquet) settings schema_inference_make_columns_nullable='auto', input_format_parquet_preserve_order=1, max_threads=1";
                Assert.Equal(Expected(data[i]), ClickHouse.Query(sql, _folder));
            }
        }
    }

    [ServerFact(ClickHouse.Variable)]
    public async Task Filters_that_use_statistics_and_page_indexes_find_the_same_rows()
    {
        const int Rows = 30_000;
        ParquetColumn[] columns = [new("id", 1, true, DataType.Int64), new("price", 2, false, DataType.Decimal(10, 2)), new("name", 3, false, DataType.String)];
        var ids = new FixedColumn<long>(DataType.Int64);
        for (var i = 0; i < Rows; i++)
        {
            ids.Append(i * 3);
        }

        Column[] data = [ids, Tables.Make(columns[1].Type, Rows, 10, 0, 1), Tables.Make(columns[2].Type, Rows, 10, 5000, 2)];
        var (file, _) = await Tables.WriteAsync(columns, data, 1000, new ParquetWriterOptions { PageRows = 500, RowGroupBytes = 300_000 });
        await File.WriteAllBytesAsync(Path.Combine(_folder, "t.parquet"), file);
        for (var low = -5; low < Rows * 3; low += 7001)
        {
            var high = low + 4000;
            var expected = ids.Values.ToArray().Count(id => id >= low && id < high);
            Assert.Equal($"{expected}\n", ClickHouse.Query($"select count() from file('t.parquet') where id >= {low} and id < {high}", _folder));
        }

        var prices = (FixedColumn<long>)data[1];
        var cheap = Enumerable.Range(0, Rows).Count(row => !prices.IsNull(row) && prices.Values[row] < -9_990_000_000);
        Assert.Equal($"{cheap}\n", ClickHouse.Query("select count() from file('t.parquet') where price < -99900000", _folder));
        var names = (BytesColumn)data[2];
        var found = Enumerable.Range(0, Rows).Count(row => !names.IsNull(row) && names[row].SequenceEqual("Zürich 77"u8));
        Assert.Equal($"{found}\n", ClickHouse.Query("select count() from file('t.parquet') where name = 'Zürich 77'", _folder));
        var nulls = Enumerable.Range(0, Rows).Count(names.IsNull);
        Assert.Equal($"{nulls}\n", ClickHouse.Query("select count() from file('t.parquet') where name is null", _folder));
    }

    /// <summary>Text that does not depend on how ClickHouse prints a type.</summary>
    private static string Canonical(ParquetColumn column) => column.Type.Kind switch
    {
        TypeKind.Boolean => $"toUInt8({column.Name})",
        TypeKind.Float32 or TypeKind.Float64 => $"hex(reinterpretAsString({column.Name}))",
        TypeKind.UInt64 => $"toString({column.Name})",
        TypeKind.Decimal => $"toString(reinterpret({column.Name}, 'Int{Bits(column.Type)}'))",
        TypeKind.Date => $"toInt32({column.Name})",
        TypeKind.DateTime or TypeKind.Timestamp => $"toUnixTimestamp64Micro({column.Name})",
        TypeKind.String or TypeKind.Binary => $"hex({column.Name})",
        _ => column.Name,
    };

    private static int Bits(DataType type) => type.Precision <= 9 ? 32 : type.Precision <= 18 ? 64 : 128;

    private static string Expected(Column column)
    {
        var text = new StringBuilder();
        for (var row = 0; row < column.Count; row++)
        {
            text.Append(column.IsNull(row) ? "\\N" : Value(column, row)).Append('\n');
        }

        return text.ToString();
    }

    private static string Value(Column column, int row) => column switch
    {
        FixedColumn<byte> c => c.Values[row].ToString(CultureInfo.InvariantCulture),
        FixedColumn<int> c => c.Values[row].ToString(CultureInfo.InvariantCulture),
        FixedColumn<long> c => c.Values[row].ToString(CultureInfo.InvariantCulture),
        FixedColumn<Int128> c => c.Values[row].ToString(CultureInfo.InvariantCulture),
        FixedColumn<float> c => FloatHex(BitConverter.GetBytes(c.Values[row])),
        FixedColumn<double> c => FloatHex(BitConverter.GetBytes(c.Values[row])),
        BytesColumn c => Convert.ToHexString(c[row]),
        _ => throw new InvalidOperationException("unknown column"),
    };

    private static string FloatHex(byte[] bytes) => Convert.ToHexString(bytes.AsSpan().TrimEnd((byte)0)); // as reinterpretAsString does
}
