using CdcLake.Storage;

namespace CdcLake.Tests.Storage;

public sealed class LocalObjectStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;

    public LocalObjectStoreTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(StoreContract.Names), MemberType = typeof(StoreContract))]
    public Task Local_folder_keeps_the_contract_of_stores(string check) => StoreContract.RunAsync(check, _store);

    [Fact]
    public async Task Object_appears_as_a_whole_when_it_is_completed()
    {
        await using (var writer = await _store.CreateAsync("a/b/c.txt", CancellationToken.None))
        {
            await writer.WriteAsync("hello "u8.ToArray(), CancellationToken.None);
            Assert.Null(await _store.TryReadAsync("a/b/c.txt", CancellationToken.None));
            await writer.WriteAsync("world"u8.ToArray(), CancellationToken.None);
            await writer.CompleteAsync(CancellationToken.None);
            Assert.Equal(11, writer.Length);
        }

        Assert.Equal("hello world"u8.ToArray(), await _store.TryReadAsync("a/b/c.txt", CancellationToken.None));
        Assert.Single(_folder.Files);
    }

    [Fact]
    public async Task Writer_that_is_not_completed_leaves_nothing()
    {
        await using (var writer = await _store.CreateAsync("x", CancellationToken.None))
        {
            await writer.WriteAsync(new byte[1000], CancellationToken.None);
        }

        Assert.Empty(_folder.Files);
    }

    [Fact]
    public async Task Put_replaces_and_delete_of_a_missing_object_is_no_error()
    {
        await _store.PutAsync("x", "1"u8.ToArray(), CancellationToken.None);
        await _store.PutAsync("x", "2"u8.ToArray(), CancellationToken.None);
        Assert.Equal("2"u8.ToArray(), await _store.TryReadAsync("x", CancellationToken.None));
        await _store.DeleteAsync("x", CancellationToken.None);
        await _store.DeleteAsync("x", CancellationToken.None);
        await _store.DeleteAsync("no/such/folder", CancellationToken.None);
        Assert.Null(await _store.TryReadAsync("x", CancellationToken.None));
    }

    [Fact]
    public async Task Exactly_one_of_many_writers_creates_a_new_name()
    {
        for (var round = 0; round < 20; round++)
        {
            var name = $"v{round}.json";
            var wins = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => _store.TryPutNewAsync(name, new[] { (byte)i }, CancellationToken.None))));
            Assert.Single(wins, w => w);
            Assert.Equal((byte)Array.IndexOf(wins, true), Assert.Single((await _store.TryReadAsync(name, CancellationToken.None))!));
        }

        Assert.Equal(20, _folder.Files.Count);
    }

    [Fact]
    public async Task Uris_are_absolute_and_lead_back_to_the_name()
    {
        var uri = _store.UriOf("demo/a b%20#ü/x.parquet");
        Assert.Equal($"file://{_folder.Path}/demo/a b%20#ü/x.parquet", uri);
        Assert.StartsWith("file:///", uri, StringComparison.Ordinal);
        Assert.Equal("demo/a b%20#ü/x.parquet", _store.NameOf(uri));
        Assert.Equal("x", _store.NameOf($"file:{_folder.Path}/x"));
        Assert.Equal("x", _store.NameOf($"{_folder.Path}/x"));
        Assert.Throws<ObjectStoreException>(() => _store.NameOf("file:///elsewhere/x"));
        Assert.Throws<ObjectStoreException>(() => _store.NameOf($"file://{_folder.Path}/../x"));
        Assert.Throws<ObjectStoreException>(() => _store.NameOf("s3://bucket/x"));
        await _store.PutAsync("demo/a b%20#ü/x.parquet", "1"u8.ToArray(), CancellationToken.None);
        Assert.True(File.Exists($"{_folder.Path}/demo/a b%20#ü/x.parquet"));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a/../x")]
    [InlineData("/x")]
    [InlineData("a//x")]
    [InlineData("")]
    [InlineData("a/.")]
    public async Task Name_that_leads_out_of_the_folder_is_refused(string name) =>
        await Assert.ThrowsAsync<ObjectStoreException>(() => _store.PutAsync(name, "1"u8.ToArray(), CancellationToken.None));

    [Fact]
    public async Task List_gives_names_with_the_prefix_in_order_and_hides_what_is_being_written()
    {
        foreach (var name in new[] { "t/metadata/v2.json", "t/metadata/v10.json", "t/metadata/x", "t/data/y", "other" })
        {
            await _store.PutAsync(name, "1"u8.ToArray(), CancellationToken.None);
        }

        await using var open = await _store.CreateAsync("t/metadata/v3.json", CancellationToken.None);
        Assert.Equal(["t/metadata/v10.json", "t/metadata/v2.json"], await _store.ListAsync("t/metadata/v", CancellationToken.None).ToListAsync());
        Assert.Empty(await _store.ListAsync("nothing/", CancellationToken.None).ToListAsync());
    }

    [Fact]
    public async Task Left_overs_of_a_crash_go_when_they_are_old_and_nobody_has_them_open()
    {
        var old = Path.Combine(_folder.Path, ".x.parquet.00ff.part");
        var young = Path.Combine(_folder.Path, ".y.parquet.00ff.part");
        var open = Path.Combine(_folder.Path, ".z.parquet.00ff.part");
        File.WriteAllText(old, "");
        File.WriteAllText(young, "");
        using var held = new FileStream(open, FileMode.Create, FileAccess.Write, FileShare.None);
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddHours(-1));
        File.SetLastWriteTimeUtc(open, DateTime.UtcNow.AddHours(-1));
        await _store.PutAsync("new", "1"u8.ToArray(), CancellationToken.None);
        Assert.Equal([young, open, Path.Combine(_folder.Path, "new")], _folder.Files);
    }

    [Fact]
    public async Task Errors_name_the_path_and_what_to_do()
    {
        var missing = await Assert.ThrowsAsync<ObjectStoreException>(() => _store.OpenReadAsync("nothing.parquet", CancellationToken.None));
        Assert.Contains($"{_folder.Path}/nothing.parquet", missing.Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", missing.Message, StringComparison.Ordinal);

        await _store.PutAsync("file", "1"u8.ToArray(), CancellationToken.None);
        var blocked = await Assert.ThrowsAsync<ObjectStoreException>(() => _store.PutAsync("file/x", "1"u8.ToArray(), CancellationToken.None));
        Assert.Contains($"{_folder.Path}/file", blocked.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Full_disk_is_named_as_the_cause()
    {
        if (!File.Exists("/dev/full"))
        {
            return; // only Linux has a disk that is always full
        }

        using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        var writer = new LocalObjectWriter(new LocalFolders(DiskCalls.System), "/data/x.parquet", full); // not disposed: that would remove its temporary file
        var error = await Assert.ThrowsAsync<ObjectStoreException>(async () => await writer.WriteAsync(new byte[10], CancellationToken.None));
        Assert.Contains("/data/x.parquet", error.Message, StringComparison.Ordinal);
        Assert.Contains("disk or the quota is full", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }
}
