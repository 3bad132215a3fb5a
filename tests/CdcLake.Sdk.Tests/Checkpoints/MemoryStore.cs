using CdcLake.Storage;

namespace CdcLake.Tests.Checkpoints;

/// <summary>Files in memory. Each write can be made to fail.</summary>
internal sealed class MemoryStore : IObjectStore
{
    private readonly Lock _lock = new();

    public SortedDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>Writes and deletes still allowed before the disk is "full"; −1 for no limit.</summary>
    public int Budget { get; set; } = -1;

    public string UriOf(string name) => "memory:///" + name;

    public string NameOf(string uri) => uri["memory:///".Length..];

    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken) =>
        Objects.TryGetValue(name, out var content) ? Task.FromResult<Stream>(new MemoryStream(content)) : throw new ObjectStoreException($"{name} does not exist.");

    public Task<byte[]?> TryReadAsync(string name, CancellationToken cancellationToken) => Task.FromResult(Objects.GetValueOrDefault(name));

    public Task<IObjectWriter> CreateAsync(string name, CancellationToken cancellationToken) => Task.FromResult<IObjectWriter>(new Writer(this, name));

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        Spend(name);
        lock (_lock)
        {
            Objects[name] = content.ToArray();
        }

        return Task.CompletedTask;
    }

    public Task<bool> TryPutNewAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        Objects.ContainsKey(name) ? Task.FromResult(false) : PutAsync(name, content, cancellationToken).ContinueWith(_ => true, TaskScheduler.Default);

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        Spend(name);
        lock (_lock)
        {
            Objects.Remove(name);
        }

        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<string> ListAsync(string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var name in Objects.Keys.Where(n => n.StartsWith(prefix, StringComparison.Ordinal)).ToArray())
        {
            yield return name;
        }
    }

    private void Spend(string name)
    {
        if (Budget == 0)
        {
            throw new ObjectStoreException($"No space left to write {name}.");
        }

        Budget -= Budget > 0 ? 1 : 0;
    }

    private sealed class Writer(MemoryStore store, string name) : IObjectWriter
    {
        private readonly MemoryStream _content = new();

        public long Length => _content.Length;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => _content.WriteAsync(bytes, cancellationToken);

        public Task CompleteAsync(CancellationToken cancellationToken) => store.PutAsync(name, _content.ToArray(), cancellationToken);

        public ValueTask DisposeAsync() => _content.DisposeAsync();
    }
}
