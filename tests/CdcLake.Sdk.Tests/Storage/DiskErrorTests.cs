using CdcLake.Storage;

namespace CdcLake.Tests.Storage;

/// <summary>File systems that fail to flush folders, or know no second names, say so instead of losing commits.</summary>
public sealed class DiskErrorTests : IDisposable
{
    private const int InputOutput = 5; // EIO
    private const int NotSupported = 95; // ENOTSUP on Linux
    private const int Invalid = 22; // EINVAL

    private readonly TemporaryFolder _folder = new(inMemory: true);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Folder_that_cannot_be_flushed_is_an_error_with_its_number()
    {
        var store = new LocalObjectStore(_folder.Path, TimeProvider.System, DiskCalls.System with { FlushFolder = _ => InputOutput });
        foreach (var write in new Func<Task>[] { () => store.PutAsync("x", default, default), () => store.TryPutNewAsync("y", default, default), () => store.PutAsync("new/z", default, default) })
        {
            var error = await Assert.ThrowsAsync<ObjectStoreException>(write);
            Assert.Contains("errno 5", error.Message, StringComparison.Ordinal);
            Assert.False(error.IsTransient);
        }
    }

    [Fact]
    public async Task Folder_that_needs_no_flush_is_none()
    {
        var store = new LocalObjectStore(_folder.Path, TimeProvider.System, DiskCalls.System with { FlushFolder = _ => Invalid });
        await store.PutAsync("x", default, default);
        Assert.True(await store.TryPutNewAsync("y", default, default));
    }

    [Fact]
    public async Task File_system_without_links_refuses_exclusive_creation()
    {
        var store = new LocalObjectStore(_folder.Path, TimeProvider.System, DiskCalls.System with { Link = (_, _) => NotSupported });
        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => store.TryPutNewAsync("x", default, default));
        Assert.Contains("hard links", error.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.Files);
    }
}
