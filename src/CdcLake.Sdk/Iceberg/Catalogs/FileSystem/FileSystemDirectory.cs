using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Catalogs.FileSystem;

/// <summary>
/// Namespaces and tables as folders. A namespace is a folder with something in it that is no table itself; one that was created, and its properties, stand in a hidden file
/// <c>.namespace.json</c>, which other engines do not look at (Iceberg Java keeps no properties here). A table is its folder, so dropping it removes the files, purged or not.
/// </summary>
internal sealed class FileSystemDirectory : ICatalogDirectory
{
    private const string Marker = ".namespace.json";
    private const string MetadataFolder = "metadata/";
    private readonly IObjectStore _store;
    private readonly ICatalog _catalog;

    public FileSystemDirectory(IObjectStore store, ICatalog catalog)
    {
        _store = store;
        _catalog = catalog;
    }

    public bool PurgesFiles => true;

    public async Task CreateNamespaceAsync(ImmutableArray<string> space, IReadOnlyDictionary<string, string> properties, CancellationToken cancellationToken)
    {
        if (await ExistsAsync(space, cancellationToken).ConfigureAwait(false)
            || !await _store.TryPutNewAsync(MarkerOf(space), ToJson(properties), cancellationToken).ConfigureAwait(false))
        {
            throw DirectoryErrors.NamespaceExists(space, _catalog.Name);
        }
    }

    public async IAsyncEnumerable<ImmutableArray<string>> ListNamespacesAsync(ImmutableArray<string> parent, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (space, isTable) in FoldersAsync(parent, cancellationToken).ConfigureAwait(false))
        {
            if (!isTable)
            {
                yield return space;
            }
        }
    }

    public async Task<IReadOnlyDictionary<string, string>?> LoadNamespaceAsync(ImmutableArray<string> space, CancellationToken cancellationToken)
    {
        if (await _store.TryReadAsync(MarkerOf(space), cancellationToken).ConfigureAwait(false) is { } json)
        {
            try
            {
                using var document = JsonDocument.Parse(json);
                return document.RootElement.OptionalStrings("properties");
            }
            catch (JsonException e)
            {
                throw new CatalogException($"{_store.UriOf(MarkerOf(space))} is damaged ({e.Message}): restore or delete it.", e);
            }
        }

        return await ExistsAsync(space, cancellationToken).ConfigureAwait(false) ? ImmutableDictionary<string, string>.Empty : null;
    }

    public async Task UpdateNamespaceAsync(
        ImmutableArray<string> space, IReadOnlyDictionary<string, string> updates, IReadOnlyCollection<string> removals, CancellationToken cancellationToken)
    {
        var now = await LoadNamespaceAsync(space, cancellationToken).ConfigureAwait(false) ?? throw DirectoryErrors.NoNamespace(space, _catalog.Name);
        var next = now.ToImmutableDictionary().RemoveRange(removals).SetItems(updates);
        await _store.PutAsync(MarkerOf(space), ToJson(next), cancellationToken).ConfigureAwait(false);
    }

    public async Task DropNamespaceAsync(ImmutableArray<string> space, CancellationToken cancellationToken)
    {
        await RequireAsync(space, cancellationToken).ConfigureAwait(false);
        await foreach (var name in _store.ListAsync(FolderOf(space) + "/", cancellationToken).ConfigureAwait(false))
        {
            if (name != MarkerOf(space))
            {
                throw DirectoryErrors.NotEmpty(space, _catalog.Name);
            }
        }

        await _store.DeleteAsync(MarkerOf(space), cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<TableIdentifier> ListTablesAsync(ImmutableArray<string> space, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await RequireAsync(space, cancellationToken).ConfigureAwait(false);
        await foreach (var (table, isTable) in FoldersAsync(space, cancellationToken).ConfigureAwait(false))
        {
            if (isTable)
            {
                yield return new TableIdentifier(space, table[^1]);
            }
        }
    }

    public Task RenameTableAsync(TableIdentifier from, TableIdentifier to, CancellationToken cancellationToken) => throw new CatalogException(
        $"Table {from} in {_catalog.Name} cannot be renamed: in a filesystem catalog the folder is the name. Write it anew under the other name, or use a REST or JDBC catalog.")
    {
        Error = CatalogError.Unsupported,
    };

    /// <summary>
    /// Removes the versions first, oldest first, so that readers see the newest one until there is none; one that a writer commits meanwhile goes too. Then all the rest.
    /// </summary>
    public async Task DropTableAsync(TableIdentifier table, bool purge, CancellationToken cancellationToken)
    {
        var folder = FileSystem.MetadataFolder.TableFolderOf(table) + "/";
        if (!await IsTableAsync(folder, cancellationToken).ConfigureAwait(false))
        {
            throw DirectoryErrors.NoTable(table, _catalog.Name);
        }

        await _store.DeleteAsync(folder + MetadataFolder + "version-hint.text", cancellationToken).ConfigureAwait(false);
        while (await ListAsync(folder + MetadataFolder + "v", cancellationToken).ConfigureAwait(false) is { Count: > 0 } versions)
        {
            foreach (var version in versions.OrderBy(v => v.Length).ThenBy(v => v, StringComparer.Ordinal))
            {
                await _store.DeleteAsync(version, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (var name in await ListAsync(folder, cancellationToken).ConfigureAwait(false))
        {
            await _store.DeleteAsync(name, cancellationToken).ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<(ImmutableArray<string> Levels, bool IsTable)> FoldersAsync(ImmutableArray<string> parent, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var name in _store.ListFoldersAsync(FolderOf(parent), cancellationToken).ConfigureAwait(false))
        {
            var levels = parent.Add(name);
            yield return (levels, await IsTableAsync(FolderOf(levels) + "/", cancellationToken).ConfigureAwait(false));
        }
    }

    private async Task RequireAsync(ImmutableArray<string> space, CancellationToken cancellationToken)
    {
        if (!await ExistsAsync(space, cancellationToken).ConfigureAwait(false))
        {
            throw DirectoryErrors.NoNamespace(space, _catalog.Name);
        }
    }

    private async Task<bool> ExistsAsync(ImmutableArray<string> space, CancellationToken cancellationToken) =>
        await AnyAsync(FolderOf(space) + "/", cancellationToken).ConfigureAwait(false) && !await IsTableAsync(FolderOf(space) + "/", cancellationToken).ConfigureAwait(false);

    private Task<bool> IsTableAsync(string folder, CancellationToken cancellationToken) => AnyAsync(folder + MetadataFolder + "v", cancellationToken);

    private async Task<bool> AnyAsync(string prefix, CancellationToken cancellationToken)
    {
        await foreach (var _ in _store.ListAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            return true;
        }

        return false;
    }

    private async Task<List<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await foreach (var name in _store.ListAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            names.Add(name);
        }

        return names;
    }

    private static string FolderOf(ImmutableArray<string> space) => string.Join('/', space);

    private static string MarkerOf(ImmutableArray<string> space) => $"{FolderOf(space)}/{Marker}";

    private static byte[] ToJson(IReadOnlyDictionary<string, string> properties)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("properties");
            foreach (var (key, value) in properties.OrderBy(p => p.Key, StringComparer.Ordinal))
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
