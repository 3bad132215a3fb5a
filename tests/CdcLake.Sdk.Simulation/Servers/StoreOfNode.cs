using System.Runtime.CompilerServices;
using CdcLake.Simulation.Scheduling;
using CdcLake.Storage;
using CdcLake.Testing.Lake;

namespace CdcLake.Simulation.Servers;

/// <summary>An object store as one process reaches it: each call is a request that may be refused, held up, or carried out without an answer.</summary>
/// <param name="inner">Outlives all processes.</param>
/// <param name="node">Who asks.</param>
/// <param name="created">Told of each object that was created where there was none.</param>
internal sealed class StoreOfNode(MemoryObjectStore inner, Node node, Action<string> created) : IObjectStore
{
    /// <summary>A version of a table that is there is written over by another.</summary>
    public bool LetsSecondWriterWin { get; init; }

    public string UriOf(string name) => inner.UriOf(name);

    public string NameOf(string uri) => inner.NameOf(uri);

    public async Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken) =>
        await AskAsync($"open {name}", false, () => inner.OpenReadAsync(name, CancellationToken.None), cancellationToken).ConfigureAwait(false);

    public Task<byte[]?> TryReadAsync(string name, CancellationToken cancellationToken) => AskAsync($"read {name}", false, () => inner.TryReadAsync(name, CancellationToken.None), cancellationToken);

    public Task<DateTimeOffset?> LastModifiedAsync(string name, CancellationToken cancellationToken) => AskAsync($"age of {name}", false, () => inner.LastModifiedAsync(name, CancellationToken.None), cancellationToken);

    public Task<IObjectWriter> CreateAsync(string name, CancellationToken cancellationToken)
    {
        node.ThrowIfDead();
        return Task.FromResult<IObjectWriter>(new WholeObjectWriter((content, token) => PutAsync(name, content, token)));
    }

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var copy = content.ToArray(); // the caller may use its buffer again
        return AskAsync($"put {name}", true, () => Done(inner.PutAsync(name, copy, CancellationToken.None)), cancellationToken);
    }

    public Task<bool> TryPutNewAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var copy = content.ToArray();
        return AskAsync($"create {name}", true, () => CreateAsync(name, copy), cancellationToken);
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => AskAsync($"delete {name}", true, () => Done(inner.DeleteAsync(name, CancellationToken.None)), cancellationToken);

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var names = await AskAsync($"list {prefix}", false, () => ListAsync(prefix), cancellationToken).ConfigureAwait(false);
        foreach (var name in names)
        {
            yield return name;
        }
    }

    public override string ToString() => inner.ToString();

    private async Task<List<string>> ListAsync(string prefix)
    {
        var names = new List<string>();
        await foreach (var name in inner.ListAsync(prefix, CancellationToken.None).ConfigureAwait(false))
        {
            names.Add(name);
        }

        return names;
    }

    private async Task<bool> CreateAsync(string name, byte[] content)
    {
        var isNew = await inner.TryPutNewAsync(name, content, CancellationToken.None).ConfigureAwait(false);
        if (!isNew && LetsSecondWriterWin && name.EndsWith(".metadata.json", StringComparison.Ordinal))
        {
            await inner.PutAsync(name, content, CancellationToken.None).ConfigureAwait(false);
            isNew = true;
        }

        if (isNew)
        {
            created(name);
        }

        return isNew;
    }

    private static async Task<bool> Done(Task task)
    {
        await task.ConfigureAwait(false);
        return true;
    }

    // What is in memory is done when its call returns.
    private Task<T> AskAsync<T>(string what, bool writes, Func<Task<T>> act, CancellationToken cancellationToken) => node.Scheduler.AskAsync(
        node, Short(what), writes, () => act().GetAwaiter().GetResult(), why => new ObjectStoreException($"{why} at {inner}.") { IsTransient = true }, cancellationToken);

    // Random parts of names are the same in equal runs, but long.
    private static string Short(string what) => what.Length > 120 ? what[..120] : what;
}
