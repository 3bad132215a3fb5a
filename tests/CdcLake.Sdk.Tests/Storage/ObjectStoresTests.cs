using CdcLake.Storage;
using CdcLake.Storage.Locations;

namespace CdcLake.Tests.Storage;

public sealed class ObjectStoresTests
{
    private static readonly ObjectStores Stores = new(StorageSettings.Default, TimeProvider.System);

    [Theory]
    [InlineData("s3://lake/warehouse", "s3://lake/warehouse/a/b", "a/b")]
    [InlineData("s3a://lake/warehouse/", "s3a://lake/warehouse/a/b", "a/b")]
    [InlineData("s3n://lake", "s3n://lake/a/b", "a/b")]
    [InlineData("S3://lake/x", "s3://lake/x/a", "a")]
    public void Store_in_s3_spells_uris_as_its_user_does(string root, string uri, string name)
    {
        var store = Stores.Folder(root);
        Assert.Equal(uri, store.UriOf(name));
        foreach (var scheme in new[] { "s3", "s3a", "s3n" })
        {
            Assert.Equal(name, store.NameOf(scheme + uri[uri.IndexOf(':', StringComparison.Ordinal)..]));
        }

        Assert.Throws<ObjectStoreException>(() => store.NameOf("s3://other/warehouse/a"));
        Assert.Throws<ObjectStoreException>(() => store.NameOf(uri[..uri.LastIndexOf('/')] + "/../x"));
        Assert.Throws<ObjectStoreException>(() => store.UriOf("a//b"));
    }

    [Theory]
    [InlineData("s3://")]
    [InlineData("s3:///path")]
    [InlineData("s3://lake/a//b")]
    [InlineData("gs://lake/a")]
    [InlineData("hdfs://host/a")]
    public void Location_that_is_none_is_refused_at_once(string location)
    {
        var error = Assert.ThrowsAny<ArgumentException>(() => IcebergCatalog.FileSystem(location));
        Assert.Contains(location, error.Message, StringComparison.Ordinal);
        Assert.Contains("s3://bucket/", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Local_location_is_a_path_or_a_file_uri()
    {
        using var folder = new TemporaryFolder(inMemory: true);
        foreach (var location in new[] { folder.Path, "file:" + folder.Path, "file://" + folder.Path, "file://localhost" + folder.Path })
        {
            Assert.Equal(folder.Path, ObjectStores.Absolute(location));
            Assert.Equal($"file://{folder.Path}/x", Stores.Folder(location).UriOf("x"));
        }

        Assert.Equal(Path.GetFullPath("warehouse"), ObjectStores.Absolute("warehouse"));
        Assert.Equal("s3://b/p/x", ObjectStores.Below("s3://b/p/", "x"));
        Assert.Equal("s3://b/p", ObjectStores.Absolute("s3://b/p/"));
        Assert.Equal($"filesystem({folder.Path})", IcebergCatalog.FileSystem("file:" + folder.Path).ToString());
    }

    [Fact]
    public async Task Files_of_any_local_folder_are_found_by_uri()
    {
        using var folder = new TemporaryFolder(inMemory: true);
        await Stores.Files.PutAsync($"file://{folder.Path}/a/x", "1"u8.ToArray(), default);
        Assert.Equal("1"u8.ToArray(), await Stores.Files.TryReadAsync($"{folder.Path}/a/x", default));
        Assert.Equal("1"u8.ToArray(), await Stores.Files.TryReadAsync($"file:{folder.Path}/a/x", default));
        await Stores.Files.DeleteManyAsync([$"file:{folder.Path}/a/x", $"file://{folder.Path}/a/y"], default);
        Assert.Empty(folder.Files);
        await Assert.ThrowsAsync<ObjectStoreException>(() => Stores.Files.TryReadAsync("gs://bucket/x", default));
    }

    [Fact]
    public void Options_of_a_pipeline_say_where_checkpoints_are()
    {
        var options = new PipelineOptions { CheckpointFolder = "s3://lake/checkpoints", CheckpointS3 = new S3Options { Endpoint = "http://localhost:1" } }.Freeze();
        Assert.Equal("http://localhost:1", options.CheckpointS3.Endpoint);
        Assert.ThrowsAny<ArgumentException>(() => new PipelineOptions { CheckpointFolder = "abfs://x/y" }.Freeze());
        Assert.ThrowsAny<ArgumentException>(() => new PipelineOptions { CheckpointS3 = new S3Options { AccessKeyId = "x" } }.Freeze());
    }
}
