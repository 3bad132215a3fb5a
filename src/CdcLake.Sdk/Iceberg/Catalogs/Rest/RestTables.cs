using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.Json;
using CdcLake.Iceberg.Catalogs.Rest.Auth;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Catalogs.Rest;

/// <summary>Tables in answers of the server, remembered so that an unchanged one is not sent again, and with them who may read their files. Safe for concurrent use.</summary>
internal sealed class RestTables
{
    private readonly RestSession _session;
    private readonly OpenStore _open;
    private readonly ConcurrentDictionary<TableIdentifier, LoadedTable> _known = new();

    /// <param name="session">The catalog.</param>
    /// <param name="open">Opens the stores of files.</param>
    public RestTables(RestSession session, OpenStore open)
    {
        _session = session;
        _open = open;
    }

    /// <summary>A table as the server has it now, or null.</summary>
    public async Task<CatalogTable?> LoadAsync(TableIdentifier table, CancellationToken cancellationToken)
    {
        var config = await _session.ConfigAsync(cancellationToken).ConfigureAwait(false);
        var known = _known.GetValueOrDefault(table);
        var answer = await _session.SendAsync(
            new RestRequest(HttpMethod.Get, config.Paths.Table(table) + "?snapshots=all") { IfNoneMatch = known?.ETag, Authentication = AuthenticationOf(table) },
            cancellationToken).ConfigureAwait(false);
        if (answer.Status == 304 && known is not null)
        {
            return known.Table;
        }

        var doing = $"loading table {table}";
        if (IsMissing(answer))
        {
            _known.TryRemove(table, out _);
            return null;
        }

        return _session.Read(answer, doing, root => Take(table, root, answer.ETag, config, hasConfig: true));
    }

    /// <summary>Reads a table of an answer.</summary>
    /// <param name="table">Its name.</param>
    /// <param name="root">The answer.</param>
    /// <param name="etag">Its validator, or null.</param>
    /// <param name="config">Of the catalog.</param>
    /// <param name="hasConfig">True where the answer says how files are reached: to a load or a creation, not to a commit.</param>
    public CatalogTable Take(TableIdentifier table, JsonElement root, string? etag, RestConfig config, bool hasConfig)
    {
        var location = root.OptionalString("metadata-location") ?? $"table {table} in {_session.Name}";
        var metadata = TableMetadataJson.Read(JsonMarshal.GetRawUtf8Value(root.Required("metadata")).ToArray(), location);
        var loaded = _known.GetValueOrDefault(table);
        var store = loaded?.Store;
        if (store is null)
        {
            var credentials = hasConfig ? StorageCredentials.Read(root, config.Properties, table) : StorageCredentials.None(config.Properties);
            store = new VendedStore(credentials, (former, token) => RenewAsync(table, former, token), _open, _session.Clock);
        }
        else if (hasConfig)
        {
            store.Use(StorageCredentials.Read(root, config.Properties, table));
        }

        var files = loaded?.Table.Files ?? FileIO.Over(store, _session.Clock);
        var taken = new LoadedTable(new CatalogTable(table, metadata, location, files), etag, store);
        _known[table] = taken;
        return taken.Table;
    }

    /// <summary>The table has another name, or none any more.</summary>
    public void Forget(TableIdentifier table) => _known.TryRemove(table, out _);

    /// <summary>Who asks about a table: its own token, where the catalog gave it one.</summary>
    public IRestAuthentication? AuthenticationOf(TableIdentifier table) =>
        _known.GetValueOrDefault(table)?.Store.Credentials.Token is { } token ? FixedAuthorization.Bearer(token) : null;

    /// <summary>True when the answer says that there is no such table, in a namespace that there may or may not be. A page that says 404 says nothing about tables.</summary>
    public static bool IsMissing(RestAnswer answer) =>
        answer is { Status: 404, Error: { } error } && !error.Type.Contains("Warehouse", StringComparison.Ordinal) && !error.Type.Contains("Prefix", StringComparison.Ordinal);

    private async Task<StorageCredentials> RenewAsync(TableIdentifier table, StorageCredentials former, CancellationToken cancellationToken)
    {
        var config = await _session.ConfigAsync(cancellationToken).ConfigureAwait(false);
        if (config.Offers(RestConfig.LoadCredentials))
        {
            var renewed = former.With(await AskAsync("/credentials").ConfigureAwait(false));
            if (renewed != former && (renewed.ExpiresAt is not { } end || end > _session.Clock.GetUtcNow()))
            {
                return renewed;
            }
        }

        try
        {
            return await AskAsync("?snapshots=refs").ConfigureAwait(false);
        }
        catch (CatalogException e) when (e.Error is CatalogError.BadRequest or CatalogError.Unsupported)
        {
            return await AskAsync("?snapshots=all").ConfigureAwait(false); // the way of asking that every server has
        }

        async Task<StorageCredentials> AskAsync(string what)
        {
            var request = new RestRequest(HttpMethod.Get, config.Paths.Table(table) + what) { Authentication = AuthenticationOf(table) };
            var answer = await _session.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return _session.Read(answer, $"asking for credentials of table {table}", root => StorageCredentials.Read(root, config.Properties, table));
        }
    }
}
