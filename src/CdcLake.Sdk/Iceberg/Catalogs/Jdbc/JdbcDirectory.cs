using System.Collections.Immutable;
using System.Data.Common;
using System.Runtime.CompilerServices;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Catalogs.Jdbc;

/// <summary>Namespaces and names as rows. A namespace exists when it has a property, or a table in it or below it.</summary>
internal sealed class JdbcDirectory : ICatalogDirectory
{
    private const string LocationProperty = "location";
    private readonly JdbcDatabase _database;
    private readonly JdbcSettings _settings;

    public JdbcDirectory(JdbcDatabase database, JdbcSettings settings)
    {
        _database = database;
        _settings = settings;
    }

    public bool PurgesFiles => false;

    public Task CreateNamespaceAsync(ImmutableArray<string> space, IReadOnlyDictionary<string, string> properties, CancellationToken cancellationToken) =>
        InsertAsync(space, properties, cancellationToken);

    public async IAsyncEnumerable<ImmutableArray<string>> ListNamespacesAsync(ImmutableArray<string> parent, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var spaces = await AtOrBelowAsync(parent, cancellationToken).ConfigureAwait(false);
        if (!parent.IsEmpty && spaces.Count == 0)
        {
            throw DirectoryErrors.NoNamespace(parent, _database.Name);
        }

        foreach (var child in spaces.Where(s => s.Length > parent.Length).Select(s => s[parent.Length]).Distinct(StringComparer.Ordinal))
        {
            yield return parent.Add(child);
        }
    }

    /// <summary>Its properties without the one by which it exists, and with the location that its tables get.</summary>
    public async Task<IReadOnlyDictionary<string, string>?> LoadNamespaceAsync(ImmutableArray<string> space, CancellationToken cancellationToken)
    {
        var rows = await _database.QueryAsync($"loading namespace {Text(space)}", () => JdbcSql.Properties, [_settings.CatalogName, Text(space)], cancellationToken).ConfigureAwait(false);
        if (rows.Count == 0 && (await AtOrBelowAsync(space, cancellationToken).ConfigureAwait(false)).Count == 0)
        {
            return null;
        }

        var properties = rows.Where(r => r[0] is not null and not JdbcSql.ExistsProperty).ToDictionary(r => r[0]!, r => r[1] ?? "", StringComparer.Ordinal);
        properties.TryAdd(LocationProperty, LocationOf(space));
        return properties;
    }

    public async Task UpdateNamespaceAsync(
        ImmutableArray<string> space, IReadOnlyDictionary<string, string> updates, IReadOnlyCollection<string> removals, CancellationToken cancellationToken)
    {
        if (await LoadNamespaceAsync(space, cancellationToken).ConfigureAwait(false) is null)
        {
            throw DirectoryErrors.NoNamespace(space, _database.Name);
        }

        // The property by which the namespace exists is not the user's to remove.
        var replaced = removals.Concat(updates.Keys).Where(n => n != JdbcSql.ExistsProperty).ToHashSet(StringComparer.Ordinal);
        await _database.TransactAsync($"setting properties of namespace {Text(space)}", async (connection, transaction) =>
        {
            foreach (var name in replaced)
            {
                await JdbcDatabase.ExecuteAsync(connection, transaction, JdbcSql.DeleteProperty, [_settings.CatalogName, Text(space), name], cancellationToken).ConfigureAwait(false);
            }

            foreach (var (name, value) in updates.Where(u => replaced.Contains(u.Key)))
            {
                await JdbcDatabase.ExecuteAsync(connection, transaction, JdbcSql.InsertProperty, [_settings.CatalogName, Text(space), name, value], cancellationToken).ConfigureAwait(false);
            }

            return true;
        }, cancellationToken).ConfigureAwait(false);
    }

    public async Task DropNamespaceAsync(ImmutableArray<string> space, CancellationToken cancellationToken)
    {
        var found = await AtOrBelowAsync(space, cancellationToken).ConfigureAwait(false);
        if (found.Count == 0)
        {
            throw DirectoryErrors.NoNamespace(space, _database.Name);
        }

        await foreach (var _ in ListTablesAsync(space, cancellationToken).ConfigureAwait(false))
        {
            throw DirectoryErrors.NotEmpty(space, _database.Name);
        }

        if (found.Any(s => s.Length > space.Length))
        {
            throw DirectoryErrors.NotEmpty(space, _database.Name);
        }

        await _database.ExecuteAsync($"dropping namespace {Text(space)}", () => JdbcSql.DropNamespace, [_settings.CatalogName, Text(space)], cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<TableIdentifier> ListTablesAsync(ImmutableArray<string> space, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rows = await _database.QueryAsync(
            $"listing tables of {Text(space)}", () => JdbcSql.Tables + _database.TableFilter, [_settings.CatalogName, Text(space)], cancellationToken).ConfigureAwait(false);
        if (rows.Count == 0 && (await AtOrBelowAsync(space, cancellationToken).ConfigureAwait(false)).Count == 0)
        {
            throw DirectoryErrors.NoNamespace(space, _database.Name);
        }

        foreach (var row in rows)
        {
            yield return new TableIdentifier(space, row[0]!);
        }
    }

    public async Task RenameTableAsync(TableIdentifier from, TableIdentifier to, CancellationToken cancellationToken)
    {
        if (await ExistsAsync(to, cancellationToken).ConfigureAwait(false))
        {
            throw DirectoryErrors.TableExists(to, _database.Name);
        }

        var renamed = await _database.ExecuteAsync(
            $"renaming table {from} to {to}", () => JdbcSql.Rename + _database.TableFilter, [.. KeyOf(from), Text(to.Namespace), to.Name], cancellationToken).ConfigureAwait(false);
        if (renamed == 0)
        {
            throw DirectoryErrors.NoTable(from, _database.Name);
        }
    }

    public async Task DropTableAsync(TableIdentifier table, bool purge, CancellationToken cancellationToken)
    {
        var dropped = await _database.ExecuteAsync($"dropping table {table}", () => JdbcSql.Drop + _database.TableFilter, KeyOf(table), cancellationToken).ConfigureAwait(false);
        if (dropped == 0)
        {
            throw DirectoryErrors.NoTable(table, _database.Name);
        }
    }

    /// <summary>Where a new table goes: below the location of its namespace, which is created where it is missing and need not be there before.</summary>
    /// <exception cref="CatalogException">There is no such namespace, and it has to be there before.</exception>
    public async Task<string> LocationForNewAsync(TableIdentifier table, CancellationToken cancellationToken)
    {
        var space = table.Namespace;
        var properties = await LoadNamespaceAsync(space, cancellationToken).ConfigureAwait(false);
        if (properties is null && _settings.IsStrict)
        {
            throw DirectoryErrors.NoNamespace(space, _database.Name);
        }

        if (properties is null && !space.IsEmpty)
        {
            try
            {
                await InsertAsync(space, ImmutableDictionary<string, string>.Empty, cancellationToken).ConfigureAwait(false);
            }
            catch (CatalogException e) when (e.Error == CatalogError.AlreadyExists)
            {
                // somebody else was quicker
            }
        }

        return $"{(properties?.GetValueOrDefault(LocationProperty) ?? LocationOf(space)).TrimEnd('/')}/{table.Name}";
    }

    /// <summary>Other engines (StarRocks) want to find the location among the properties.</summary>
    private async Task InsertAsync(ImmutableArray<string> space, IReadOnlyDictionary<string, string> properties, CancellationToken cancellationToken)
    {
        if ((await AtOrBelowAsync(space, cancellationToken).ConfigureAwait(false)).Exists(s => s.Length == space.Length))
        {
            throw DirectoryErrors.NamespaceExists(space, _database.Name);
        }

        var all = properties.ToImmutableSortedDictionary(StringComparer.Ordinal).SetItem(JdbcSql.ExistsProperty, "true");
        all = all.ContainsKey(LocationProperty) ? all : all.Add(LocationProperty, LocationOf(space));
        try
        {
            await _database.TransactAsync($"creating namespace {Text(space)}", async (connection, transaction) =>
            {
                foreach (var (name, value) in all)
                {
                    await JdbcDatabase.ExecuteAsync(connection, transaction, JdbcSql.InsertProperty, [_settings.CatalogName, Text(space), name, value], cancellationToken).ConfigureAwait(false);
                }

                return true;
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (CatalogException e) when (e.InnerException is DbException)
        {
            if ((await AtOrBelowAsync(space, cancellationToken).ConfigureAwait(false)).Exists(s => s.Length == space.Length))
            {
                throw DirectoryErrors.NamespaceExists(space, _database.Name);
            }

            throw;
        }
    }

    private async Task<bool> ExistsAsync(TableIdentifier table, CancellationToken cancellationToken) =>
        (await _database.QueryAsync($"loading table {table}", () => JdbcSql.Location, KeyOf(table), cancellationToken).ConfigureAwait(false)).Count > 0;

    private async Task<List<string[]>> AtOrBelowAsync(ImmutableArray<string> space, CancellationToken cancellationToken)
    {
        var text = Text(space);
        var rows = await _database.QueryAsync(
            $"looking for namespace {text}", () => JdbcSql.Namespaces, [_settings.CatalogName, text, JdbcSql.Below(text)], cancellationToken).ConfigureAwait(false);

        // Some databases compare without regard to case.
        return [.. rows.Select(r => r[0]!).Where(s => s.Length > 0 && (text.Length == 0 || s == text || s.StartsWith(text + ".", StringComparison.Ordinal))).Select(s => s.Split('.'))];
    }

    private string LocationOf(ImmutableArray<string> space) => space.IsEmpty ? _settings.Warehouse : $"{_settings.Warehouse}/{string.Join('/', space)}";

    private string[] KeyOf(TableIdentifier table) => [_settings.CatalogName, Text(table.Namespace), table.Name];

    private static string Text(ImmutableArray<string> space) => string.Join('.', space);
}
