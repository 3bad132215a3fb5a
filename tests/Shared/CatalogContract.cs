using System.Collections.Immutable;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Tests.Iceberg;

namespace CdcLake.Tests.Shared;

/// <summary>What a REST catalog does for its client, as checks by name: each gets a client and a namespace of its own, which there is not yet. Run against the fake and the Iceberg project's own server.</summary>
internal static class CatalogContract
{
    private static readonly Dictionary<string, Func<OpenedCatalog, string, Task>> Checks = new(StringComparer.Ordinal)
    {
        ["namespaces are made, changed and dropped"] = NamespacesAsync,
        ["tables are made once, listed, renamed and dropped"] = TablesAsync,
        ["commit whose requirement fails changes nothing"] = ConflictAsync,
        ["several tables are committed together or not at all"] = TogetherAsync,
        ["exactly one of many commits wins"] = RaceAsync,
        ["table that is gone is told"] = GoneAsync,
    };

    /// <summary>For <c>[MemberData]</c>.</summary>
    public static TheoryData<string> Names => new(Checks.Keys);

    public static Task RunAsync(string check, OpenedCatalog catalog, string space) => Checks[check](catalog, space);

    private static async Task NamespacesAsync(OpenedCatalog catalog, string space)
    {
        var names = catalog.Names;
        Assert.Null(await names.LoadNamespaceAsync([space], default));
        await names.CreateNamespaceAsync([space], new Dictionary<string, string> { ["owner"] = "anna", ["x"] = "1" }, default);
        Assert.Equal(CatalogError.AlreadyExists, await ErrorAsync(() => names.CreateNamespaceAsync([space], ImmutableDictionary<string, string>.Empty, default)));
        await names.UpdateNamespaceAsync([space], new Dictionary<string, string> { ["y"] = "2" }, ["x"], default);
        var properties = (await names.LoadNamespaceAsync([space], default))!;
        Assert.Equal(("anna", "2", false), (properties["owner"], properties["y"], properties.ContainsKey("x")));
        Assert.Contains(space, await TextsAsync(names.ListNamespacesAsync([], default)));
        await names.DropNamespaceAsync([space], default);
        Assert.Equal(CatalogError.NoSuchNamespace, await ErrorAsync(() => names.DropNamespaceAsync([space], default)));
        Assert.Equal(CatalogError.NoSuchNamespace, await ErrorAsync(async () => await TextsAsync(names.ListTablesAsync([space], default))));
    }

    private static async Task TablesAsync(OpenedCatalog catalog, string space)
    {
        var (one, two) = (await CreateAsync(catalog, space, "one"), await CreateAsync(catalog, space, "two"));
        Assert.Null(await catalog.Tables.CreateAsync(one.Identifier, Creation, default));
        Assert.Equal([$"{space}.one", $"{space}.two"], (await TextsAsync(catalog.Names.ListTablesAsync([space], default))).Order(StringComparer.Ordinal));
        Assert.Equal(CatalogError.NamespaceNotEmpty, await ErrorAsync(() => catalog.Names.DropNamespaceAsync([space], default)));
        Assert.Equal(CatalogError.AlreadyExists, await ErrorAsync(() => catalog.Names.RenameTableAsync(two.Identifier, one.Identifier, default)));
        var third = TableIdentifier.Parse($"{space}.third");
        await catalog.Names.RenameTableAsync(two.Identifier, third, default);
        Assert.Null(await catalog.Tables.LoadAsync(two.Identifier, default));
        Assert.Equal(two.Metadata.TableUuid, (await catalog.Tables.LoadAsync(third, default))!.Metadata.TableUuid);
        await DropAsync(catalog, space, "one", "third");
    }

    private static async Task ConflictAsync(OpenedCatalog catalog, string space)
    {
        var table = await CreateAsync(catalog, space, "items");
        var outcome = await catalog.Tables.CommitAsync([Set(table, "a", "1", new TableRequirement.TableUuid("00000000-0000-4000-8000-000000000001"))], default);
        Assert.IsType<CommitOutcome.Conflict>(outcome);
        Assert.False((await catalog.Tables.LoadAsync(table.Identifier, default))!.Metadata.Properties.ContainsKey("a"));
        Assert.IsType<CommitOutcome.Committed>(await catalog.Tables.CommitAsync([Set(table, "a", "1", new TableRequirement.TableUuid(table.Metadata.TableUuid))], default));
        Assert.Equal("1", (await catalog.Tables.LoadAsync(table.Identifier, default))!.Metadata.Properties["a"]);
        await DropAsync(catalog, space, "items");
    }

    private static async Task TogetherAsync(OpenedCatalog catalog, string space)
    {
        var (one, two) = (await CreateAsync(catalog, space, "one"), await CreateAsync(catalog, space, "two"));
        await catalog.Tables.CheckAsync(default);
        Assert.True(catalog.Tables.CommitsTogether);
        var wrong = new TableRequirement.TableUuid(one.Metadata.TableUuid);
        Assert.IsType<CommitOutcome.Conflict>(await catalog.Tables.CommitAsync([Set(one, "a", "1"), Set(two, "a", "1", wrong)], default));
        Assert.False((await catalog.Tables.LoadAsync(one.Identifier, default))!.Metadata.Properties.ContainsKey("a"));
        Assert.IsType<CommitOutcome.Committed>(await catalog.Tables.CommitAsync([Set(one, "a", "2"), Set(two, "a", "2")], default));
        foreach (var table in new[] { one, two })
        {
            Assert.Equal("2", (await catalog.Tables.LoadAsync(table.Identifier, default))!.Metadata.Properties["a"]);
        }

        await DropAsync(catalog, space, "one", "two");
    }

    private static async Task RaceAsync(OpenedCatalog catalog, string space)
    {
        var table = await CreateAsync(catalog, space, "items");
        var none = new TableRequirement.RefSnapshot("main", null);
        var snapshot = new Snapshot(7, null, 1, 1_750_000_000_000, $"{table.Metadata.Location}/metadata/snap-7.avro", new Dictionary<string, string> { ["operation"] = "append" }.ToImmutableSortedDictionary(StringComparer.Ordinal), 0);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => catalog.Tables.CommitAsync(
            [new TableCommit(table.Identifier, [none], [new SnapshotUpdates.AddSnapshot(snapshot with { SnapshotId = 7 + i }), SnapshotUpdates.SetRef.Main(table.Metadata, 7 + i)])], default)));
        Assert.Single(outcomes.OfType<CommitOutcome.Committed>());
        Assert.Equal(7, outcomes.OfType<CommitOutcome.Conflict>().Count());
        await DropAsync(catalog, space, "items");
    }

    private static async Task GoneAsync(OpenedCatalog catalog, string space)
    {
        var table = await CreateAsync(catalog, space, "items");
        await DropAsync(catalog, space, "items");
        Assert.Null(await catalog.Tables.LoadAsync(table.Identifier, default));
        Assert.IsType<CommitOutcome.Conflict>(await catalog.Tables.CommitAsync([Set(table, "a", "1")], default));
    }

    private static TableCreation Creation => new(IcebergSchema.Of(SinkModel.Columns, [0]), ImmutableSortedDictionary<string, string>.Empty);

    private static async Task<CatalogTable> CreateAsync(OpenedCatalog catalog, string space, string name)
    {
        if (await catalog.Names.LoadNamespaceAsync([space], default) is null)
        {
            await catalog.Names.CreateNamespaceAsync([space], ImmutableDictionary<string, string>.Empty, default);
        }

        return (await catalog.Tables.CreateAsync(TableIdentifier.Parse($"{space}.{name}"), Creation, default))!;
    }

    private static async Task DropAsync(OpenedCatalog catalog, string space, params string[] tables)
    {
        foreach (var table in tables)
        {
            await catalog.Names.DropTableAsync(TableIdentifier.Parse($"{space}.{table}"), purge: false, default);
        }

        await catalog.Names.DropNamespaceAsync([space], default);
    }

    private static TableCommit Set(CatalogTable table, string name, string value, params TableRequirement[] requirements) => new(
        table.Identifier, [.. requirements], [new TableWideUpdates.SetProperties(new Dictionary<string, string> { [name] = value }.ToImmutableSortedDictionary(StringComparer.Ordinal))]);

    private static async Task<CatalogError> ErrorAsync(Func<Task> act) => (await Assert.ThrowsAsync<CatalogException>(act)).Error;

    private static async Task<List<string>> TextsAsync<T>(IAsyncEnumerable<T> items)
    {
        var texts = new List<string>();
        await foreach (var item in items)
        {
            texts.Add(item is ImmutableArray<string> levels ? string.Join('.', levels) : item!.ToString()!);
        }

        return texts;
    }
}
