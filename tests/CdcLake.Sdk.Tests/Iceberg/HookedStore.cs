using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>A store in front of which something happens when a name is about to be created: where an instance may be put to sleep, others go on meanwhile.</summary>
internal sealed class HookedStore(IObjectStore inner) : IObjectStore
{
    /// <summary>Called once before the next exclusive creation whose name it accepts.</summary>
    public Func<string, Task>? BeforeCreation { get; set; }

    /// <summary>Called once after it.</summary>
    public Func<Task>? AfterCreation { get; set; }

    /// <summary>Called before a file is opened for reading.</summary>
    public Action<string>? BeforeReading { get; set; }

    public string UriOf(string name) => inner.UriOf(name);

    public string NameOf(string uri) => inner.NameOf(uri);

    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        BeforeReading?.Invoke(name);
        return inner.OpenReadAsync(name, cancellationToken);
    }

    public Task<DateTimeOffset?> LastModifiedAsync(string name, CancellationToken cancellationToken) => inner.LastModifiedAsync(name, cancellationToken);

    public Task<byte[]?> TryReadAsync(string name, CancellationToken cancellationToken) => inner.TryReadAsync(name, cancellationToken);

    public Task<IObjectWriter> CreateAsync(string name, CancellationToken cancellationToken) => inner.CreateAsync(name, cancellationToken);

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => inner.PutAsync(name, content, cancellationToken);

    public async Task<bool> TryPutNewAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (name.EndsWith(".metadata.json", StringComparison.Ordinal) && BeforeCreation is { } before)
        {
            BeforeCreation = null;
            await before(name);
        }

        var created = await inner.TryPutNewAsync(name, content, cancellationToken);
        if (name.EndsWith(".metadata.json", StringComparison.Ordinal) && AfterCreation is { } after)
        {
            AfterCreation = null;
            await after();
        }

        return created;
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => inner.DeleteAsync(name, cancellationToken);

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => inner.ListAsync(prefix, cancellationToken);
}
