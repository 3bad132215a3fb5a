using System.Globalization;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Writing;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.Storage;
using CdcLake.Tests.Iceberg;

namespace CdcLake.IntegrationTests.Iceberg;

/// <summary>Other engines compact, delete, expire and set properties in a table that a pipeline writes: it goes on from what they left, and keeps what it does not know.</summary>
public sealed class ForeignWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;

    public ForeignWriterTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    private string Table => Path.Combine(_folder.Path, "demo", "items");

    public void Dispose() => _folder.Dispose();

    [ServerTheory(IcebergJava.Variable)]
    [InlineData(2, null)]
    [InlineData(3, null)]
    [InlineData(2, IcebergDeleteMode.Equality)]
    [InlineData(3, IcebergDeleteMode.Equality)]
    public async Task Compaction_by_Java_is_no_conflict_and_the_new_base(int format, IcebergDeleteMode? mode)
    {
        await using var model = await StartAsync(new IcebergSinkSettings { SmallFileBytes = 0, FormatVersion = format, DeleteMode = mode });
        await JavaAsync("rewrite", Table);
        model.Put(5, "after compaction", 1);
        Assert.NotNull(await model.EndAndCommitAsync());
        await model.CheckAsync();

        await model.ReopenAsync();
        Assert.Equal(4, model.Position);
        await GoOnAsync(model);
    }

    [ServerFact(IcebergJava.Variable)]
    public async Task Files_of_every_codec_and_page_version_of_Java_are_gone_on_from()
    {
        await using var model = await StartAsync();
        foreach (var (codec, pages) in new[] { ("zstd", "v1"), ("zstd", "v2"), ("gzip", "v2"), ("snappy", "v2"), ("uncompressed", "v2") })
        {
            await JavaAsync("set-property", Table, $"write.parquet.compression-codec={codec}");
            await JavaAsync("set-property", Table, $"write.parquet.page-version={pages}");
            await JavaAsync("rewrite", Table);
            await model.ReopenAsync();
            await model.CheckAsync();
            model.Put(5, $"after {codec} {pages}", 1);
            Assert.NotNull(await model.EndAndCommitAsync());
            await model.CheckAsync();
        }

        await IcebergJava.VerifyStrictlyAsync(Table, "no referenced_data_file");
    }

    [ServerTheory(IcebergJava.Variable)]
    [InlineData("position")]
    [InlineData("equality")]
    [InlineData("copy-on-write")]
    public async Task Rows_deleted_by_Java_are_refused_with_the_snapshot(string mode)
    {
        await using var model = await StartAsync();
        await JavaAsync("delete-where", Table, "id >= 10 and id < 15", "--mode", mode);
        var error = await Assert.ThrowsAsync<CatalogException>(() => model.ReopenAsync());
        Assert.Contains("made by another writer", error.Message, StringComparison.Ordinal);
    }

    [ServerTheory(IcebergJava.Variable)]
    [InlineData("position", 2)]
    [InlineData("equality", 2)] // resolved to positions, and gone with the files it is about
    [InlineData("position", 3)]
    [InlineData("equality", 3)]
    public async Task Rows_deleted_by_Java_come_back_when_the_source_is_read_anew(string mode, int format)
    {
        await using var model = await StartAsync(new IcebergSinkSettings { SmallFileBytes = 0, ForeignChanges = ForeignChanges.Resnapshot, FormatVersion = format });
        await JavaAsync("delete-where", Table, "id >= 10 and id < 40", "--mode", mode);
        await model.ReopenAsync();
        Assert.Equal(0, model.Position);
        model.StartOver();
        for (var id = 0; id < 140; id++)
        {
            model.Put(id, $"row {id}", 3);
        }

        await model.EndAndCommitAsync();
        await GoOnAsync(model, "no referenced_data_file"); // of the file that Java wrote
    }

    [ServerTheory(IcebergJava.Variable)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Manifests_rewritten_and_snapshots_expired_by_Java_do_not_disturb(int format)
    {
        await using var model = await StartAsync(new IcebergSinkSettings { SmallFileBytes = 0, FormatVersion = format });
        await JavaAsync("rewrite-manifests", Table);
        await JavaAsync("set-property", Table, "comment=kept");
        await JavaAsync("expire", Table, "--retain-last", "1", "--older-than", "99999999999999");
        await model.ReopenAsync();
        Assert.Equal(3, model.Position);
        await GoOnAsync(model);
        var (_, output, _) = await IcebergJava.RunAsync("meta", Table);
        Assert.Contains("kept", output, StringComparison.Ordinal);
    }

    [ServerFact(IcebergJava.Variable)]
    public async Task Property_set_by_Java_between_two_commits_is_no_conflict()
    {
        await using var model = await StartAsync();
        await JavaAsync("set-property", Table, "comment=kept");
        await GoOnAsync(model);
        var (_, output, _) = await IcebergJava.RunAsync("meta", Table);
        Assert.Contains("kept", output, StringComparison.Ordinal);
    }

    [ServerFact(IcebergJava.Variable)]
    public async Task Row_added_by_Java_is_refused_with_the_snapshot()
    {
        await using var model = await StartAsync();
        var rows = Path.Combine(_folder.Path, "rows.jsonl");
        await File.WriteAllTextAsync(rows, "{\"id\": 7, \"name\": \"twice\", \"qty\": 1}\n");
        await JavaAsync("append", Table, rows);
        var error = await Assert.ThrowsAsync<CatalogException>(() => model.ReopenAsync());
        Assert.Contains("operation append", error.Message, StringComparison.Ordinal);
    }

    [ServerFact(IcebergJava.Variable, ClickHouse.Variable)]
    public async Task Empty_first_snapshot_is_a_table_without_rows_for_everybody()
    {
        await using var model = new SinkModel(_store);
        await model.OpenAsync();
        var id = long.Parse((await model.EndAndCommitAsync())!.Id, CultureInfo.InvariantCulture);
        Assert.Empty(await IcebergJava.LinesAsync(Table, id));
        await IcebergJava.VerifyStrictlyAsync(Table);
        Assert.Equal("0\n", ClickHouse.Query("select count() from icebergLocal('demo/items')", _folder.Path));
        model.Put(1, "first", 1);
        await model.EndAndCommitAsync();
        await IcebergJava.VerifyStrictlyAsync(Table);
        Assert.Equal("1\tfirst\n", ClickHouse.Query("select id, name from icebergLocal('demo/items')", _folder.Path));
    }

    [ServerFact(IcebergJava.Variable)]
    public async Task Many_commits_with_merged_manifests_and_dropped_metadata_verify()
    {
        await using var model = new SinkModel(_store, new IcebergSinkSettings { SmallFileBytes = 4_000, TargetFileSizeBytes = 8_000, FoldAt = 4 });
        await model.OpenAsync();
        for (var commit = 0; commit < 130; commit++)
        {
            for (var n = 0; n < 40; n++)
            {
                model.Put(((commit * 37) + (n * 11)) % 900, $"commit {commit} row {n}", n);
            }

            await model.EndAndCommitAsync();
        }

        await model.CheckAsync();
        await IcebergJava.VerifyStrictlyAsync(Table, ".metadata.json"); // those that have just left the log
    }

    [ServerTheory(IcebergJava.Variable)]
    [InlineData(2, null)]
    [InlineData(3, null)]
    [InlineData(2, IcebergDeleteMode.Equality)]
    public async Task Table_that_Java_made_and_deleted_from_in_every_way_is_taken_over(int format, IcebergDeleteMode? mode)
    {
        await JavaAsync("create", Table, "--schema", "id:long*,name:string,qty:int", "--format-version", $"{format}", "--partition", "bucket[3](id)");
        var rows = Path.Combine(_folder.Path, "rows.jsonl");
        for (var first = 0; first < 60; first += 20)
        {
            await File.WriteAllLinesAsync(rows, Enumerable.Range(first, 20).Select(i => $"{{\"id\": {i}, \"name\": \"Java\", \"qty\": {i}}}"));
            await JavaAsync("append", Table, rows);
        }

        await JavaAsync("delete-where", Table, "id >= 5 and id < 9", "--mode", "equality");
        await JavaAsync("delete-where", Table, "id >= 25 and id < 29", "--mode", "position");
        await using (var refused = new SinkModel(_store))
        {
            Assert.Contains("ExistingTable = TakeOver", (await Assert.ThrowsAsync<CatalogException>(refused.OpenAsync)).Message, StringComparison.Ordinal);
        }

        await using var model = new SinkModel(_store, new IcebergSinkSettings { SmallFileBytes = 0, ExistingTable = ExistingTable.TakeOver, DeleteMode = mode });
        Assert.Null(await model.OpenAsync());
        model.StartOver();
        for (var id = 10; id < 90; id++)
        {
            model.Put(id, $"row {id}", 3);
        }

        var commit = (await model.EndAndCommitAsync())!;
        await model.CheckAsync();
        Assert.Equal(80, (await IcebergJava.LinesAsync(Table, long.Parse(commit.Id, CultureInfo.InvariantCulture))).Length);
        await GoOnAsync(model, "no referenced_data_file", "location has no scheme", "file paths without scheme"); // as Java wrote it
    }

    private async Task<SinkModel> StartAsync(IcebergSinkSettings? settings = null)
    {
        var model = new SinkModel(_store, settings ?? new IcebergSinkSettings { SmallFileBytes = 0 });
        await model.OpenAsync();
        for (var commit = 0; commit < 3; commit++)
        {
            for (var id = commit * 20; id < 100 + (commit * 20); id++)
            {
                model.Put(id, $"row {id}", commit);
            }

            await model.EndAndCommitAsync();
        }

        return model;
    }

    private async Task GoOnAsync(SinkModel model, params string[] allowedNotes)
    {
        for (var id = 0; id < 200; id += 2)
        {
            model.Put(id, "changed", id);
        }

        model.Remove(50);
        Assert.NotNull(await model.EndAndCommitAsync());
        await model.CheckAsync();
        await IcebergJava.VerifyStrictlyAsync(Table, allowedNotes);
    }

    private static async Task JavaAsync(params string[] arguments)
    {
        var (exit, output, error) = await IcebergJava.RunAsync(arguments);
        Assert.True(exit == 0, $"{string.Join(' ', arguments)}: exit {exit}\n{output}\n{error}");
    }
}
