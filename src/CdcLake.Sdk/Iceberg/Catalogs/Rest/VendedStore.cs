using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using CdcLake.Common;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Catalogs.Rest;

/// <summary>Asks the catalog for new credentials of one table.</summary>
internal delegate Task<StorageCredentials> RenewCredentials(StorageCredentials former, CancellationToken cancellationToken);

/// <summary>Opens a store with the properties that are in force for a URI.</summary>
internal delegate IObjectStore OpenStore(string uri, IReadOnlyDictionary<string, string> properties);

/// <summary>
/// The files of one table of a REST catalog. Names are the files' absolute URIs; each call goes to the store of its URI, opened with the credentials that are valid
/// then: they are asked for anew before they expire, for as long as the table is used. Safe for concurrent use.
/// </summary>
internal sealed class VendedStore : IObjectStore
{
    private static readonly TimeSpan Ahead = TimeSpan.FromMinutes(5);
    private readonly RenewCredentials _renew;
    private readonly OpenStore _open;
    private readonly TimeProvider _clock;
    private readonly AsyncLock _renewing = new();
    private readonly ConcurrentDictionary<(string Store, IReadOnlyDictionary<string, string> Properties), IObjectStore> _stores = new();
    private volatile StorageCredentials _credentials;

    public VendedStore(StorageCredentials credentials, RenewCredentials renew, OpenStore open, TimeProvider clock)
    {
        _credentials = credentials;
        _renew = renew;
        _open = open;
        _clock = clock;
    }

    public StorageCredentials Credentials => _credentials;

    /// <summary>The table was loaded again: what came with it holds from now on.</summary>
    public void Use(StorageCredentials credentials)
    {
        _credentials = credentials;
        _stores.Clear();
    }

    /// <summary>What the stores say that were opened: files of one table are all of one kind.</summary>
    public bool Retries { get; private set; }

    /// <summary>The URI as its own store spells it, so that all spellings of one file are the same text.</summary>
    public string UriOf(string name)
    {
        var store = StoreOf(name, _credentials);
        return store.UriOf(store.NameOf(name));
    }

    public string NameOf(string uri) => uri;

    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken) => RunAsync(name, (s, n) => s.OpenReadAsync(n, cancellationToken), cancellationToken);

    public Task<byte[]?> TryReadAsync(string name, CancellationToken cancellationToken) => RunAsync(name, (s, n) => s.TryReadAsync(n, cancellationToken), cancellationToken);

    public Task<DateTimeOffset?> LastModifiedAsync(string name, CancellationToken cancellationToken) => RunAsync(name, (s, n) => s.LastModifiedAsync(n, cancellationToken), cancellationToken);

    public Task<IObjectWriter> CreateAsync(string name, CancellationToken cancellationToken) => RunAsync(name, (s, n) => s.CreateAsync(n, cancellationToken), cancellationToken);

    public async Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var store = await StoreAsync(name, cancellationToken).ConfigureAwait(false);
        await store.PutAsync(store.NameOf(name), content, cancellationToken).ConfigureAwait(false);
    }

    public Task<bool> TryPutNewAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        RunAsync(name, (s, n) => s.TryPutNewAsync(n, content, cancellationToken), cancellationToken);

    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        var store = await StoreAsync(name, cancellationToken).ConfigureAwait(false);
        await store.DeleteAsync(store.NameOf(name), cancellationToken).ConfigureAwait(false);
    }

    public async Task DeleteManyAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        foreach (var of in names.GroupBy(TableStores.StoreOf, StringComparer.Ordinal))
        {
            foreach (var prefix in of.GroupBy(_credentials.PropertiesOf))
            {
                var store = await StoreAsync(prefix.First(), cancellationToken).ConfigureAwait(false);
                await store.DeleteManyAsync([.. prefix.Select(store.NameOf)], cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var store = await StoreAsync(prefix, cancellationToken).ConfigureAwait(false);
        var folder = prefix.TrimEnd('/'); // stores give names to files, and none ends with a slash
        await foreach (var name in store.ListAsync(store.NameOf(folder) + prefix[folder.Length..], cancellationToken).ConfigureAwait(false))
        {
            yield return store.UriOf(name);
        }
    }

    private async Task<T> RunAsync<T>(string uri, Func<IObjectStore, string, Task<T>> call, CancellationToken cancellationToken)
    {
        var store = await StoreAsync(uri, cancellationToken).ConfigureAwait(false);
        return await call(store, store.NameOf(uri)).ConfigureAwait(false);
    }

    private async ValueTask<IObjectStore> StoreAsync(string uri, CancellationToken cancellationToken)
    {
        var credentials = _credentials;
        if (IsOld(credentials))
        {
            credentials = await RenewAsync(credentials, cancellationToken).ConfigureAwait(false);
        }

        return StoreOf(uri, credentials);
    }

    private IObjectStore StoreOf(string uri, StorageCredentials credentials)
    {
        var properties = credentials.PropertiesOf(uri);
        var store = _stores.GetOrAdd((TableStores.StoreOf(uri), properties), _ => _open(uri, properties));
        Retries |= store.Retries;
        return store;
    }

    private bool IsOld(StorageCredentials credentials) => credentials.ExpiresAt is { } end && _clock.GetUtcNow() > end - Ahead;

    private async Task<StorageCredentials> RenewAsync(StorageCredentials former, CancellationToken cancellationToken)
    {
        using var turn = await _renewing.EnterAsync(cancellationToken).ConfigureAwait(false);
        if (_credentials != former)
        {
            return _credentials;
        }

        try
        {
            Use(await _renew(former, cancellationToken).ConfigureAwait(false));
            return _credentials;
        }
        catch (CatalogException e)
        {
            return former.ExpiresAt > _clock.GetUtcNow()
                ? former // still valid: the next call asks again
                : throw new ObjectStoreException($"The credentials for the table's files have expired, and the catalog gives no new ones: {e.Message}", e) { IsTransient = e.IsTransient };
        }
    }
}
