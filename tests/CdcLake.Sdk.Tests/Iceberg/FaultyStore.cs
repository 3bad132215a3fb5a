using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>A store whose n-th call fails, either without effect or after its effect, and all later ones too: the process is as good as dead.</summary>
internal sealed class FaultyStore(IObjectStore inner) : IObjectStore
{
    private int _calls;

    /// <summary>Number of the first call that fails, counted from 1 after <see cref="Arm"/>; 0 = none.</summary>
    public int FailAt { get; private set; }

    public bool AfterEffect { get; private set; }

    /// <summary>True: only that one call fails, so that cleaning up works.</summary>
    public bool OnlyOnce { get; private set; }

    /// <summary>Nothing can be deleted.</summary>
    public bool FailDeletes { get; set; }

    /// <summary>Calls since <see cref="Arm"/>.</summary>
    public int Calls => _calls;

    public void Arm(int failAt, bool afterEffect, bool onlyOnce)
    {
        _calls = 0;
        (FailAt, AfterEffect, OnlyOnce) = (failAt, afterEffect, onlyOnce);
    }

    public string UriOf(string name) => inner.UriOf(name);

    public string NameOf(string uri) => inner.NameOf(uri);

    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken) => Run(() => inner.OpenReadAsync(name, cancellationToken));

    public Task<DateTimeOffset?> LastModifiedAsync(string name, CancellationToken cancellationToken) => Run(() => inner.LastModifiedAsync(name, cancellationToken));

    public Task<byte[]?> TryReadAsync(string name, CancellationToken cancellationToken) => Run(() => inner.TryReadAsync(name, cancellationToken));

    public async Task<IObjectWriter> CreateAsync(string name, CancellationToken cancellationToken) =>
        new Writer(this, await Run(() => inner.CreateAsync(name, cancellationToken)));

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        Run(async () =>
        {
            await inner.PutAsync(name, content, cancellationToken);
            return true;
        });

    public Task<bool> TryPutNewAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        Run(() => inner.TryPutNewAsync(name, content, cancellationToken));

    public Task DeleteAsync(string name, CancellationToken cancellationToken) =>
        Run(async () =>
        {
            await (FailDeletes ? throw Fault() : inner.DeleteAsync(name, cancellationToken));
            return true;
        });

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);

    private async Task<T> Run<T>(Func<Task<T>> call)
    {
        var fails = FailAt > 0 && (++_calls == FailAt || (_calls > FailAt && !OnlyOnce));
        if (fails && !(AfterEffect && _calls == FailAt))
        {
            throw Fault();
        }

        var result = await call();
        return fails ? throw Fault() : result;
    }

    private ObjectStoreException Fault() => new($"Injected failure of call {_calls}.");

    private sealed class Writer(FaultyStore store, IObjectWriter inner) : IObjectWriter
    {
        public long Length => inner.Length;

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => await store.Run(async () =>
        {
            await inner.WriteAsync(bytes, cancellationToken);
            return true;
        });

        public Task CompleteAsync(CancellationToken cancellationToken) => store.Run(async () =>
        {
            await inner.CompleteAsync(cancellationToken);
            return true;
        });

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
