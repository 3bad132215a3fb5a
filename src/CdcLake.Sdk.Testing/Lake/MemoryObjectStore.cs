using System.Runtime.CompilerServices;
using CdcLake.Storage;

namespace CdcLake.Testing.Lake;

/// <summary>Files in memory, with a store's guarantees: an object appears whole, and of two that create a name one wins. Thread-safe.</summary>
/// <param name="root">URI of the root, such as <c>memory://lake/</c>.</param>
/// <param name="clock">When files are written.</param>
internal sealed class MemoryObjectStore(string root, TimeProvider clock) : IObjectStore
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, (byte[] Content, DateTimeOffset At)> _objects = new(StringComparer.Ordinal);

    public string UriOf(string name) => root + name;

    public string NameOf(string uri) => uri.StartsWith(root, StringComparison.Ordinal)
        ? uri[root.Length..]
        : throw new ObjectStoreException($"{uri} lies outside of {root}, which is all that this store has.");

    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken) => Find(name) is { } found
        ? Task.FromResult<Stream>(new MemoryStream(found.Content, writable: false))
        : throw new ObjectStoreException($"{UriOf(name)} does not exist.");

    public Task<byte[]?> TryReadAsync(string name, CancellationToken cancellationToken) => Task.FromResult(Find(name)?.Content);

    public Task<DateTimeOffset?> LastModifiedAsync(string name, CancellationToken cancellationToken) => Task.FromResult(Find(name)?.At);

    public Task<IObjectWriter> CreateAsync(string name, CancellationToken cancellationToken) => Task.FromResult<IObjectWriter>(new WholeObjectWriter((content, token) => PutAsync(name, content, token)));

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _objects[name] = (content.ToArray(), clock.GetUtcNow());
        }

        return Task.CompletedTask;
    }

    public Task<bool> TryPutNewAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult(_objects.TryAdd(name, (content.ToArray(), clock.GetUtcNow())));
        }
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _objects.Remove(name);
        }

        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false); // nothing to wait for, but the contract is of stores that are far away
        List<string> names;
        lock (_lock)
        {
            names = [.. _objects.Keys.Where(n => n.StartsWith(prefix, StringComparison.Ordinal))];
        }

        foreach (var name in names)
        {
            yield return name;
        }
    }

    public override string ToString() => root;

    private (byte[] Content, DateTimeOffset At)? Find(string name)
    {
        lock (_lock)
        {
            return _objects.TryGetValue(name, out var found) ? found : null;
        }
    }
}
