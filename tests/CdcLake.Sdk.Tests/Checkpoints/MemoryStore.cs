using System.Runtime.CompilerServices;
using CdcLake.Storage;

namespace CdcLake.Tests.Checkpoints;

/// <summary>Files in memory. Each write can be made to fail, and each step can be held up.</summary>
internal sealed class MemoryStore : IObjectStore
{
    private readonly Lock _lock = new();

    public SortedDictionary<string, byte[]> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>Writes and deletes still allowed before the disk is "full"; −1 for no limit.</summary>
    public int Budget { get; set; } = -1;

    /// <summary>Called before each step, such as <c>put checkpoint-0000000001.json</c>; may do something else first, or throw.</summary>
    public Func<string, Task> Step { get; set; } = _ => Task.CompletedTask;

    public string UriOf(string name) => "memory:///" + name;

    public string NameOf(string uri) => uri["memory:///".Length..];

    public async Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        await Step($"open {name}");
        return Find(name) is { } content ? new MemoryStream(content) : throw new ObjectStoreException($"{name} does not exist.");
    }

    public Task<DateTimeOffset?> LastModifiedAsync(string name, CancellationToken cancellationToken) => throw new NotSupportedException();

    public async Task<byte[]?> TryReadAsync(string name, CancellationToken cancellationToken)
    {
        await Step($"read {name}");
        return Find(name);
    }

    public async Task<IObjectWriter> CreateAsync(string name, CancellationToken cancellationToken)
    {
        await Step($"create {name}");
        return new Writer(this, name);
    }

    public async Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await Step($"put {name}");
        lock (_lock)
        {
            Spend(name);
            Objects[name] = content.ToArray();
        }
    }

    public async Task<bool> TryPutNewAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await Step($"put {name}");
        lock (_lock)
        {
            Spend(name);
            return Objects.TryAdd(name, content.ToArray());
        }
    }

    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        await Step($"delete {name}");
        lock (_lock)
        {
            Spend(name);
            Objects.Remove(name);
        }
    }

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Step($"list {prefix}");
        List<string> names;
        lock (_lock)
        {
            names = [.. Objects.Keys.Where(n => n.StartsWith(prefix, StringComparison.Ordinal))];
        }

        foreach (var name in names)
        {
            yield return name;
        }
    }

    private byte[]? Find(string name)
    {
        lock (_lock)
        {
            return Objects.GetValueOrDefault(name);
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

        public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            await store.Step($"write {name}");
            _content.Write(bytes.Span);
        }

        public Task CompleteAsync(CancellationToken cancellationToken) => store.PutAsync(name, _content.ToArray(), cancellationToken);

        public ValueTask DisposeAsync() => _content.DisposeAsync();
    }
}
