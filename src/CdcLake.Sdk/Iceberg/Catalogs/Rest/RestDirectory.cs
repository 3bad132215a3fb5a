using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Catalogs.Rest;

/// <summary>Namespaces and names of a catalog with a service.</summary>
internal sealed class RestDirectory : ICatalogDirectory
{
    private readonly RestSession _session;
    private readonly RestTables _tables;

    public RestDirectory(RestSession session, RestTables tables)
    {
        _session = session;
        _tables = tables;
    }

    public bool PurgesFiles => true;

    public async Task CreateNamespaceAsync(ImmutableArray<string> space, IReadOnlyDictionary<string, string> properties, CancellationToken cancellationToken)
    {
        var paths = await PathsAsync(cancellationToken).ConfigureAwait(false);
        await ChangeAsync(new RestRequest(HttpMethod.Post, paths.Namespaces, RestBodies.CreateNamespace(space, properties)), $"creating namespace {Text(space)}", cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Creates a namespace and those above it, as far as they are missing.</summary>
    public async Task EnsureNamespaceAsync(ImmutableArray<string> space, CancellationToken cancellationToken)
    {
        for (var levels = 1; levels <= space.Length; levels++)
        {
            try
            {
                await CreateNamespaceAsync(space[..levels], ImmutableDictionary<string, string>.Empty, cancellationToken).ConfigureAwait(false);
            }
            catch (CatalogException e) when (e.Error == CatalogError.AlreadyExists || (levels < space.Length && !e.IsTransient))
            {
                // It is there, which is what was wanted. Whoever may not create the upper ones learns at the last one whether they are.
            }
        }
    }

    public async IAsyncEnumerable<ImmutableArray<string>> ListNamespacesAsync(ImmutableArray<string> parent, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var paths = await PathsAsync(cancellationToken).ConfigureAwait(false);
        var path = parent.IsEmpty ? paths.Namespaces : $"{paths.Namespaces}?parent={paths.Join(parent)}";
        await foreach (var space in PagesAsync(path, $"listing namespaces of {Text(parent)}", r => r.Required("namespaces").EnumerateArray().Select(Levels), cancellationToken).ConfigureAwait(false))
        {
            yield return space;
        }
    }

    public async Task<IReadOnlyDictionary<string, string>?> LoadNamespaceAsync(ImmutableArray<string> space, CancellationToken cancellationToken)
    {
        var paths = await PathsAsync(cancellationToken).ConfigureAwait(false);
        var answer = await _session.SendAsync(new RestRequest(HttpMethod.Get, paths.Namespace(space)), cancellationToken).ConfigureAwait(false);
        return RestTables.IsMissing(answer) ? null : _session.Read(answer, $"loading namespace {Text(space)}", r => r.OptionalStrings("properties", takesScalars: true));
    }

    public async Task UpdateNamespaceAsync(
        ImmutableArray<string> space, IReadOnlyDictionary<string, string> updates, IReadOnlyCollection<string> removals, CancellationToken cancellationToken)
    {
        var paths = await PathsAsync(cancellationToken).ConfigureAwait(false);
        var request = new RestRequest(HttpMethod.Post, paths.Namespace(space) + "/properties", RestBodies.UpdateNamespace(updates, removals));
        await ChangeAsync(request, $"setting properties of namespace {Text(space)}", cancellationToken).ConfigureAwait(false);
    }

    public async Task DropNamespaceAsync(ImmutableArray<string> space, CancellationToken cancellationToken)
    {
        var paths = await PathsAsync(cancellationToken).ConfigureAwait(false);
        var doing = $"dropping namespace {Text(space)}";
        var answer = await _session.ChangeAsync(new RestRequest(HttpMethod.Delete, paths.Namespace(space)), cancellationToken).ConfigureAwait(false);
        if (answer.Status == 409)
        {
            throw new CatalogException($"Namespace {Text(space)} in {_session.Name} is not empty: drop what is in it first.", RestErrors.Of(answer, doing, _session.Name))
            {
                Error = CatalogError.NamespaceNotEmpty,
            };
        }

        _session.Require(answer, doing);
    }

    public async IAsyncEnumerable<TableIdentifier> ListTablesAsync(ImmutableArray<string> space, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var paths = await PathsAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var table in PagesAsync(paths.Tables(space), $"listing tables of {Text(space)}", r => r.Required("identifiers").EnumerateArray().Select(Identifier), cancellationToken).ConfigureAwait(false))
        {
            yield return table;
        }
    }

    public async Task RenameTableAsync(TableIdentifier from, TableIdentifier to, CancellationToken cancellationToken)
    {
        var paths = await PathsAsync(cancellationToken).ConfigureAwait(false);
        await ChangeAsync(new RestRequest(HttpMethod.Post, paths.Rename, RestBodies.Rename(from, to)), $"renaming table {from} to {to}", cancellationToken).ConfigureAwait(false);
        _tables.Forget(from);
    }

    public async Task DropTableAsync(TableIdentifier table, bool purge, CancellationToken cancellationToken)
    {
        var paths = await PathsAsync(cancellationToken).ConfigureAwait(false);
        var request = new RestRequest(HttpMethod.Delete, $"{paths.Table(table)}?purgeRequested={(purge ? "true" : "false")}") { Authentication = _tables.AuthenticationOf(table) };
        await ChangeAsync(request, $"dropping table {table}", cancellationToken).ConfigureAwait(false);
        _tables.Forget(table);
    }

    private async Task ChangeAsync(RestRequest request, string doing, CancellationToken cancellationToken) =>
        _session.Require(await _session.ChangeAsync(request, cancellationToken).ConfigureAwait(false), doing);

    /// <summary>All items of a listing, each page asked for when it is needed. Pages are the server's, or of <c>rest-page-size</c> items.</summary>
    private async IAsyncEnumerable<T> PagesAsync<T>(
        string path, string doing, Func<JsonElement, IEnumerable<T>> read, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var config = await _session.ConfigAsync(cancellationToken).ConfigureAwait(false);
        var size = config.Properties.GetValueOrDefault(RestProperties.PageSize);
        var next = size is null ? null : "";
        var mark = path.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        do
        {
            var query = next is null ? "" : $"{mark}pageToken={Uri.EscapeDataString(next)}{(size is null ? "" : $"&pageSize={Uri.EscapeDataString(size)}")}";
            var answer = await _session.SendAsync(new RestRequest(HttpMethod.Get, path + query), cancellationToken).ConfigureAwait(false);
            var (items, token) = _session.Read(answer, doing, r => (read(r).ToList(), r.OptionalString("next-page-token")));
            next = token;
            foreach (var item in items)
            {
                yield return item;
            }
        }
        while (!string.IsNullOrEmpty(next));
    }

    private async ValueTask<RestPaths> PathsAsync(CancellationToken cancellationToken) => (await _session.ConfigAsync(cancellationToken).ConfigureAwait(false)).Paths;

    private static ImmutableArray<string> Levels(JsonElement array) => [.. array.EnumerateArray().Select(l => l.GetString() ?? throw new JsonException("a level of a namespace is null"))];

    private static TableIdentifier Identifier(JsonElement element) => new(Levels(element.Required("namespace")), element.RequiredString("name"));

    private static string Text(ImmutableArray<string> space) => space.IsEmpty ? "the root" : string.Join('.', space);
}
