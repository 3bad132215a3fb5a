using System.Collections.Immutable;
using CdcLake.Compression;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Writing;
using CdcLake.Parquet;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

public sealed class FileCompressionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new(inMemory: true);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, null, (int)CompressionCodec.Zstd, null)]
    [InlineData("zstd", "1", (int)CompressionCodec.Zstd, 1)]
    [InlineData("ZSTD", "-7", (int)CompressionCodec.Zstd, -7)]
    [InlineData("snappy", null, (int)CompressionCodec.Snappy, null)]
    [InlineData("gzip", "6", (int)CompressionCodec.Gzip, 6)]
    [InlineData("gzip", "BEST_SPEED", (int)CompressionCodec.Gzip, 1)]
    [InlineData("gzip", "SEVEN", (int)CompressionCodec.Gzip, 7)]
    [InlineData("gzip", "DEFAULT_COMPRESSION", (int)CompressionCodec.Gzip, null)]
    [InlineData("snappy", "3", (int)CompressionCodec.Snappy, null)]
    [InlineData("uncompressed", null, (int)CompressionCodec.Uncompressed, null)]
    [InlineData("none", null, (int)CompressionCodec.Uncompressed, null)]
    public void Properties_say_codec_and_level(string? codec, string? level, int expected, int? expectedLevel) =>
        Assert.Equal(new FileCompression((CompressionCodec)expected, expectedLevel), FileCompression.Of(Properties(codec, level), "Table t"));

    [Theory]
    [InlineData("lzo", null, "lzo")]
    [InlineData("brotli", null, "zstd, snappy, gzip, lz4_raw or uncompressed")]
    [InlineData("gzip", "10", "from 0 to 9")]
    [InlineData("zstd", "fast", "write.parquet.compression-level=fast")]
    [InlineData("zstd", "23", "22")]
    public void Property_that_cannot_be_followed_is_refused_with_what_can(string codec, string? level, string mention)
    {
        var error = Assert.Throws<CatalogException>(() => FileCompression.Of(Properties(codec, level), "Table t"));
        Assert.Contains("Table t", error.Message, StringComparison.Ordinal);
        Assert.Contains(mention, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_table_says_zstd_without_a_level_and_its_files_are()
    {
        var table = await WriteAsync(new IcebergSinkSettings(), 1);
        Assert.Equal("zstd", table[TableProperties.Compression]);
        Assert.False(table.ContainsKey(TableProperties.CompressionLevel)); // Java would stop at it after a change to gzip
        Assert.Equal([CompressionCodec.Zstd], await CodecsAsync());
    }

    [Theory]
    [InlineData((int)CompressionCodec.Gzip, 6, "SIX")]
    [InlineData((int)CompressionCodec.Zstd, 6, "6")]
    public async Task Level_that_was_asked_for_is_written_down_as_Java_reads_it(int codec, int level, string expected)
    {
        var table = await WriteAsync(new IcebergSinkSettings { Compression = (CompressionCodec)codec, CompressionLevel = level }, 1);
        Assert.Equal(expected, table[TableProperties.CompressionLevel]);
    }

    [Fact]
    public async Task Table_that_names_another_codec_gets_files_of_that_codec()
    {
        var properties = new Dictionary<string, string> { [TableProperties.Compression] = "gzip" };
        var table = await WriteAsync(new IcebergSinkSettings { TableProperties = properties }, 1);
        Assert.False(table.ContainsKey(TableProperties.CompressionLevel));
        await WriteAsync(new IcebergSinkSettings { SmallFileBytes = 0 }, 2); // asks for zstd, but the table goes before it
        Assert.Equal([CompressionCodec.Gzip, CompressionCodec.Gzip], await CodecsAsync());
    }

    private async Task<ImmutableSortedDictionary<string, string>> WriteAsync(IcebergSinkSettings settings, long id)
    {
        var store = new LocalObjectStore(_folder.Path, TimeProvider.System);
        await using var model = new SinkModel(store, settings);
        await model.ReopenAsync();
        model.Put(id, "name", 1);
        await model.EndAndCommitAsync();
        return (await new FileSystemCatalog(store).LoadAsync(SinkModel.Table, CancellationToken.None))!.Metadata.Properties;
    }

    private async Task<List<CompressionCodec>> CodecsAsync()
    {
        var codecs = new List<CompressionCodec>();
        foreach (var file in Directory.GetFiles(_folder.Path, "*.parquet", SearchOption.AllDirectories))
        {
            await using var reader = await ParquetReader.OpenAsync(file, File.OpenRead(file));
            codecs.AddRange(reader.Footer.RowGroups.SelectMany(g => g.Chunks).Select(c => (CompressionCodec)c.Codec).Distinct());
        }

        return codecs;
    }

    private static Dictionary<string, string> Properties(string? codec, string? level)
    {
        var properties = new Dictionary<string, string>();
        if (codec is not null)
        {
            properties[TableProperties.Compression] = codec;
        }

        if (level is not null)
        {
            properties[TableProperties.CompressionLevel] = level;
        }

        return properties;
    }
}
