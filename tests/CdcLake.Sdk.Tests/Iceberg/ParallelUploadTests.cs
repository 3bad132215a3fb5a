using CdcLake.Iceberg;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>The files of a commit are in flight together: a store that answers none of them before it has all gets them.</summary>
public sealed class ParallelUploadTests : IDisposable
{
    private const int Partitions = 6;
    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly GatheringStore _store;

    public ParallelUploadTests() => _store = new GatheringStore(new LocalObjectStore(_folder.Path, TimeProvider.System));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(IcebergDeleteMode.Position)]
    [InlineData(IcebergDeleteMode.Equality)]
    public async Task Data_files_and_delete_files_of_all_partitions_are_written_beside_each_other(IcebergDeleteMode mode)
    {
        await using var model = new SinkModel(_store, new IcebergSinkSettings { DeleteMode = mode, Partitioning = [PartitionTerm.Parse("qty")] });
        await model.OpenAsync();
        _store.Gather(Partitions);
        Put(model, 5 * Partitions, "first");
        await model.EndAndCommitAsync();
        Assert.Equal(Partitions, _store.Gathered);

        _store.Gather(Partitions); // new rows, and then what hides the old ones
        Put(model, 3 * Partitions, "second");
        await model.EndAndCommitAsync();
        Assert.Equal(2 * Partitions, _store.Gathered);
        Assert.Equal(Partitions, model.Sink.Version!.Files.Entries(ManifestContent.Deletes).Count());
        await model.CheckAsync();
    }

    private static void Put(SinkModel model, int rows, string name)
    {
        for (var id = 0; id < rows; id++)
        {
            model.Put(id, name, id % Partitions);
        }
    }

    /// <summary>Completes files in groups: none of a group before all are there, for ten seconds.</summary>
    private sealed class GatheringStore(IObjectStore inner) : IObjectStore
    {
        private readonly Lock _lock = new();
        private TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _size;
        private int _waiting;

        public int Gathered { get; private set; }

        public void Gather(int size) => (_size, _waiting, Gathered) = (size, 0, 0);

        public string UriOf(string name) => inner.UriOf(name);

        public string NameOf(string uri) => inner.NameOf(uri);

        public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken) => inner.OpenReadAsync(name, cancellationToken);

        public Task<DateTimeOffset?> LastModifiedAsync(string name, CancellationToken cancellationToken) => inner.LastModifiedAsync(name, cancellationToken);

        public Task<byte[]?> TryReadAsync(string name, CancellationToken cancellationToken) => inner.TryReadAsync(name, cancellationToken);

        public async Task<IObjectWriter> CreateAsync(string name, CancellationToken cancellationToken) => new Writer(this, await inner.CreateAsync(name, cancellationToken));

        public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => inner.PutAsync(name, content, cancellationToken);

        public Task<bool> TryPutNewAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => inner.TryPutNewAsync(name, content, cancellationToken);

        public Task DeleteAsync(string name, CancellationToken cancellationToken) => inner.DeleteAsync(name, cancellationToken);

        public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);

        private Task ArriveAsync()
        {
            lock (_lock)
            {
                var all = _all;
                Gathered++;
                if (++_waiting == _size)
                {
                    (_waiting, _all) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                    all.SetResult();
                }

                return all.Task.WaitAsync(TimeSpan.FromSeconds(10));
            }
        }

        private sealed class Writer(GatheringStore store, IObjectWriter inner) : IObjectWriter
        {
            public long Length => inner.Length;

            public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => inner.WriteAsync(bytes, cancellationToken);

            public async Task CompleteAsync(CancellationToken cancellationToken)
            {
                await store.ArriveAsync();
                await inner.CompleteAsync(cancellationToken);
            }

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}
