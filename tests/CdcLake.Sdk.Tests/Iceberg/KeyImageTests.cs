using CdcLake.Iceberg;
using CdcLake.Iceberg.Index;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>The key index that a sink leaves on disk for the next start.</summary>
public sealed class KeyImageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly HookedStore _store;
    private readonly IcebergSinkSettings _settings;
    private readonly List<string> _read = [];

    public KeyImageTests()
    {
        _store = new HookedStore(new LocalObjectStore(Path.Combine(_folder.Path, "lake"), TimeProvider.System)) { BeforeReading = _read.Add };
        _settings = new IcebergSinkSettings { SmallFileBytes = 0, DeleteMode = IcebergDeleteMode.CopyOnWrite, IndexSpace = KeyIndexSpace.Default with { Folder = Keys } };
    }

    private string Keys => Path.Combine(_folder.Path, "keys");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(long.MaxValue)]
    public async Task Start_with_the_index_of_all_files_reads_none_of_them(long memory)
    {
        await using var model = await FilledAsync(_settings with { IndexSpace = _settings.IndexSpace with { MemoryBytes = memory } });
        await model.ReopenAsync();
        Assert.DoesNotContain(_read, f => f.EndsWith(".parquet", StringComparison.Ordinal));
        await ChangeAsync(model, 1);
        await model.ReopenAsync();
        await ChangeAsync(model, 2);
        Assert.Equal(2, Directory.EnumerateFiles(Keys).Count()); // the newest, and no more
    }

    [Fact]
    public async Task Older_index_is_completed_from_the_files_that_came_since()
    {
        await using var model = await FilledAsync(_settings with { DeleteMode = IcebergDeleteMode.Position });
        await model.ReopenAsync();
        var former = Directory.EnumerateFiles(Keys).ToDictionary(f => f, File.ReadAllBytes);
        var first = model.Sink.Version!.Files.Entries(ManifestContent.Data).Select(e => Path.GetFileName(e.File.Path)).ToList();
        await ChangeAsync(model, 1);
        await ChangeAsync(model, 2);
        await model.Sink.DisposeAsync();
        Restore(former);
        _read.Clear();
        await model.ReopenAsync();
        Assert.Contains(_read, f => f.EndsWith(".parquet", StringComparison.Ordinal));
        Assert.DoesNotContain(_read, f => first.Contains(Path.GetFileName(f)));
        Assert.Empty(await ReportedAsync(model));
        await ChangeAsync(model, 3);
    }

    [Fact]
    public async Task Index_of_a_table_that_was_rolled_back_is_built_anew()
    {
        await using var model = await FilledAsync(_settings with { DeleteMode = IcebergDeleteMode.Position });
        var before = new Dictionary<long, (string? Name, int? Qty)>(model.Rows);
        var snapshot = model.Sink.Version!.Table.Metadata.CurrentSnapshotId!.Value;
        await ChangeAsync(model, 1);
        await model.Sink.DisposeAsync();
        await _store.RollBackAsync(snapshot);
        await model.ReopenAsync(before);
        Assert.Single(await ReportedAsync(model));
        await ChangeAsync(model, 2);
    }

    [Fact]
    public async Task Index_that_was_built_anew_is_kept_at_once()
    {
        await using var model = await FilledAsync(_settings);
        await model.Sink.DisposeAsync();
        Directory.Delete(Keys, recursive: true);
        await model.ReopenAsync();
        Assert.Equal(2, Directory.EnumerateFiles(Keys).Count());
    }

    [Fact]
    public async Task Index_of_rows_that_are_not_committed_is_not_kept()
    {
        await using var model = await FilledAsync(_settings with { MemoryBudgetBytes = 1 });
        await model.ReopenAsync();
        model.Put(1, "written, and lost with the process", 1);
        await model.EndEpochAsync();
        await model.ReopenAsync();
        await ChangeAsync(model, 1);
    }

    [Fact]
    public async Task Damaged_index_is_built_anew_and_that_is_said()
    {
        await using var model = await FilledAsync(_settings);
        await model.Sink.DisposeAsync();
        var files = Directory.EnumerateFiles(Keys).ToDictionary(f => f, File.ReadAllBytes);
        Assert.Equal(2, files.Count);
        foreach (var (path, bytes) in files)
        {
            for (var at = 0; at < bytes.Length; at += 1 + (bytes.Length / 12))
            {
                byte[] flipped = [.. bytes];
                flipped[at] ^= 1;
                await CheckDamagedAsync(model, path, flipped);
            }

            await CheckDamagedAsync(model, path, bytes[..(bytes.Length / 2)]);
            await CheckDamagedAsync(model, path, []);
            await File.WriteAllBytesAsync(path, bytes);
        }

        File.Delete(files.Keys.Single(f => f.EndsWith(".keys", StringComparison.Ordinal)));
        Assert.Single(await OpenedAsync(model));
    }

    [Fact]
    public async Task Folder_that_takes_no_file_costs_the_image_and_nothing_else()
    {
        await File.WriteAllTextAsync(Keys, "no folder");
        await using var model = await FilledAsync(_settings);
        await model.ReopenAsync();
        await model.CheckAsync();
        await ChangeAsync(model, 1);
    }

    private async Task CheckDamagedAsync(SinkModel model, string path, byte[] bytes)
    {
        await File.WriteAllBytesAsync(path, bytes);
        Assert.Contains("anew", Assert.Single(await OpenedAsync(model)).Message, StringComparison.Ordinal);
    }

    /// <summary>Opens another sink on the table, changes nothing, and lets it go without a trace.</summary>
    private async Task<List<CdcLakeException>> OpenedAsync(SinkModel model)
    {
        var kept = Directory.EnumerateFiles(Keys).ToDictionary(f => f, File.ReadAllBytes);
        await model.ReopenAsync();
        var reported = await ReportedAsync(model);
        await model.Sink.DisposeAsync();
        Restore(kept);
        return reported;
    }

    /// <summary>The folder is as it was at another time.</summary>
    private void Restore(Dictionary<string, byte[]> files)
    {
        Directory.Delete(Keys, recursive: true);
        Directory.CreateDirectory(Keys);
        foreach (var (path, bytes) in files)
        {
            File.WriteAllBytes(path, bytes);
        }
    }

    private static async Task<List<CdcLakeException>> ReportedAsync(SinkModel model)
    {
        var errors = new List<CdcLakeException>();
        await model.Sink.MaintainAsync(u => errors.Add(u.Error!), CancellationToken.None);
        return errors;
    }

    private async Task<SinkModel> FilledAsync(IcebergSinkSettings settings)
    {
        var model = new SinkModel(_store, settings);
        await model.OpenAsync();
        for (var id = 0; id < 2_000; id++)
        {
            model.Put(id, $"row {id}", id);
        }

        await model.EndAndCommitAsync();
        _read.Clear();
        return model;
    }

    private static async Task ChangeAsync(SinkModel model, int round)
    {
        for (var id = round; id < 2_100; id += 7)
        {
            model.Put(id, $"changed in round {round}", -id);
            model.Remove(id + 3);
        }

        await model.EndAndCommitAsync();
        await model.CheckAsync();
    }
}
