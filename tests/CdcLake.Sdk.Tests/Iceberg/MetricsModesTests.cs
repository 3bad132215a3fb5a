using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>Iceberg's metrics modes: what manifests say of columns.</summary>
public sealed class MetricsModesTests
{
    [Theory]
    [InlineData(null, null, 0, true, 16)]
    [InlineData(null, null, 100, false, 0)]
    [InlineData("counts", null, 0, true, 0)]
    [InlineData("full", null, 100, true, int.MaxValue)]
    [InlineData("none", "truncate(4)", 0, true, 4)]
    [InlineData("NONE", null, 0, false, 0)]
    [InlineData("truncate(0)", null, 0, true, 16)]
    public void Column_goes_before_the_default_and_that_before_the_place(string? general, string? own, int ordinal, bool counts, int length)
    {
        var properties = new Dictionary<string, string>();
        if (general is not null)
        {
            properties["write.metadata.metrics.default"] = general;
        }

        if (own is not null)
        {
            properties["write.metadata.metrics.column.name"] = own;
        }

        Assert.Equal(new MetricsMode(counts, length), new MetricsModes(properties).Of("name", ordinal, isKey: false));
    }

    [Fact]
    public void Key_always_has_bounds()
    {
        var modes = new MetricsModes(new Dictionary<string, string> { ["write.metadata.metrics.default"] = "none" });
        Assert.Equal(MetricsMode.Truncated, modes.Of("id", 0, isKey: true));
    }

    [Fact]
    public async Task Manifests_of_a_sink_keep_to_them()
    {
        using var folder = new TemporaryFolder(inMemory: true);
        var properties = new Dictionary<string, string> { ["write.metadata.metrics.column.name"] = "truncate(2)", ["write.metadata.metrics.column.qty"] = "counts" };
        await using var model = new SinkModel(new LocalObjectStore(folder.Path, TimeProvider.System), new IcebergSinkSettings { TableProperties = properties });
        await model.OpenAsync();
        model.Put(1, "north", 7);
        await model.EndAndCommitAsync();

        var columns = Assert.Single(model.Sink.Version!.Files.Entries(ManifestContent.Data)).File.Columns;
        Assert.Equal("no"u8.ToArray(), columns[1].Lower);
        Assert.Equal("np"u8.ToArray(), columns[1].Upper);
        Assert.Equal(1, columns[2].ValueCount);
        Assert.Null(columns[2].Lower);
        Assert.NotNull(columns[0].Lower);
    }
}
