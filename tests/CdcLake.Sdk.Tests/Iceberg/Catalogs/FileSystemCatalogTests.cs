using CdcLake.Iceberg;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;
using CdcLake.Tests.Shared;

namespace CdcLake.Tests.Iceberg.Catalogs;

/// <summary>Instances that sleep, tables that are dropped, writers that die: what is reported as committed is what readers see.</summary>
public sealed class FileSystemCatalogTests : IDisposable
{
    private const int MoreThanAreKept = 190;
    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;
    private readonly SecondsClock _clock = new();

    public FileSystemCatalogTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    private string Metadata => Path.Combine(_folder.Path, "demo", "items", "metadata");

    private string Hint => File.ReadAllText(Path.Combine(Metadata, "version-hint.text"));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Instance_that_slept_through_the_deletion_of_its_base_meets_a_conflict()
    {
        await using var sleeper = await OpenAsync(_store);
        await CommitManyAsync();
        await CheckRefusedAsync(sleeper);
    }

    [Fact]
    public async Task Instance_that_slept_before_creating_its_version_withdraws_it()
    {
        var hooked = new HookedStore(_store);
        await using var sleeper = await OpenAsync(hooked);
        hooked.BeforeCreation = _ => CommitManyAsync();
        await CheckRefusedAsync(sleeper);
    }

    [Fact]
    public async Task Instance_that_slept_after_creating_its_version_has_committed()
    {
        var hooked = new HookedStore(_store);
        await using var sleeper = await OpenAsync(hooked);
        sleeper.Put(-1, "sleeper", 1);
        hooked.AfterCreation = CommitManyAsync;
        Assert.NotNull(await sleeper.EndAndCommitAsync());
        Assert.Contains(-1, await SinkModel.ReadAsync(_store));
        Assert.Equal($"{NewestVersion()}", Hint);
    }

    [Fact]
    public async Task Table_that_was_dropped_and_created_again_is_left_alone()
    {
        var hooked = new HookedStore(_store);
        await using var sleeper = await OpenAsync(hooked);
        hooked.BeforeCreation = async _ =>
        {
            Directory.Delete(Path.Combine(_folder.Path, "demo", "items"), recursive: true);
            await using var other = new SinkModel(_store);
            await other.OpenAsync();
            other.Put(7, "new table", 7);
            await other.EndAndCommitAsync();
        };
        sleeper.Put(-1, "sleeper", 1);
        await sleeper.EndEpochAsync();
        var conflict = await Assert.ThrowsAsync<CommitConflictException>(() => sleeper.CommitAsync());
        Assert.Contains("dropped", conflict.Message, StringComparison.Ordinal);
        Assert.Equal([7], (await SinkModel.ReadAsync(_store)).Keys);
        Assert.Equal(2, NewestVersion());
        Assert.Equal("2", Hint);
    }

    [Fact]
    public async Task Warehouse_deleted_while_running_is_an_error_at_the_next_commit()
    {
        await using var model = await OpenAsync(_store);
        Directory.Delete(Path.Combine(_folder.Path, "demo"), recursive: true);
        model.Put(2, "into nothing", 2);
        await model.EndEpochAsync();
        var conflict = await Assert.ThrowsAsync<CommitConflictException>(() => model.CommitAsync());
        Assert.Contains("dropped", conflict.Message, StringComparison.Ordinal);
        Assert.False(conflict.IsTransient);
        Assert.DoesNotContain(_folder.Files, f => f.Contains("metadata", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Version_upon_nothing_is_no_version()
    {
        await using var model = await OpenAsync(_store);
        var newest = NewestVersion();
        File.Copy(Path.Combine(Metadata, $"v{newest}.metadata.json"), Path.Combine(Metadata, $"v{newest + 5}.metadata.json"));
        model.Put(3, "after a dead writer", 3);
        Assert.NotNull(await model.EndAndCommitAsync());
        Assert.Equal($"{newest + 1}", Hint);
        await model.CheckAsync();
    }

    [Fact]
    public async Task Version_that_cannot_be_opened_is_an_error_with_its_name()
    {
        await using var model = await OpenAsync(_store);
        var newest = NewestVersion();
        File.CreateSymbolicLink(Path.Combine(Metadata, $"v{newest + 1}.metadata.json"), "/nowhere");
        var error = await Assert.ThrowsAsync<CatalogException>(() => new FileSystemCatalog(_store).LoadAsync(SinkModel.Table, CancellationToken.None));
        Assert.Contains($"v{newest + 1}.metadata.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hint_never_goes_back_and_is_repaired_when_a_slower_writer_set_it_back()
    {
        await using var model = await OpenAsync(_store);
        var folder = new MetadataFolder(_store, FileIO.Over(_store, TimeProvider.System), SinkModel.Table);
        await folder.AdvanceHintAsync(1);
        Assert.Equal($"{NewestVersion()}", Hint);
        await File.WriteAllTextAsync(Path.Combine(Metadata, "version-hint.text"), "0");
        await folder.AdvanceHintAsync(1);
        Assert.Equal($"{NewestVersion()}", Hint);
    }

    [Fact]
    public async Task Hint_is_repaired_although_the_version_behind_the_slower_writers_is_gone()
    {
        await using var model = await OpenAsync(_store);
        for (var commit = 0; commit < 4; commit++)
        {
            model.Put(2, "again", commit);
            await model.EndAndCommitAsync();
        }

        File.Delete(Path.Combine(Metadata, "v3.metadata.json")); // by the writer that dropped it from the log; another keeps v2 for a while
        await File.WriteAllTextAsync(Path.Combine(Metadata, "version-hint.text"), "1");
        await new MetadataFolder(_store, FileIO.Over(_store, TimeProvider.System), SinkModel.Table).AdvanceHintAsync(2);
        Assert.Equal($"{NewestVersion()}", Hint);
    }

    [Fact]
    public async Task Changes_that_do_not_touch_each_other_are_all_applied()
    {
        await using var model = await OpenAsync(_store);
        var catalog = new FileSystemCatalog(_store);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async n =>
        {
            var update = new TableWideUpdates.SetProperties(System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add($"key{n}", "x"));
            var outcome = await catalog.CommitAsync([new TableCommit(SinkModel.Table, [], [update])], CancellationToken.None);
            Assert.IsType<CommitOutcome.Committed>(outcome);
        }));
        var properties = (await _store.MetadataAsync()).Properties;
        Assert.All(Enumerable.Range(0, 8), n => Assert.True(properties.ContainsKey($"key{n}")));
    }

    [Fact]
    public async Task Compressed_metadata_has_the_name_that_other_writers_give_it()
    {
        await using var model = await OpenAsync(_store);
        await CompressAsync("gzip");
        model.Put(2, "second", 2);
        Assert.NotNull(await model.EndAndCommitAsync());
        Assert.Equal(["v1.metadata.json", "v2.metadata.json", "v3.gz.metadata.json", "v4.gz.metadata.json"], Directory.EnumerateFiles(Metadata, "v*.metadata.json").Select(f => Path.GetFileName(f)!).Order());
        Assert.Equal([0x1F, 0x8B], (await File.ReadAllBytesAsync(Path.Combine(Metadata, "v4.gz.metadata.json")))[..2]);
        await CompressAsync("none");
        model.Put(3, "third", 3);
        Assert.NotNull(await model.EndAndCommitAsync());
        Assert.True(File.Exists(Path.Combine(Metadata, "v6.metadata.json")));
        await model.CheckAsync();
    }

    /// <summary>While a property is set that changes the name, the name alone does not exclude the other writer.</summary>
    [Fact]
    public async Task Version_that_another_writer_committed_under_the_other_name_is_gone_on_from()
    {
        var hooked = new HookedStore(_store);
        await using var model = await OpenAsync(hooked);
        hooked.BeforeCreation = _ => CompressAsync("gzip");
        model.Put(2, "second", 2);
        Assert.NotNull(await model.EndAndCommitAsync());
        Assert.Equal("gzip", (await _store.MetadataAsync()).Properties["write.metadata.compression-codec"]);
        Assert.Equal([1, 2, 3, 4], Versions().Order());
        await model.CheckAsync();
    }

    [Fact]
    public async Task Store_that_ignores_the_condition_is_refused()
    {
        await using var sink = new SinkModel(new StoreWithoutCondition(_store));
        Assert.Contains("two writers", (await Assert.ThrowsAsync<ObjectStoreException>(sink.OpenAsync)).Message, StringComparison.Ordinal);
    }

    /// <summary>At the start, before anything is read or written for a commit that could not be made.</summary>
    [Fact]
    public async Task Store_that_ignores_the_condition_is_refused_although_the_table_exists()
    {
        await (await OpenAsync(_store)).DisposeAsync();
        await using var sink = new SinkModel(new StoreWithoutCondition(_store));
        Assert.Contains("If-None-Match", (await Assert.ThrowsAsync<ObjectStoreException>(sink.OpenAsync)).Message, StringComparison.Ordinal);
    }

    private Task<CatalogTable> CompressAsync(string codec) => _store.EditAsync(
        new TableWideUpdates.SetProperties(System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("write.metadata.compression-codec", codec)));

    private static async Task<SinkModel> OpenAsync(IObjectStore store)
    {
        var model = new SinkModel(store, new IcebergSinkSettings { SmallFileBytes = 0 }); // the commit itself reads no file
        await model.OpenAsync();
        model.Put(1, "first", 1);
        await model.EndAndCommitAsync();
        return model;
    }

    /// <summary>Another instance commits so often that the version the sleeper knows, and the name after it, are gone.</summary>
    private async Task CommitManyAsync()
    {
        await using var other = new SinkModel(_store, clock: _clock);
        await other.OpenAsync();
        for (var i = 0; i < MoreThanAreKept; i++)
        {
            other.Put(1000 + i, "other", i);
            await other.EndAndCommitAsync();
        }
    }

    private async Task CheckRefusedAsync(SinkModel sleeper)
    {
        sleeper.Put(-1, "sleeper", 1);
        await sleeper.EndEpochAsync();
        await Assert.ThrowsAsync<CommitConflictException>(() => sleeper.CommitAsync());
        Assert.DoesNotContain(-1, await SinkModel.ReadAsync(_store));
        Assert.Equal($"{NewestVersion()}", Hint);
        Assert.InRange(Versions().Count(), 101, 165); // the log, and those of the last minute
        Assert.Equal(Versions().Max() - Versions().Min() + 1, Versions().Count());
    }

    private long NewestVersion() => Versions().Max();

    private IEnumerable<long> Versions() => Directory.EnumerateFiles(Metadata, "v*.metadata.json")
        .Select(f => long.Parse(Path.GetFileName(f)[1..].Split('.')[0], System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>As S3 clones do that accept If-None-Match and ignore it.</summary>
    private sealed class StoreWithoutCondition(IObjectStore inner) : IObjectStore
    {
        public string UriOf(string name) => inner.UriOf(name);

        public string NameOf(string uri) => inner.NameOf(uri);

        public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken) => inner.OpenReadAsync(name, cancellationToken);

        public Task<DateTimeOffset?> LastModifiedAsync(string name, CancellationToken cancellationToken) => inner.LastModifiedAsync(name, cancellationToken);

        public Task<byte[]?> TryReadAsync(string name, CancellationToken cancellationToken) => inner.TryReadAsync(name, cancellationToken);

        public Task<IObjectWriter> CreateAsync(string name, CancellationToken cancellationToken) => inner.CreateAsync(name, cancellationToken);

        public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => inner.PutAsync(name, content, cancellationToken);

        public async Task<bool> TryPutNewAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
        {
            await inner.PutAsync(name, content, cancellationToken);
            return true;
        }

        public Task DeleteAsync(string name, CancellationToken cancellationToken) => inner.DeleteAsync(name, cancellationToken);

        public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);
    }
}
