using CdcLake.Storage;

namespace CdcLake.Tests.Storage;

public sealed class FileIOTests
{
    private static readonly StoreLimits Limits = new(TimeSpan.FromMilliseconds(20), 3, TimeSpan.Zero);

    [Fact]
    public async Task Longest_prefix_chooses_the_store()
    {
        var (local, bucket, part) = (new ScriptedStore(), new ScriptedStore(), new ScriptedStore());
        var files = new FileIO(new StoreMounts([new("file:", local), new("s3://lake/", bucket), new("s3://lake/hot/", part)]), Limits, TimeProvider.System);
        await files.PutAsync("s3://lake/hot/x", default, default);
        await files.PutAsync("s3://lake/cold/x", default, default);
        await files.PutAsync("file:///x", default, default);
        Assert.Equal([1, 1, 1], [local.Calls, bucket.Calls, part.Calls]);
        Assert.Contains("gs://lake/x", (await Assert.ThrowsAsync<ObjectStoreException>(() => files.PutAsync("gs://lake/x", default, default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Passing_faults_are_tried_again_and_others_are_not()
    {
        var store = new ScriptedStore { Faults = 2, IsTransient = true };
        await FileIO(store).PutAsync("x", default, default);
        Assert.Equal(3, store.Calls);
        store = new ScriptedStore { Faults = 3, IsTransient = true };
        await Assert.ThrowsAsync<ObjectStoreException>(() => FileIO(store).PutAsync("x", default, default));
        Assert.Equal(3, store.Calls);
        store = new ScriptedStore { Faults = 1 };
        await Assert.ThrowsAsync<ObjectStoreException>(() => FileIO(store).PutAsync("x", default, default));
        Assert.Equal(1, store.Calls);
    }

    [Fact]
    public async Task Store_that_never_answers_is_a_passing_error_with_the_uri()
    {
        var store = new ScriptedStore { Hangs = true };
        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => FileIO(store).PutAsync("s3://lake/x", default, default));
        Assert.True(error.IsTransient);
        Assert.Contains("s3://lake/x", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, store.Calls);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FileIO(store).PutAsync("x", default, new CancellationToken(true)));
    }

    private static FileIO FileIO(IObjectStore store) => new(new StoreMounts([new("", store)]), Limits, TimeProvider.System);

    private sealed class ScriptedStore : IObjectStore
    {
        public int Calls { get; private set; }

        public int Faults { get; init; }

        public bool IsTransient { get; init; }

        public bool Hangs { get; init; }

        public string UriOf(string name) => name;

        public string NameOf(string uri) => uri;

        public async Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
        {
            Calls++;
            if (Hangs)
            {
                await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            }

            if (Calls <= Faults)
            {
                throw new ObjectStoreException("scripted") { IsTransient = IsTransient };
            }
        }

        public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<DateTimeOffset?> LastModifiedAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<byte[]?> TryReadAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IObjectWriter> CreateAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<bool> TryPutNewAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task DeleteAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
