using System.Globalization;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Spec;
using CdcLake.Storage;
using CdcLake.Tests.Shared;

namespace CdcLake.Tests.Iceberg;

/// <summary>A column that another engine added with a default (format 3), read from files that were written before.</summary>
public sealed class AddedColumnTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rows_of_older_files_have_the_initial_default(bool required)
    {
        await AddAsync(
            new IcebergField(4, "country", required, new IcebergType("string"), InitialDefault: "\"AT\"", WriteDefault: "\"DE\""),
            new IcebergField(5, "price", required, new IcebergType("decimal(9, 2)"), InitialDefault: "\"9.90\""));
        var reader = await OpenAsync();
        await foreach (var batch in reader.ReadAsync(reader.Current!))
        {
            using var owned = batch;
            Assert.Equal(2, batch.Count);
            Assert.All(Enumerable.Range(0, 2), row => Assert.Equal("AT", Encoding.UTF8.GetString(batch.Bytes(3)[row])));
            Assert.Equal([990L, 990L], batch.Fixed<long>(4).Values.ToArray());
        }
    }

    [Fact]
    public async Task Rows_of_older_files_are_null_without_a_default()
    {
        await AddAsync(new IcebergField(4, "country", false, new IcebergType("string"), WriteDefault: "\"DE\""));
        var reader = await OpenAsync();
        await foreach (var batch in reader.ReadAsync(reader.Current!))
        {
            using var owned = batch;
            Assert.Equal([1, 1], batch[3].Nulls.ToArray());
        }
    }

    [Fact]
    public async Task Default_that_is_not_read_is_refused_by_name()
    {
        await AddAsync(new IcebergField(4, "paid", false, new IcebergType("timestamp"), InitialDefault: "\"+12017-11-16T22:31:08\""));
        var reader = await OpenAsync();
        var error = await Assert.ThrowsAsync<CatalogException>(async () =>
        {
            await foreach (var batch in reader.ReadAsync(reader.Current!))
            {
                batch.Dispose();
            }
        });
        Assert.Contains("\"paid\"", error.Message, StringComparison.Ordinal);
    }

    private Task<IcebergTableReader> OpenAsync() =>
        IcebergTableReader.OpenAsync(new FileSystemCatalog(new LocalObjectStore(_folder.Path, TimeProvider.System)), SinkModel.Table, CancellationToken.None);

    /// <summary>Two rows, then the columns as a commit of another engine adds them.</summary>
    private async Task AddAsync(params IcebergField[] added)
    {
        var store = new LocalObjectStore(_folder.Path, TimeProvider.System);
        await using (var model = new SinkModel(store))
        {
            await model.OpenAsync();
            model.Put(1, "one", 1);
            model.Put(2, "two", 2);
            await model.EndAndCommitAsync();
        }

        var metadata = Path.Combine(_folder.Path, "demo", "items", "metadata");
        var newest = Directory.GetFiles(metadata, "v*.metadata.json").Max(f => int.Parse(Path.GetFileName(f).Split('.')[0][1..], CultureInfo.InvariantCulture));
        var file = Path.Combine(metadata, $"v{newest}.metadata.json");
        var table = TableMetadataJson.Read(await File.ReadAllBytesAsync(file), file);
        var schema = table.Schema with { SchemaId = table.Schema.SchemaId + 1, Fields = [.. table.Schema.Fields, .. added] };
        var next = table with
        {
            FormatVersion = 3,
            Schemas = [.. table.Schemas, schema],
            CurrentSchemaId = schema.SchemaId,
        };
        await File.WriteAllBytesAsync(Path.Combine(metadata, $"v{newest + 1}.metadata.json"), TableMetadataJson.Write(next));
    }
}
