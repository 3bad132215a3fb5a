using CdcLake.Iceberg.Index;
using CdcLake.Iceberg.Writing;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.Storage;
using CdcLake.Tests.Iceberg;

namespace CdcLake.IntegrationTests.Iceberg;

/// <summary>The disk of the key index is full: a typed error where the index cannot do without it, none where it only keeps it, and nothing of the table is lost.</summary>
public sealed class FullIndexDiskTests : IDisposable
{
    private const int Committed = 20_000;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TmpfsFact(IcebergJava.Variable)]
    public async Task Index_that_cannot_be_spilled_fails_the_commit_and_no_other()
    {
        using var disk = await Tmpfs.MountAsync(_folder["disk"], "1m");
        await using var model = await FilledAsync(new KeyIndexSpace(0, disk.Path));
        Put(model, Committed, 60_000);
        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => model.EndAndCommitAsync());
        Assert.Contains("space", error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(disk.Path, error.Message, StringComparison.Ordinal);
        Assert.Contains("nothing that was committed before is affected", error.Message, StringComparison.Ordinal);

        await model.ReopenAsync(); // what was spilled went with the sink
        await model.CheckAsync();
        Put(model, 100, 50);
        Assert.NotNull(await model.EndAndCommitAsync());
        await ChildProcess.RunAsync("mount", "-o", "remount,size=32m", disk.Path);
        Put(model, Committed, 60_000);
        Assert.NotNull(await model.EndAndCommitAsync());
        await model.CheckAsync();
        await model.ReopenAsync();
        await model.CheckAsync();
    }

    [TmpfsFact(IcebergJava.Variable)]
    public async Task Index_that_cannot_be_kept_is_read_from_the_table_at_the_next_start()
    {
        using var disk = await Tmpfs.MountAsync(_folder["disk"], "1m");
        await using var model = await FilledAsync(new KeyIndexSpace(long.MaxValue, disk.Path));
        await model.ReopenAsync();
        Assert.Equal(2, Directory.EnumerateFiles(disk.Path).Count()); // slots and their description
        Fill(Path.Combine(disk.Path, "other"));
        for (var round = 0; round < 3; round++)
        {
            Put(model, Committed + (round * 10_000), 10_000);
            Assert.NotNull(await model.EndAndCommitAsync());
            await model.ReopenAsync(); // the sink that closes has no room for its index
            Assert.Equal(3, Directory.EnumerateFiles(disk.Path).Count()); // the former image, and nothing half-written
            await model.CheckAsync();
        }

        File.Delete(Path.Combine(disk.Path, "other"));
        await model.ReopenAsync();
        Put(model, 0, 100);
        Assert.NotNull(await model.EndAndCommitAsync());
        await model.CheckAsync();
    }

    private async Task<SinkModel> FilledAsync(KeyIndexSpace space)
    {
        var model = new SinkModel(
            new LocalObjectStore(_folder["lake"], TimeProvider.System), new IcebergSinkSettings { SmallFileBytes = 0, DeleteMode = IcebergDeleteMode.Position, IndexSpace = space });
        await model.OpenAsync();
        Put(model, 0, Committed);
        Assert.NotNull(await model.EndAndCommitAsync());
        return model;
    }

    private static void Put(SinkModel model, int first, int count)
    {
        for (var id = first; id < first + count; id++)
        {
            model.Put(id, "row", id);
        }
    }

    private static void Fill(string path)
    {
        using var file = File.Create(path);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(block);
                file.Flush(flushToDisk: true);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }
}
