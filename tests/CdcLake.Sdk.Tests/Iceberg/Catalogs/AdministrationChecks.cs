using System.Collections.Immutable;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Tests.Iceberg.Catalogs;

/// <summary>What the administration of every catalog does, whatever is behind it.</summary>
internal static class AdministrationChecks
{
    /// <summary>There are namespaces <c>a</c> (owner, x) and <c>a.b</c>; none is left.</summary>
    public static async Task NamespacesAsync(ICatalogDirectory names)
    {
        Assert.Equal(["a"], await TextsAsync(names.ListNamespacesAsync([], default)));
        Assert.Equal(["a.b"], await TextsAsync(names.ListNamespacesAsync(["a"], default)));
        Assert.Equal(CatalogError.AlreadyExists, await ErrorAsync(() => names.CreateNamespaceAsync(["a"], ImmutableDictionary<string, string>.Empty, default)));

        await names.UpdateNamespaceAsync(["a"], new Dictionary<string, string> { ["y"] = "2", ["owner"] = "bert" }, ["x", "unknown"], default);
        var properties = (await names.LoadNamespaceAsync(["a"], default))!;
        Assert.Equal("owner=bert y=2", string.Join(' ', properties.Where(p => p.Key != "location").OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}")));
        Assert.Null(await names.LoadNamespaceAsync(["none"], default));
        Assert.Equal(CatalogError.NoSuchNamespace, await ErrorAsync(() => names.UpdateNamespaceAsync(["none"], properties, [], default)));
        Assert.Equal(CatalogError.NoSuchNamespace, await ErrorAsync(() => names.DropNamespaceAsync(["none"], default)));
        Assert.Equal(CatalogError.NoSuchNamespace, await ErrorAsync(async () => await TextsAsync(names.ListTablesAsync(["none"], default))));

        await names.DropNamespaceAsync(["a", "b"], default);
        Assert.Empty(await TextsAsync(names.ListNamespacesAsync(["a"], default)));
        await names.DropNamespaceAsync(["a"], default);
        Assert.Empty(await TextsAsync(names.ListNamespacesAsync([], default)));
    }

    public static async Task TablesAsync(OpenedCatalog catalog, bool canRename)
    {
        var (tables, names) = (catalog.Tables, catalog.Names);
        await names.CreateNamespaceAsync(["n"], ImmutableDictionary<string, string>.Empty, default);
        var creation = new TableCreation(IcebergSchema.Of(SinkModel.Columns, [0]), ImmutableSortedDictionary<string, string>.Empty);
        foreach (var name in new[] { "n.one", "n.two", "n.three" })
        {
            Assert.NotNull(await tables.CreateAsync(TableIdentifier.Parse(name), creation, default));
        }

        Assert.Null(await tables.CreateAsync(TableIdentifier.Parse("n.one"), creation, default));
        Assert.Equal(["n.one", "n.three", "n.two"], await TextsAsync(names.ListTablesAsync(["n"], default)));
        Assert.Equal(CatalogError.NamespaceNotEmpty, await ErrorAsync(() => names.DropNamespaceAsync(["n"], default)));

        var (two, other) = (TableIdentifier.Parse("n.two"), TableIdentifier.Parse("n.other"));
        if (canRename)
        {
            var uuid = (await tables.LoadAsync(two, default))!.Metadata.TableUuid;
            Assert.Equal(CatalogError.AlreadyExists, await ErrorAsync(() => names.RenameTableAsync(two, TableIdentifier.Parse("n.one"), default)));
            Assert.Equal(CatalogError.NoSuchTable, await ErrorAsync(() => names.RenameTableAsync(other, TableIdentifier.Parse("n.third"), default)));
            await names.RenameTableAsync(two, other, default);
            Assert.Null(await tables.LoadAsync(two, default));
            Assert.Equal(uuid, (await tables.LoadAsync(other, default))!.Metadata.TableUuid);
            two = other;
        }
        else
        {
            Assert.Equal(CatalogError.Unsupported, await ErrorAsync(() => names.RenameTableAsync(two, other, default)));
        }

        foreach (var table in new[] { two, TableIdentifier.Parse("n.one"), TableIdentifier.Parse("n.three") })
        {
            await names.DropTableAsync(table, purge: false, default);
            Assert.Equal(CatalogError.NoSuchTable, await ErrorAsync(() => names.DropTableAsync(table, purge: false, default)));
        }

        Assert.Empty(await TextsAsync(names.ListTablesAsync(["n"], default)));
        await names.DropNamespaceAsync(["n"], default);
    }

    private static async Task<CatalogError> ErrorAsync(Func<Task> call) => (await Assert.ThrowsAsync<CatalogException>(call)).Error;

    private static async Task<List<string>> TextsAsync(IAsyncEnumerable<TableIdentifier> tables)
    {
        var texts = new List<string>();
        await foreach (var table in tables)
        {
            texts.Add(table.ToString());
        }

        texts.Sort(StringComparer.Ordinal);
        return texts;
    }

    private static async Task<List<string>> TextsAsync(IAsyncEnumerable<ImmutableArray<string>> spaces)
    {
        var texts = new List<string>();
        await foreach (var space in spaces)
        {
            texts.Add(string.Join('.', space));
        }

        return texts;
    }
}
