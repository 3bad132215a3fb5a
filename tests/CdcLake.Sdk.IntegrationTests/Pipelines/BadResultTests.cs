namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>Pipelines whose result cannot be written as asked.</summary>
public sealed class BadResultTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Key_that_is_not_unique_in_the_result_is_named_with_its_value()
    {
        var mysql = MySqlSource.FromFiles(Directory.GetFiles(Repository.RecordedLog, "binlog.0*"));
        await using var pipeline = Pipeline
            .FromMySqlBinlog(mysql.Table<NamedProduct>("appdb.products"))
            .ToIceberg(IcebergCatalog.FileSystem(_folder.Path).Table("demo.names"), key: p => p.Name)
            .Build("names", o => o.CheckpointFolder = _folder[".checkpoints"]);
        var error = await Assert.ThrowsAsync<DuplicateKeyException>(() => pipeline.RunAsync());
        Assert.Contains("demo.names", error.Message, StringComparison.Ordinal);
        Assert.Contains("name", error.Message, StringComparison.Ordinal);
        Assert.Equal(PipelineState.Failed, pipeline.Status.State);
    }

    [Fact]
    public async Task Property_that_does_not_hold_its_column_is_named_with_both_types()
    {
        var mysql = MySqlSource.FromFiles(Directory.GetFiles(Repository.RecordedLog, "binlog.0*"));
        await using var pipeline = Pipeline
            .FromMySqlBinlog(mysql.Table<ShortSale>("appdb.sales"))
            .ToIceberg(IcebergCatalog.FileSystem(_folder.Path).Table("demo.sales"), key: s => s.Id)
            .Build("short", o => o.CheckpointFolder = _folder[".checkpoints"]);
        var error = await Assert.ThrowsAsync<SchemaMismatchException>(() => pipeline.RunAsync());
        Assert.Contains("id", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("bigint", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("short", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    internal sealed record NamedProduct(int Id, string Name);

    internal sealed record ShortSale(short Id, int Qty);
}
