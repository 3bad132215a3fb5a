using System.Text.RegularExpressions;
using CdcLake.Tests.Iceberg;
using CdcLake.Tests.Pipelines;
using CdcLake.Testing;

namespace CdcLake.Tests.Storage.S3;

/// <summary>Warehouse and checkpoints in S3: what is written, with how many requests, and what is refused.</summary>
public sealed partial class S3WarehouseTests : IAsyncLifetime
{
    private readonly FakeS3Server _server = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Pipeline_keeps_table_and_checkpoints_in_s3_and_goes_on_from_them()
    {
        using var shop = new ShopLog { S3 = _server.Options };
        shop.Log.Transaction(t => t.Insert(ShopLog.Items, ShopLog.NewItem(1, "cup"), ShopLog.NewItem(2, "jar")));
        shop.Log.Transaction(t => t.Insert(ShopLog.Orders, ShopLog.NewOrder(1, 1, 2, "3.50"), ShopLog.NewOrder(2, 2, 1, "10.00")));
        await using (var pipeline = shop.Totals())
        {
            await pipeline.RunAsync();
        }

        shop.Log.Transaction(t => t.Insert(ShopLog.Orders, ShopLog.NewOrder(3, 1, 5, "1.00")));
        await using (var pipeline = shop.Totals())
        {
            await pipeline.RunAsync();
            Assert.Equal(1, pipeline.Status.ChangesRead); // the rest is in the checkpoint
        }

        Assert.Equal(["1|cup|7|12.00", "2|jar|1|10.00"], await shop.RowsAsync());
        Assert.Contains(_server.Objects.Keys, k => k.StartsWith("checkpoints/shop-totals/", StringComparison.Ordinal));
        Assert.Contains("warehouse/shop/totals/metadata/v1.metadata.json", _server.Objects.Keys);
    }

    [Fact]
    public async Task Small_commit_takes_these_requests_and_no_more()
    {
        await using var model = new SinkModel(_server.Store());
        await model.OpenAsync();
        for (var i = 0; i < 3; i++)
        {
            model.Put(i, "first", i);
            await model.EndAndCommitAsync();
        }

        _server.Reset();
        model.Put(7, "seven", 7);
        await model.EndAndCommitAsync();
        string[] expected =
        [
            "PutObject data", // the rows
            "PutObject manifest", "PutObject list", // at once
            "PutObject version", // the commit
            "GetObject version", "ListObjectsV2", // that its predecessor stands and nothing follows it; at once
            "PutObject hint",
            "ListObjectsV2", // that no slower writer set the hint back
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), Requests().Where(r => r != "GetObject data").Order(StringComparer.Ordinal));
        Assert.InRange(Requests().Count(r => r == "GetObject data"), 0, 1); // a small file that is rewritten

        _server.Reset();
        await SinkModel.ReadAsync(_server.Store());
        Assert.InRange(_server.Calls.Count, 4, 9); // listing, version, manifest list, manifests, data files: each once
    }

    [Fact]
    public async Task Store_that_ignores_conditions_is_refused_by_name()
    {
        _server.Objects.KeepsConditions = false;
        await using var model = new SinkModel(_server.Store());
        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => model.OpenAsync());
        Assert.Contains("If-None-Match", error.Message, StringComparison.Ordinal);
        Assert.Contains("s3://lake/warehouse", error.Message, StringComparison.Ordinal);
        Assert.Empty(_server.Objects.Keys);
    }

    private IReadOnlyList<string> Requests() => [.. _server.Calls.Select(c => Kind().Replace(c, m =>
        m.Groups["data"].Success ? " data" : m.Groups["list"].Success ? " list" : m.Groups["manifest"].Success ? " manifest" : m.Groups["hint"].Success ? " hint" : " version"))];

    [GeneratedRegex(@" warehouse/demo/items/(?:(?<data>data/.*\.parquet)|metadata/(?:(?<list>snap-.*)|(?<manifest>.*-m\d+\.avro)|(?<hint>version-hint\.text)|(?<version>v\d+\.metadata\.json)))$")]
    private static partial Regex Kind();
}
