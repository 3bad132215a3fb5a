using System.Runtime.CompilerServices;
using CdcLake.Storage;

namespace CdcLake.Testing.Crashes;

/// <summary>A store as one process reaches it: until the process is killed. By the names that are written it knows what the pipeline is about to do.</summary>
/// <param name="inner">Outlives the process.</param>
/// <param name="life">The process.</param>
internal sealed class MortalStore(IObjectStore inner, Life life) : IObjectStore
{
    public string UriOf(string name) => inner.UriOf(name);

    public string NameOf(string uri) => inner.NameOf(uri);

    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken) => Alive().OpenReadAsync(name, cancellationToken);

    public Task<byte[]?> TryReadAsync(string name, CancellationToken cancellationToken) => Alive().TryReadAsync(name, cancellationToken);

    public Task<DateTimeOffset?> LastModifiedAsync(string name, CancellationToken cancellationToken) => Alive().LastModifiedAsync(name, cancellationToken);

    public async Task<IObjectWriter> CreateAsync(string name, CancellationToken cancellationToken)
    {
        var writer = await Alive().CreateAsync(name, cancellationToken).ConfigureAwait(false);
        if (name.EndsWith(".parquet", StringComparison.Ordinal))
        {
            life.Pass(CrashPoint.Preparing);
        }

        return new Writer(writer, life);
    }

    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => Alive().PutAsync(name, content, cancellationToken);

    public async Task<bool> TryPutNewAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var isVersion = IsNextVersion(name);
        var isCheckpoint = IsCheckpoint(name);
        if (isVersion)
        {
            life.Publishing();
        }
        else if (isCheckpoint)
        {
            life.Pass(CrashPoint.BeforeCheckpoint);
        }

        var isNew = await Alive().TryPutNewAsync(name, content, cancellationToken).ConfigureAwait(false);
        if (isVersion && isNew)
        {
            life.Published();
        }
        else if (isCheckpoint && isNew)
        {
            life.Pass(CrashPoint.AfterCheckpoint);
        }

        return isNew;
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => Alive().DeleteAsync(name, cancellationToken);

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var name in Alive().ListAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            yield return name;
        }
    }

    public override string ToString() => inner.ToString()!;

    private IObjectStore Alive()
    {
        life.ThrowIfOver();
        return inner;
    }

    // The first version is the table's creation, which shows no rows.
    private static bool IsNextVersion(string name) =>
        name.EndsWith(".metadata.json", StringComparison.Ordinal) && !name.EndsWith("/v1.metadata.json", StringComparison.Ordinal);

    private static bool IsCheckpoint(string name) => name.StartsWith("checkpoint-", StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal);

    private sealed class Writer(IObjectWriter inner, Life life) : IObjectWriter
    {
        public long Length => inner.Length;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            life.ThrowIfOver();
            return inner.WriteAsync(bytes, cancellationToken);
        }

        public Task CompleteAsync(CancellationToken cancellationToken)
        {
            life.ThrowIfOver();
            return inner.CompleteAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
