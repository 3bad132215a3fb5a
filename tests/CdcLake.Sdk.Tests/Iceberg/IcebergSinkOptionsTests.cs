using CdcLake.Compression;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

public sealed class IcebergSinkOptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LocalObjectStore _store;

    public IcebergSinkOptionsTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Options_and_properties_stand_in_the_table_that_is_created()
    {
        var options = new IcebergSinkOptions { CompressionCodec = "gzip", TargetFileSizeBytes = 1 << 20, RowGroupSizeBytes = 1 << 18 };
        options.TableProperties["comment"] = "sales";
        options.TableProperties["write.metadata.previous-versions-max"] = "7";
        options.TableProperties["cdclake.expire.keep-files-ms"] = "60000"; // the one of ours that users set
        var properties = await PropertiesAsync(options);
        Assert.Equal("gzip", properties["write.parquet.compression-codec"]);
        Assert.DoesNotContain("write.parquet.compression-level", properties.Keys);
        Assert.Equal("1048576", properties["write.target-file-size-bytes"]);
        Assert.Equal("262144", properties["write.parquet.row-group-size-bytes"]);
        Assert.Equal("7", properties["write.metadata.previous-versions-max"]);
        Assert.Equal("60000", properties["cdclake.expire.keep-files-ms"]);
        Assert.Equal("sales", properties["comment"]);
    }

    [Fact]
    public async Task Defaults_stand_in_a_table_that_is_created_without_options()
    {
        var properties = await PropertiesAsync(new IcebergSinkOptions());
        Assert.Equal("zstd", properties["write.parquet.compression-codec"]);
        Assert.DoesNotContain("write.parquet.compression-level", properties.Keys);
        Assert.Equal("134217728", properties["write.target-file-size-bytes"]);
    }

    [Fact]
    public void Property_of_an_existing_table_is_followed_where_no_option_is_set()
    {
        var table = new Dictionary<string, string>
        {
            ["write.parquet.compression-codec"] = "gzip",
            ["write.parquet.compression-level"] = "7",
            ["write.target-file-size-bytes"] = "1000000",
        };
        var settings = WriteProperties.Apply(new IcebergSinkOptions().Freeze(), table, "Table t");
        Assert.Equal((CompressionCodec.Gzip, (int?)7, 1_000_000L), (settings.Compression, settings.CompressionLevel, settings.TargetFileSizeBytes));

        settings = WriteProperties.Apply(new IcebergSinkOptions { CompressionCodec = "snappy", TargetFileSizeBytes = 1 << 20 }.Freeze(), table, "Table t");
        Assert.Equal((CompressionCodec.Snappy, (int?)null, 1L << 20), (settings.Compression, settings.CompressionLevel, settings.TargetFileSizeBytes));
    }

    [Theory]
    [InlineData("write.target-file-size-bytes", "128MB")]
    [InlineData("write.format.default", "orc")]
    [InlineData("write.delete.format.default", "AVRO")]
    public void Property_of_an_existing_table_that_cannot_be_followed_is_refused_by_name(string name, string value)
    {
        var error = Assert.Throws<CatalogException>(() => WriteProperties.Apply(new IcebergSinkSettings(), new Dictionary<string, string> { [name] = value }, "Table t"));
        Assert.Contains($"{name}={value}", error.Message, StringComparison.Ordinal);
        _ = WriteProperties.Apply(new IcebergSinkSettings(), new Dictionary<string, string> { ["write.format.default"] = "PARQUET" }, "Table t");
    }

    [Fact]
    public void Options_with_wrong_values_are_refused_before_anything_runs()
    {
        Assert.Throws<ArgumentException>(() => new IcebergSinkOptions { CompressionCodec = "lzo" }.Freeze());
        Assert.Throws<ArgumentException>(() => new IcebergSinkOptions { CompressionCodec = "gzip", CompressionLevel = 10 }.Freeze());
        Assert.Throws<ArgumentOutOfRangeException>(() => new IcebergSinkOptions { TargetFileSizeBytes = 1000 }.Freeze());
        Assert.Throws<ArgumentOutOfRangeException>(() => new IcebergSinkOptions { RowGroupSizeBytes = 0 }.Freeze());
        Assert.Throws<ArgumentOutOfRangeException>(() => new IcebergSinkOptions { MemoryBudgetBytes = -1 }.Freeze());
        Assert.Throws<ArgumentException>(() => With("cdclake.pipeline", "mine"));
        Assert.Throws<ArgumentException>(() => With("format-version", "4"));

        static void With(string name, string value)
        {
            var options = new IcebergSinkOptions();
            options.TableProperties[name] = value;
            options.Freeze();
        }
    }

    private async Task<IReadOnlyDictionary<string, string>> PropertiesAsync(IcebergSinkOptions options)
    {
        await using var model = new SinkModel(_store, options.Freeze());
        await model.OpenAsync();
        return (await _store.MetadataAsync()).Properties;
    }
}
