using System.Text;
using CdcLake.Compression;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>Properties of a table decide about its files, manifests and commits, whoever set them.</summary>
public sealed class WritePropertiesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;

    public WritePropertiesTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Pages_dictionaries_and_bounds_of_files_are_as_the_table_says()
    {
        var version = await WriteAsync(new()
        {
            [TableProperties.PageVersion] = "v2",
            [TableProperties.DictionaryEnabled + "name"] = "false",
            [TableProperties.StatisticsEnabled + "qty"] = "false",
        });
        Assert.NotEmpty(version.Files.Entries(ManifestContent.Deletes));
        var file = version.Files.Entries(ManifestContent.Data).First().File;
        await using var reader = await ParquetReader.OpenAsync(file.Path, File.OpenRead(LocalOf(file.Path)));
        var chunks = reader.Footer.RowGroups[0].Chunks;
        Assert.Equal([PageType.DataV2, PageType.DataV2, PageType.Dictionary], chunks.Select(c => FirstPage(file.Path, c.Offset)));
        Assert.Equal([true, true, false], chunks.Select(c => c.Statistics?.Min is not null));
        Assert.All(file.Columns, c => Assert.NotNull(c.Lower)); // manifests go by other properties
    }

    [Fact]
    public async Task Delete_files_are_as_their_own_properties_say_and_for_the_rest_as_data_files()
    {
        var version = await WriteAsync(new()
        {
            [TableProperties.Compression] = "gzip",
            [TableProperties.CompressionLevel] = "BEST_SPEED",
            [TableProperties.PageVersion] = "v2",
            ["write.delete.parquet.compression-codec"] = "snappy",
        });
        Assert.Equal([CompressionCodec.Gzip], await CodecsAsync(version, ManifestContent.Data));
        Assert.Equal([CompressionCodec.Snappy], await CodecsAsync(version, ManifestContent.Deletes));
    }

    [Theory]
    [InlineData(null, 2)]
    [InlineData("partition", 2)]
    [InlineData("file", 6)]
    public async Task Granularity_says_whether_data_files_share_position_deletes(string? granularity, int expected)
    {
        var version = await WriteAsync(granularity is null ? [] : new() { [TableProperties.DeleteGranularity] = granularity });
        Assert.Equal(expected, version.Files.Entries(ManifestContent.Deletes).Count());
    }

    [Theory]
    [InlineData(null, "deflate")]
    [InlineData("zstd", "zstandard")]
    [InlineData("snappy", "snappy")]
    [InlineData("uncompressed", "null")]
    public async Task Manifests_and_their_lists_have_the_codec_of_the_table(string? codec, string expected)
    {
        await WriteAsync(codec is null ? [] : new() { [TableProperties.ManifestCompression] = codec });
        var files = _folder.Files.Where(f => f.EndsWith(".avro", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(files);
        Assert.All(files, f => Assert.Contains($"avro.codec{(char)(2 * expected.Length)}{expected}", Encoding.Latin1.GetString(File.ReadAllBytes(Path.Combine(_folder.Path, f))), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Summaries_tell_of_partitions_when_few_enough_changed()
    {
        var settings = new IcebergSinkSettings { Partitioning = [PartitionTerm.Parse("name")], TableProperties = new Dictionary<string, string> { [TableProperties.SummaryPartitionLimit] = "2" } };
        await using var model = new SinkModel(_store, settings);
        await model.OpenAsync();
        model.Put(1, "north", 1);
        model.Put(2, "so/uth", 2);
        await model.EndAndCommitAsync();
        var summary = model.Sink.Version!.Table.Metadata.CurrentSnapshot!;
        Assert.Equal("true", summary["partition-summaries-included"]);
        Assert.Matches("^added-data-files=1,added-records=1,added-files-size=[0-9]+$", summary["partitions.name=north"]);
        Assert.NotNull(summary["partitions.name=so%2Futh"]);
        model.Put(3, "east", 3);
        model.Put(4, "west", 4);
        model.Put(5, null, 4);
        await model.EndAndCommitAsync();
        summary = model.Sink.Version!.Table.Metadata.CurrentSnapshot!;
        Assert.Equal("3", summary["changed-partition-count"]);
        Assert.Null(summary["partition-summaries-included"]);
    }

    [Theory]
    [InlineData(TableProperties.MergesManifests, "false", 40, 41)]
    [InlineData(TableProperties.ManifestsToMerge, "4", 1, 5)]
    [InlineData(TableProperties.ManifestTargetSize, "1", 40, 41)]
    public async Task Manifests_are_merged_when_the_table_says_so(string property, string value, int least, int most)
    {
        var settings = new IcebergSinkSettings { DeleteMode = IcebergDeleteMode.Append, TableProperties = new Dictionary<string, string> { [property] = value } };
        await using var model = new SinkModel(_store, settings, new SecondsClock());
        await model.OpenAsync();
        for (var commit = 0; commit < 40; commit++)
        {
            model.Put(commit, "row", commit);
            await model.EndAndCommitAsync();
        }

        Assert.InRange(model.Sink.Version!.Files.Manifests.Count, least, most);
    }

    [Theory]
    [InlineData(TableProperties.PageVersion, "v3", "none of v1, v2")]
    [InlineData(TableProperties.DeleteGranularity, "row", "none of partition, file")]
    [InlineData(TableProperties.ManifestCompression, "lzo", "gzip, zstd, snappy or uncompressed")]
    [InlineData(TableProperties.ManifestsToMerge, "many", "no number")]
    [InlineData(TableProperties.CommitRetries, "-1", "no number of 0 or more")]
    [InlineData("write.delete.parquet.compression-codec", "lzo", "delete files")]
    public async Task Value_that_cannot_be_kept_is_refused_when_the_table_is_opened(string property, string value, string mention)
    {
        await using var model = new SinkModel(_store, new IcebergSinkSettings { TableProperties = new Dictionary<string, string> { [property] = value } });
        var error = await Assert.ThrowsAsync<CatalogException>(async () =>
        {
            await model.OpenAsync();
            model.Put(1, "a", 1);
            await model.EndAndCommitAsync();
        });
        Assert.Contains(mention, error.Message, StringComparison.Ordinal);
        Assert.Contains(value, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Another writer is faster, as often as the commit is tried.</summary>
    [Theory]
    [InlineData(TableProperties.CommitRetries, "0", 1, false)]
    [InlineData(TableProperties.CommitRetries, "1", 1, true)]
    [InlineData(TableProperties.CommitRetries, "1", 2, false)]
    [InlineData(TableProperties.CommitRetryTime, "0", 1, false)]
    [InlineData("a.property", "of others", 9, true)]
    [InlineData("a.property", "of others", 10, false)]
    public async Task Commits_are_made_again_as_often_as_the_table_says(string property, string value, int conflicts, bool succeeds)
    {
        var hooked = new HookedStore(_store);
        await using var model = new SinkModel(hooked, new IcebergSinkSettings { TableProperties = new Dictionary<string, string> { [property] = value } });
        await model.OpenAsync();
        model.Put(1, "a", 1);
        await model.EndAndCommitAsync();
        var left = conflicts;
        hooked.BeforeCreation = Other;
        model.Put(2, "b", 2);
        await model.EndEpochAsync();
        if (succeeds)
        {
            await model.CommitAsync();
            await model.CheckAsync();
        }
        else
        {
            await Assert.ThrowsAsync<CommitConflictException>(() => model.CommitAsync());
            Assert.Single(await SinkModel.ReadAsync(_store));
        }

        Assert.Equal(0, left);

        async Task Other(string name)
        {
            await _store.AddForeignSnapshotAsync("replace");
            hooked.BeforeCreation = --left > 0 ? Other : null;
        }
    }

    /// <summary>Six data files, of which each loses a row.</summary>
    private async Task<TableVersion> WriteAsync(Dictionary<string, string> properties)
    {
        var settings = new IcebergSinkSettings
        {
            DeleteMode = IcebergDeleteMode.Position, SmallFileBytes = 0, TargetFileSizeBytes = 1, FoldAt = 100, MaxOwnDeleteFiles = 2, FilesPerDeleteFile = 3, TableProperties = properties,
        };
        await using var model = new SinkModel(_store, settings);
        await model.OpenAsync();
        for (var file = 0; file < 6; file++)
        {
            for (var row = 0; row < 50; row++)
            {
                model.Put((file * 50) + row, $"name {row % 5}", row % 7);
            }

            await model.EndAndCommitAsync();
        }

        for (var file = 0; file < 6; file++)
        {
            model.Remove(file * 50);
        }

        await model.EndAndCommitAsync();
        await model.CheckAsync();
        return model.Sink.Version!;
    }

    private static async Task<List<CompressionCodec>> CodecsAsync(TableVersion version, ManifestContent content)
    {
        var codecs = new List<CompressionCodec>();
        foreach (var entry in version.Files.Entries(content))
        {
            await using var reader = await ParquetReader.OpenAsync(entry.File.Path, File.OpenRead(LocalOf(entry.File.Path)));
            codecs.AddRange(reader.Footer.RowGroups.SelectMany(g => g.Chunks).Select(c => (CompressionCodec)c.Codec));
        }

        return [.. codecs.Distinct()];
    }

    private static PageType FirstPage(string path, long offset) => PageHeader.Read(File.ReadAllBytes(LocalOf(path)).AsSpan((int)offset), out _).Type;

    private static string LocalOf(string path) => path.Replace("file://", "", StringComparison.Ordinal);
}
