using CdcLake.Storage;
using CdcLake.Storage.Locations;
using CdcLake.Testing;

namespace CdcLake.Tests.Storage.S3;

public sealed class S3ObjectStoreTests : IAsyncLifetime
{
    private readonly FakeS3Server _server = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [MemberData(nameof(StoreContract.Names), MemberType = typeof(StoreContract))]
    public async Task Fake_server_keeps_the_contract_of_stores(string check)
    {
        await StoreContract.RunAsync(check, _server.Store());
        Assert.Equal(0, _server.Objects.OpenUploads);
    }

    [Fact]
    public async Task Small_object_takes_one_request_each_way()
    {
        var store = _server.Store();
        await using (var writer = await store.CreateAsync("a", default))
        {
            await writer.WriteAsync(new byte[100_000], default);
            await writer.CompleteAsync(default);
        }

        await using (var stream = await store.OpenReadAsync("a", default))
        {
            var bytes = new byte[100_000];
            stream.Position = 99_992;
            await stream.ReadExactlyAsync(bytes.AsMemory(0, 8));
            stream.Position = 0;
            await stream.ReadExactlyAsync(bytes);
        }

        Assert.Equal(["PutObject warehouse/a", "GetObject warehouse/a"], _server.Calls);
    }

    [Fact]
    public async Task Columns_of_a_large_file_are_read_ahead_of_small_reads()
    {
        const int columns = 4, step = 128 << 10, chunk = 8 << 20;
        _server.Objects.Put("warehouse/big", new byte[columns * chunk]);
        await using var stream = await _server.Store().OpenReadAsync("big", default);
        var bytes = new byte[step];
        for (var at = 0; at < chunk; at += step)
        {
            for (var column = 0; column < columns; column++)
            {
                stream.Position = (column * chunk) + at;
                await stream.ReadExactlyAsync(bytes);
            }
        }

        Assert.InRange(_server.Calls.Count, columns, columns * 8); // 256 small reads
    }

    [Fact]
    public async Task Many_objects_are_removed_by_few_requests()
    {
        var store = _server.Store();
        await store.DeleteManyAsync([.. Enumerable.Range(0, 2500).Select(i => $"x{i}")], default);
        Assert.Equal(3, _server.Calls.Count);
        _server.Reset();
        await new ObjectStores(new StorageSettings(_server.Options.Freeze()), TimeProvider.System).Files.DeleteManyAsync(["s3://lake/a", "s3a://lake/b", "s3n://lake/c"], default);
        Assert.Equal(["DeleteObjects"], _server.Calls);
    }

    [Theory]
    [InlineData(501, "NotImplemented")]
    [InlineData(400, "InvalidArgument")] // Google's
    [InlineData(400, "MissingContentMD5")]
    [InlineData(405, "MethodNotAllowed")]
    public async Task Store_that_removes_one_object_at_a_time_is_asked_for_several_once(int status, string code)
    {
        _server.Objects.BulkDeletes = CdcLake.Testing.S3.S3Answer.Error(status, code);
        var store = _server.Store();
        foreach (var turn in new[] { "a", "b" })
        {
            string[] names = [.. Enumerable.Range(0, 5).Select(i => $"{turn}{i}")];
            Array.ForEach(names, n => _server.Objects.Put($"warehouse/{n}", [1]));
            await store.DeleteManyAsync(names, default);
            Assert.Empty(_server.Objects.Keys);
        }

        Assert.Single(_server.Calls, c => c == "DeleteObjects");
    }

    [Fact]
    public async Task Deletion_that_is_not_allowed_is_not_tried_one_by_one()
    {
        _server.Objects.BulkDeletes = CdcLake.Testing.S3.S3Answer.Error(403, "AccessDenied");
        await Assert.ThrowsAsync<ObjectStoreException>(() => _server.Store().DeleteManyAsync(["a", "b"], default));
        Assert.All(_server.Calls, c => Assert.Equal("DeleteObjects", c));
    }

    [Theory]
    [InlineData("none", null, null)]
    [InlineData("s3", "AES256", null)]
    [InlineData("kms", "aws:kms", "the-key")]
    [InlineData("dsse-kms", "aws:kms:dsse", "the-key")]
    public async Task Encryption_is_asked_for(string type, string? header, string? key)
    {
        var store = _server.Store(configure: o => (o.SseType, o.SseKey, o.StorageClass) = (type, key, "STANDARD_IA"));
        await store.PutAsync("x", "1"u8.ToArray(), default);
        Assert.Equal(header, _server.Objects.LastPut.GetValueOrDefault("x-amz-server-side-encryption"));
        Assert.Equal(key, _server.Objects.LastPut.GetValueOrDefault("x-amz-server-side-encryption-aws-kms-key-id"));
        Assert.Equal("STANDARD_IA", _server.Objects.LastPut["x-amz-storage-class"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Checksum_is_sent_unless_switched_off(bool enabled)
    {
        await _server.Store(configure: o => o.ChecksumEnabled = enabled).PutAsync("x", "1"u8.ToArray(), default);
        Assert.Equal(enabled, _server.Objects.LastPut.ContainsKey("x-amz-checksum-crc32"));
        Assert.DoesNotContain("expect", _server.Objects.LastPut); // which would cost a round trip
    }

    [Fact]
    public async Task Credentials_are_asked_for_anew_and_chosen_by_prefix()
    {
        _server.SessionToken = "1";
        var renewed = new Renewed();
        var settings = new StorageSettings(new S3Options { Endpoint = _server.Endpoint, PathStyleAccess = true, RetryMinWait = TimeSpan.Zero });
        var wrong = new StorageSettings(new S3Options { Endpoint = _server.Endpoint, PathStyleAccess = true, AccessKeyId = "other", SecretAccessKey = "x" });
        var files = new ObjectStores(wrong, TimeProvider.System, [new PrefixSettings("s3://lake/t/", settings with { Credentials = renewed })]).Files;
        await files.PutAsync("s3://lake/t/x", "1"u8.ToArray(), default);
        await files.PutAsync("s3a://lake/t/y", "1"u8.ToArray(), default);
        _server.SessionToken = "2";
        renewed.Token = "2";
        await files.PutAsync("s3://lake/t/x", "2"u8.ToArray(), default);
        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => files.PutAsync("s3://lake/u/x", default, default));
        Assert.Equal("InvalidAccessKeyId", error.Code);
    }

    [Fact]
    public async Task Error_of_a_credentials_source_reaches_the_caller_as_it_is()
    {
        var settings = new StorageSettings(new S3Options { Endpoint = _server.Endpoint, PathStyleAccess = true }, new Renewed { Token = null });
        var files = new ObjectStores(settings, TimeProvider.System).Files;
        var error = await Assert.ThrowsAsync<CatalogException>(() => files.TryReadAsync("s3://lake/x", default));
        Assert.Equal("none to be had", error.Message);
        Assert.Empty(_server.Calls);
    }

    private sealed class Renewed : IStoreCredentials
    {
        public string? Token { get; set; } = "1";

        public ValueTask<StoreCredentials> GetAsync(CancellationToken cancellationToken) =>
            Token is null ? throw new CatalogException("none to be had") : ValueTask.FromResult(new StoreCredentials(FakeS3Server.Key, FakeS3Server.Secret, Token, null));
    }
}
