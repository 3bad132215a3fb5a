using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Compression;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Writing;
using CdcLake.Parquet.Format;
using CdcLake.Storage;
using CdcLake.Tests.Parquet;
using DuckDB.NET.Data;

namespace CdcLake.Tests.Iceberg;

/// <summary>DuckDB, whose Parquet reader is its own: data and position delete files of our tables, and each type of a column.</summary>
public sealed class DuckDbReadsOursTests : IDisposable
{
    private readonly TemporaryFolder _folder = new(inMemory: true);

    public void Dispose() => _folder.Dispose();

    /// <summary>Live files by our manifests, rows less those that position delete files name, by DuckDB alone.</summary>
    [Theory]
    [InlineData(1, null, false)]
    [InlineData(2, IcebergDeleteMode.Position, false)]
    [InlineData(3, IcebergDeleteMode.Position, true)]
    [InlineData(4, IcebergDeleteMode.CopyOnWrite, true)]
    public async Task Rows_in_the_files_of_a_table_are_those_of_the_model(int seed, IcebergDeleteMode? mode, bool isPartitioned)
    {
        var random = new Random(seed);
        var store = new LocalObjectStore(_folder.Path, TimeProvider.System);
        var settings = new IcebergSinkSettings
        {
            DeleteMode = mode, SmallFileBytes = 0, TargetFileSizeBytes = 8_000, FilesPerDeleteFile = 3, MaxOwnDeleteFiles = seed % 2 == 0 ? 1 : 16,
            TableProperties = seed % 2 == 0 ? new Dictionary<string, string> { [TableProperties.PageVersion] = "v2", ["write.delete.parquet.page-version"] = "v2", [TableProperties.StatisticsEnabled + "name"] = "false" } : new Dictionary<string, string>(),
            Partitioning = isPartitioned ? [PartitionTerm.Parse("bucket(3, id)")] : [],
        };
        await using var model = new SinkModel(store, settings);
        await model.OpenAsync();
        var hasDeletes = false;
        for (var commit = 0; commit < 6; commit++)
        {
            for (var n = commit == 0 ? 1200 : 150; n > 0; n--)
            {
                var id = random.Next(1500);
                if (random.Next(4) == 0)
                {
                    model.Remove(id);
                }
                else
                {
                    model.Put(id, random.Next(9) == 0 ? null : $"näme {random.Next(1000)} 🐇", random.Next(9) == 0 ? null : random.Next());
                }
            }

            await model.EndAndCommitAsync();
            var version = await TableVersion.ReadAsync(model.Sink.Version!.Table, CancellationToken.None);
            var deletes = PathsOf(version, ManifestContent.Deletes);
            hasDeletes |= deletes.Count > 0;
            var live = deletes.Count == 0 ? "" : $" where not exists (select 1 from read_parquet({List(deletes)}) x where x.file_path = 'file://' || d.filename and x.pos = d.file_row_number)";
            var rows = Query($"select id, name, qty from read_parquet({List(PathsOf(version, ManifestContent.Data))}, filename = true, file_row_number = true) d{live} order by id");
            Assert.Equal(
                model.Rows.OrderBy(r => r.Key).Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Key}|{r.Value.Name ?? "∅"}|{r.Value.Qty?.ToString(CultureInfo.InvariantCulture) ?? "∅"}")), rows);
        }

        Assert.Equal(mode == IcebergDeleteMode.Position, hasDeletes && mode == IcebergDeleteMode.Position);
    }

    [Theory]
    [InlineData((int)CompressionCodec.Zstd, 0, 0)]
    [InlineData((int)CompressionCodec.Snappy, 30, 12)]
    [InlineData((int)CompressionCodec.Gzip, 30, 0)]
    [InlineData((int)CompressionCodec.Lz4Raw, 0, 12)]
    [InlineData((int)CompressionCodec.Uncompressed, 30, 0)]
    public async Task Values_of_every_type_are_ours(int codec, int nullShare, int distinct)
    {
        const int Rows = 700;
        var columns = Tables.Columns(nullShare);
        var data = columns.Select((c, i) => Tables.Make(c.Type, Rows, nullShare, distinct, i)).ToArray();
        var (bytes, _) = await Tables.WriteAsync(columns, data, Rows, new ParquetWriterOptions { Codec = (CompressionCodec)codec, CompressionLevel = 1, PageRows = 200 });
        var path = Path.Combine(_folder.Path, "types.parquet");
        await File.WriteAllBytesAsync(path, bytes);
        for (var i = 0; i < columns.Length; i++)
        {
            var read = Query($"select {Expression(columns[i].Type, $"\"{columns[i].Name}\"")} from read_parquet('{path}')");
            for (var row = 0; row < Rows; row++)
            {
                Assert.Equal((columns[i].Name, row, Text(data[i], row)), (columns[i].Name, row, read[row]));
            }
        }
    }

    /// <summary>A value as text that says all of it.</summary>
    private static string Expression(DataType type, string column) => type.Kind switch
    {
        TypeKind.Boolean => $"cast({column} as int)",
        TypeKind.Float32 or TypeKind.Float64 => $"cast({column} as double)",
        TypeKind.Decimal => $"replace(cast({column} as varchar), '.', '')",
        TypeKind.Date => $"{column} - date '1970-01-01'",
        TypeKind.DateTime or TypeKind.Timestamp => $"epoch_us({column})",
        TypeKind.String or TypeKind.Binary => $"hex({column})",
        _ => $"cast({column} as varchar)",
    };

    private static string Text(Column column, int row)
    {
        if (column.IsNull(row))
        {
            return "∅";
        }

        return column switch
        {
            FixedColumn<byte> c => c.Values[row].ToString(CultureInfo.InvariantCulture),
            FixedColumn<int> c => Number(c.Values[row], c.Type),
            FixedColumn<long> c => Number(c.Values[row], c.Type),
            FixedColumn<Int128> c => Number(c.Values[row], c.Type),
            FixedColumn<float> c => ((double)c.Values[row]).ToString("R", CultureInfo.InvariantCulture),
            FixedColumn<double> c => c.Values[row].ToString("R", CultureInfo.InvariantCulture),
            _ => Convert.ToHexString(((BytesColumn)column)[row]),
        };
    }

    private static string Number(Int128 value, DataType type) => type.Kind != TypeKind.Decimal ? value.ToString(CultureInfo.InvariantCulture)
        : (value < 0 ? "-" : "") + Int128.Abs(value).ToString(CultureInfo.InvariantCulture).PadLeft(type.Scale + 1, '0');

    private static List<string> PathsOf(TableVersion version, ManifestContent content) => [.. version.Files.Entries(content).Select(e => e.File.Path["file://".Length..])];

    private static string List(IEnumerable<string> paths) => $"[{string.Join(", ", paths.Select(p => $"'{p}'"))}]";

    private static List<string> Query(string sql)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<string>();
        while (reader.Read())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "∅" : Convert.ToString(reader.GetValue(i), CultureInfo.InvariantCulture))));
        }

        return rows;
    }
}
