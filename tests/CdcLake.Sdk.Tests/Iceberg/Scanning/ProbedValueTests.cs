using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Writing;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg.Scanning;

/// <summary>A condition that asks for one value passes over files of other buckets and row groups whose Bloom filter lacks it, and over nothing else.</summary>
public sealed class ProbedValueTests : IDisposable
{
    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;

    public ProbedValueTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    private IcebergTable Table => IcebergCatalog.FileSystem(_folder.Path).Table("demo.items");

    public void Dispose() => _folder.Dispose();

    /// <summary>Examples of the Iceberg specification, appendix B.</summary>
    [Theory]
    [InlineData("int", 34, 2017239379)]
    [InlineData("long", 34L, 2017239379)]
    [InlineData("decimal(9, 2)", 1420, -500754589)]
    [InlineData("date", 17486, -653330422)]
    [InlineData("time", 81068000000L, -662762989)]
    [InlineData("timestamp", 1510871468000000L, -2047944441)]
    [InlineData("timestamptz", 1510871468000000L, -2047944441)]
    [InlineData("string", "iceberg", 1210000089)]
    [InlineData("uuid", "f79c3e09-677c-4bbd-a479-3f349cb785e7", 1488055340)]
    public void Bucket_of_a_value_is_that_of_its_hash(string type, object value, int hash)
    {
        var iceberg = new IcebergType(type);
        var known = FilterValue.Of(value is string text ? System.Text.Encoding.UTF8.GetBytes(text) : value, ScanColumns.TypeOf(iceberg)!.Value)!.Value;
        foreach (var buckets in new[] { 1, 16, 1000 })
        {
            Assert.Equal((hash & int.MaxValue) % buckets, BucketOf.Value(known, iceberg, buckets));
        }
    }

    [Theory]
    [InlineData("int", 3.5)]
    [InlineData("uuid", "no uuid")]
    [InlineData("double", 1.0)]
    public void Value_without_a_hash_of_its_own_is_of_any_bucket(string type, object value) => Assert.Null(BucketOf.Value(
        value is string text ? FilterValue.Of(System.Text.Encoding.UTF8.GetBytes(text), DataType.String)!.Value : FilterValue.Of(value, DataType.Float64)!.Value, new IcebergType(type), 16));

    [Theory]
    [InlineData("bucket(8, id)")]
    [InlineData("bucket(8, name)")]
    public async Task Files_of_other_buckets_are_not_opened(string partition)
    {
        await using var model = await FilledAsync(new IcebergSinkSettings { Partitioning = [PartitionTerm.Parse(partition)] });
        var version = model.Sink.Version!;
        var files = version.Files.Entries(ManifestContent.Data).Select(e => e.File).ToList();
        Assert.Equal(8, files.Count);
        var places = new Dictionary<long, string>();
        foreach (var file in files)
        {
            await foreach (var batch in new DataFileReader(version.Table).ReadAsync(file, [new("id", 1, Required: true, DataType.Int64)], default))
            {
                using var owned = batch;
                Enumerable.Range(0, batch.Count).ToList().ForEach(r => places.Add((long)batch.Columns[0].ValueAt(r)!, new Uri(file.Path).LocalPath));
            }
        }

        var kept = places[114];
        files.Select(f => new Uri(f.Path).LocalPath).Where(f => f != kept).ToList().ForEach(File.Delete);
        Assert.Equal([new Item(114, "item 114")], await Table.Scan<Item>().Where(i => i.Id == 114 && i.Name == "item 114").ReadAsync().ToListAsync());
        var other = places.First(p => p.Value != kept).Key;
        var name = $"item {other}";
        await Assert.ThrowsAsync<ObjectStoreException>(async () => await Table.Scan<Item>().Where(i => i.Id == other && i.Name == name).ReadAsync().ToListAsync());
    }

    [Fact]
    public async Task Row_groups_whose_filter_lacks_the_value_are_not_read()
    {
        string[] columns = ["id", "name", "qty"];
        var filters = columns.SelectMany(c => new[] { ($"write.parquet.bloom-filter-enabled.column.{c}", "true"), ($"write.parquet.bloom-filter-fpp.column.{c}", "0.001") });
        await using var model = await FilledAsync(new IcebergSinkSettings { TableProperties = filters.ToDictionary(f => f.Item1, f => f.Item2) });
        var path = new Uri(Assert.Single(model.Sink.Version!.Files.Entries(ManifestContent.Data)).File.Path).LocalPath;
        long pages;
        await using (var reader = await ParquetReader.OpenAsync(path, File.OpenRead(path)))
        {
            Assert.All(reader.Footer.RowGroups[0].Chunks, c => Assert.True(c.BloomFilter is { Offset: > 0, Length: > 0 }));
            pages = reader.Footer.RowGroups[0].Chunks.Min(c => c.BloomFilter.Offset);
        }

        var bytes = await File.ReadAllBytesAsync(path);
        Assert.Single(await Table.Scan<Item>().Where(i => i.Id == 500).ReadAsync().ToListAsync());
        Array.Fill(bytes, (byte)0xFF, 4, (int)pages - 4); // whoever reads a page from now on fails
        await File.WriteAllBytesAsync(path, bytes);
        Assert.Empty(await Table.Scan<Item>().Where(i => i.Id == 501).ReadAsync().ToListAsync()); // only even ones are there
        Assert.Empty(await Table.Scan<Item>().Where(i => i.Name == "item 501").ReadAsync().ToListAsync());
        Assert.Empty(await Table.Scan<Numbered>().Where(i => i.Qty == 501).ReadAsync().ToListAsync());
        Assert.Empty(await Table.Scan<Item>().Where(i => i.Id == 501 || i.Name == "item 7").ReadAsync().ToListAsync());
        await Assert.ThrowsAsync<CatalogException>(async () => await Table.Scan<Item>().Where(i => i.Id == 500).ReadAsync().ToListAsync());
        await Assert.ThrowsAsync<CatalogException>(async () => await Table.Scan<Item>().Where(i => i.Id == 501 || i.Name == "item 500").ReadAsync().ToListAsync());
        await Assert.ThrowsAsync<CatalogException>(async () => await Table.Scan<Numbered>().Where(i => i.Qty != 501).ReadAsync().ToListAsync());
    }

    /// <summary>Even numbers in no particular order, so that bounds refute nothing.</summary>
    private async Task<SinkModel> FilledAsync(IcebergSinkSettings settings)
    {
        var model = new SinkModel(_store, settings);
        await model.OpenAsync();
        for (var i = 0; i < 997; i++)
        {
            var id = i * 385 % 997 * 2;
            model.Put(id, $"item {id}", id);
        }

        await model.EndAndCommitAsync();
        return model;
    }

    private sealed record Item(long Id, string? Name);

    private sealed record Numbered(long Id, int? Qty);
}
