using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>What each delete mode leaves in the table, and who chooses it.</summary>
public sealed class DeleteModeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;

    public DeleteModeTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Position_hides_rows_and_rewrites_nothing_in_a_commit()
    {
        await using var model = await UpdatedAsync(new IcebergSinkSettings { DeleteMode = IcebergDeleteMode.Position });
        Assert.Equal(2, Count(model, ManifestContent.Data)); // although an adaptive sink rewrites so small a table
        Assert.Equal(1, Count(model, ManifestContent.Deletes));
    }

    [Fact]
    public async Task Copy_on_write_leaves_no_delete_files()
    {
        await using var model = await UpdatedAsync(new IcebergSinkSettings { DeleteMode = IcebergDeleteMode.CopyOnWrite, SmallFileBytes = 0 });
        Assert.Equal(0, Count(model, ManifestContent.Deletes));
        Assert.Equal("overwrite", model.Sink.Version!.Table.Metadata.CurrentSnapshot!["operation"]);
    }

    [Theory]
    [InlineData(TableProperties.UpdateMode, "copy-on-write", 0)]
    [InlineData(TableProperties.DeleteMode, "copy-on-write", 0)]
    [InlineData(TableProperties.DeleteMode, "merge-on-read", 1)]
    public async Task Property_of_the_table_chooses_where_the_user_does_not(string property, string value, int deleteFiles)
    {
        await using var model = await UpdatedAsync(new IcebergSinkSettings { TableProperties = new Dictionary<string, string> { [property] = value } });
        Assert.Equal(deleteFiles, Count(model, ManifestContent.Deletes));
    }

    [Fact]
    public async Task Property_with_another_value_is_refused_by_name()
    {
        await using var model = new SinkModel(_store, new IcebergSinkSettings { TableProperties = new Dictionary<string, string> { [TableProperties.DeleteMode] = "sometimes" } });
        var error = await Assert.ThrowsAsync<CatalogException>(model.OpenAsync);
        Assert.Contains("write.delete.mode=sometimes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Append_adds_rows_over_commits_restarts_and_compactions()
    {
        var settings = new IcebergSinkSettings { DeleteMode = IcebergDeleteMode.Append, FileReadCost = 100, LeastFiles = 4 };
        await using var model = new SinkModel(_store, settings);
        await model.OpenAsync();
        for (var commit = 0; commit < 12; commit++)
        {
            for (var i = 0; i < 50; i++)
            {
                model.Put((commit * 50) + i, $"row {i}", i);
            }

            var total = (await model.EndAndCommitAsync())!.TotalRows;
            Assert.Equal((commit + 1) * 50, total);
            Assert.Equal("append", model.Sink.Version!.Table.Metadata.CurrentSnapshot!["operation"]);
            if (commit == 5)
            {
                await model.ReopenAsync();
            }
        }

        Assert.Equal(12, Count(model, ManifestContent.Data));
        Assert.NotEqual(0, await model.Sink.MaintainNowAsync(CancellationToken.None));
        Assert.Equal(1, Count(model, ManifestContent.Data));
        await model.CheckAsync();
        await ForeignCompaction.RunAsync(_store);
        model.Put(1_000_000, "after it", 1);
        await model.EndAndCommitAsync();
        await model.CheckAsync();
    }

    [Fact]
    public async Task Append_refuses_a_change_by_name()
    {
        await using var model = new SinkModel(_store, new IcebergSinkSettings { DeleteMode = IcebergDeleteMode.Append });
        await model.OpenAsync();
        model.Put(1, "first", 1);
        await model.EndAndCommitAsync();
        model.Put(1, "second", 1);
        var error = await Assert.ThrowsAsync<InconsistentChangeException>(model.EndEpochAsync);
        Assert.Contains("IcebergDeleteMode.Append", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A table of 1,000 rows of which one was updated.</summary>
    private async Task<SinkModel> UpdatedAsync(IcebergSinkSettings settings)
    {
        var model = new SinkModel(_store, settings);
        await model.OpenAsync();
        for (var id = 0; id < 1000; id++)
        {
            model.Put(id, $"row {id}", id);
        }

        await model.EndAndCommitAsync();
        model.Put(10, "updated", 1);
        await model.EndAndCommitAsync();
        await model.CheckAsync();
        return model;
    }

    private static int Count(SinkModel model, ManifestContent content) => model.Sink.Version!.Files.Entries(content).Count();
}
