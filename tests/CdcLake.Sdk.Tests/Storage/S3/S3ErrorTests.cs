using CdcLake.Testing;

namespace CdcLake.Tests.Storage.S3;

/// <summary>What goes wrong is told by name, with what to do, and waited out where it passes.</summary>
public sealed class S3ErrorTests : IAsyncLifetime
{
    private readonly FakeS3Server _server = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Wrong_key_secret_bucket_and_token_are_told_apart_and_not_repeated()
    {
        await IsAsync("InvalidAccessKeyId", "s3.access-key-id", o => o.AccessKeyId = "nobody");
        await IsAsync("SignatureDoesNotMatch", "s3.secret-access-key", o => o.SecretAccessKey = "wrong");
        _server.SessionToken = "valid";
        await IsAsync("ExpiredToken", "s3.session-token", o => o.SessionToken = "old");
        _server.SessionToken = null;
        var store = new CdcLake.Storage.Locations.ObjectStores(new(_server.Options.Freeze()), TimeProvider.System).Folder("s3://elsewhere/x");
        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => store.TryReadAsync("x", default));
        Assert.Equal(("NoSuchBucket", false), (error.Code, error.IsTransient));
        Assert.Contains("s3://elsewhere/x/x", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_credentials_are_an_error_that_says_where_they_may_come_from()
    {
        Environment.SetEnvironmentVariable("AWS_EC2_METADATA_DISABLED", "true"); // else AWS's chain asks the network for the role of a machine
        var store = _server.Store(configure: o => o.AccessKeyId = o.SecretAccessKey = null);
        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => store.TryReadAsync("x", default));
        Assert.Contains("s3.access-key-id", error.Message, StringComparison.Ordinal); // likewise where this machine has a key, which the server does not know
        Assert.False(error.IsTransient, error.Message);
    }

    [Fact]
    public async Task Store_that_is_not_there_is_a_passing_error_that_names_it()
    {
        var endpoint = _server.Endpoint;
        var store = _server.Store(configure: o => o.RetryCount = 1);
        await _server.DisposeAsync();
        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => store.TryReadAsync("x", default));
        Assert.True(error.IsTransient);
        Assert.Contains(endpoint, error.Message, StringComparison.Ordinal);
        Assert.Contains("nobody listens there", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoint_of_an_unknown_name_says_so()
    {
        var store = _server.Store(configure: o => (o.Endpoint, o.RetryCount) = ("http://no-such-host.invalid:9000", 0));
        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => store.TryReadAsync("x", default));
        Assert.Contains("s3.endpoint", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FakeS3Fault.SlowDown)]
    [InlineData(FakeS3Fault.InternalError)]
    [InlineData(FakeS3Fault.CutBefore)]
    [InlineData(FakeS3Fault.CutAfter)]
    [InlineData(FakeS3Fault.CutBody)]
    [InlineData(FakeS3Fault.DamagedBody)]
    public async Task Fault_that_passes_is_repeated_as_often_as_allowed(FakeS3Fault fault)
    {
        _server.Objects.Put("warehouse/x", "content"u8.ToArray());
        var store = _server.Store(configure: o => o.RetryCount = 3);
        _server.Script = (n, _) => n <= 3 ? fault : FakeS3Fault.None;
        Assert.Equal("content"u8.ToArray(), await store.TryReadAsync("x", default));
        Assert.Equal(4, _server.Calls.Count);

        _server.Reset();
        _server.Script = (_, _) => fault;
        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => store.TryReadAsync("x", default));
        Assert.True(error.IsTransient);
        Assert.Contains("s3://lake/warehouse/x", error.Message, StringComparison.Ordinal);
        Assert.Equal(4, _server.Calls.Count);
    }

    [Theory]
    [InlineData(FakeS3Fault.SilentBefore)]
    [InlineData(FakeS3Fault.SilentAfter)]
    public async Task Request_without_an_answer_is_given_up_and_repeated(FakeS3Fault fault)
    {
        var store = _server.Store(configure: o => (o.RequestTimeout, o.RetryCount) = (TimeSpan.FromMilliseconds(300), 1));
        _server.Script = (n, _) => n == 1 ? fault : FakeS3Fault.None;
        await store.PutAsync("x", "1"u8.ToArray(), default);
        _server.Script = (_, _) => fault;
        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("x", "1"u8.ToArray(), default));
        Assert.True(error.IsTransient);
        Assert.Contains("did not answer within 0.3 s, 2 times", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(FakeS3Fault.CutAfter)]
    [InlineData(FakeS3Fault.InternalError)]
    [InlineData(FakeS3Fault.SlowDown)]
    [InlineData(FakeS3Fault.WrongETag)]
    public async Task Conditional_put_whose_answer_was_lost_knows_its_own_object(FakeS3Fault fault)
    {
        var store = _server.Store();
        _server.Script = (n, _) => n == 1 ? fault : FakeS3Fault.None;
        Assert.True(await store.TryPutNewAsync("v1", "mine"u8.ToArray(), default));
        Assert.False(await store.TryPutNewAsync("v1", "theirs"u8.ToArray(), default));
        Assert.Equal("mine"u8.ToArray(), await store.TryReadAsync("v1", default));
    }

    [Fact]
    public async Task Conditional_put_whose_answer_was_lost_knows_another_ones_object()
    {
        var store = _server.Store();
        _server.Script = (n, _) =>
        {
            if (n == 1)
            {
                _server.Objects.Put("warehouse/v1", "theirs"u8.ToArray());
            }

            return n == 1 ? FakeS3Fault.CutBefore : FakeS3Fault.None;
        };
        Assert.False(await store.TryPutNewAsync("v1", "mine"u8.ToArray(), default));
    }

    [Theory]
    [InlineData("CreateMultipartUpload", FakeS3Fault.SlowDown)]
    [InlineData("UploadPart", FakeS3Fault.CutBefore)]
    [InlineData("UploadPart", FakeS3Fault.CutAfter)]
    [InlineData("CompleteMultipartUpload", FakeS3Fault.CutAfter)]
    [InlineData("CompleteMultipartUpload", FakeS3Fault.InternalError)]
    public async Task Large_object_survives_a_fault_of_any_of_its_requests(string operation, FakeS3Fault fault)
    {
        var left = 2;
        _server.Script = (_, call) => call.StartsWith(operation, StringComparison.Ordinal) && Interlocked.Decrement(ref left) >= 0 ? fault : FakeS3Fault.None;
        await StoreContract.RunAsync("large object is written in parts", _server.Store());
        Assert.Equal(0, _server.Objects.OpenUploads);
    }

    [Theory]
    [InlineData("UploadPart", FakeS3Fault.SlowDown)]
    [InlineData("UploadPart", FakeS3Fault.WrongETag)]
    [InlineData("CompleteMultipartUpload", FakeS3Fault.CutBefore)]
    public async Task Large_object_that_fails_for_good_leaves_no_parts(string operation, FakeS3Fault fault)
    {
        _server.Script = (_, call) => call.StartsWith(operation, StringComparison.Ordinal) ? fault : FakeS3Fault.None;
        await Assert.ThrowsAsync<ObjectStoreException>(() => StoreContract.RunAsync("large object is written in parts", _server.Store(configure: o => o.RetryCount = 1)));
        Assert.Equal(0, _server.Objects.OpenUploads);
        Assert.Empty(_server.Objects.Keys);
    }

    [Fact]
    public async Task Object_replaced_under_a_reader_is_noticed()
    {
        _server.Objects.Put("warehouse/x", new byte[6 << 20]);
        await using var stream = await _server.Store().OpenReadAsync("x", default);
        _server.Objects.Put("warehouse/x", [.. Enumerable.Repeat((byte)1, 6 << 20)]);
        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => stream.ReadExactlyAsync(new byte[10]).AsTask());
        Assert.Contains("replaced", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsTransient);
    }

    [Fact]
    public async Task Store_in_trouble_is_not_asked_more_and_more()
    {
        var store = _server.Store(configure: o => o.RetryCount = 100);
        _server.Script = (_, _) => FakeS3Fault.InternalError;
        for (var i = 0; i < 5; i++)
        {
            await Assert.ThrowsAsync<ObjectStoreException>(() => store.TryReadAsync("x", default));
        }

        Assert.Equal(5 + 100, _server.Calls.Count); // the budget of repetitions is that of all callers
        _server.Script = (_, _) => FakeS3Fault.None;
        Assert.Null(await store.TryReadAsync("x", default));
    }

    [Fact]
    public async Task Cancelled_call_ends_at_once()
    {
        _server.Script = (_, _) => FakeS3Fault.SilentBefore;
        using var stop = new CancellationTokenSource();
        var call = _server.Store().TryReadAsync("x", stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    private async Task IsAsync(string code, string advice, Action<S3Options> configure)
    {
        _server.Reset();
        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => _server.Store(configure: configure).PutAsync("x", "1"u8.ToArray(), default));
        Assert.Equal((code, false), (error.Code, error.IsTransient));
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
        Assert.Single(_server.Calls);
    }
}
