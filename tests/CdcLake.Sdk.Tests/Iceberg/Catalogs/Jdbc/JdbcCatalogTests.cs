using System.Collections.Immutable;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Tests.Iceberg.Catalogs.Jdbc;

/// <summary>Pointers in a database: both forms of its tables, commits of one and of several tables, names that mean something in patterns.</summary>
public sealed class JdbcCatalogTests : IDisposable
{
    private static readonly TableCreation Creation = new(IcebergSchema.Of(SinkModel.Columns, [0]), ImmutableSortedDictionary<string, string>.Empty);
    private readonly JdbcFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("V1", "TABLE")]
    [InlineData("V0", null)]
    public async Task Tables_are_created_in_the_form_that_was_asked_for(string version, string? type)
    {
        _fixture.Properties["jdbc.schema-version"] = version;
        await using var model = _fixture.NewModel();
        await model.OpenAsync();
        var row = await _fixture.QueryAsync("SELECT * FROM iceberg_tables");
        var location = $"file://{_fixture.Warehouse}/demo/items/metadata/00000-";
        Assert.StartsWith($"lake|demo|items|{location}", row, StringComparison.Ordinal);
        Assert.EndsWith(type is null ? "|NULL" : $"|NULL|{type}", row, StringComparison.Ordinal);
        Assert.Equal(type is null ? 5 : 6, row.Split('|').Length);

        model.Put(1, "row", 1);
        await model.EndAndCommitAsync();
        var moved = (await _fixture.QueryAsync("SELECT metadata_location, previous_metadata_location FROM iceberg_tables")).Split('|');
        Assert.Contains("/metadata/00001-", moved[0], StringComparison.Ordinal);
        Assert.StartsWith(location, moved[1], StringComparison.Ordinal);
        await model.CheckAsync();
    }

    [Fact]
    public async Task Metadata_is_compressed_where_the_table_wants_it()
    {
        var catalog = _fixture.Open().Tables;
        var table = (await catalog.CreateAsync(SinkModel.Table, Creation with { Properties = Creation.Properties.Add("write.metadata.compression-codec", "gzip") }, default))!;
        Assert.EndsWith(".gz.metadata.json", table.MetadataLocation, StringComparison.Ordinal);
        Assert.Equal(table.Metadata.TableUuid, (await _fixture.Open().Tables.LoadAsync(SinkModel.Table, default))!.Metadata.TableUuid);
        Assert.IsType<CommitOutcome.Committed>(await catalog.CommitAsync([new TableCommit(SinkModel.Table, [], [new TableWideUpdates.SetProperties(ImmutableSortedDictionary<string, string>.Empty.Add("a", "b"))])], default));
        Assert.Matches("/00001-[^/]+\\.gz\\.metadata\\.json", await _fixture.QueryAsync("SELECT metadata_location FROM iceberg_tables"));
    }

    [Fact]
    public async Task Form_that_exists_is_used_as_it_is_and_views_are_not_seen()
    {
        await using (var model = _fixture.NewModel())
        {
            await model.OpenAsync(); // V1
        }

        _fixture.Properties["jdbc.schema-version"] = "V0";
        await _fixture.ExecuteAsync("INSERT INTO iceberg_tables VALUES ('lake', 'demo', 'a_view', 'file:///nowhere', NULL, 'VIEW'), ('lake', 'demo', 'old', 'file:///nowhere', NULL, NULL)");
        var catalog = _fixture.Open();
        Assert.Null(await catalog.Tables.LoadAsync(TableIdentifier.Parse("demo.a_view"), default));
        Assert.Equal(CatalogError.NoSuchTable, (await Assert.ThrowsAsync<CatalogException>(() => catalog.Names.DropTableAsync(TableIdentifier.Parse("demo.a_view"), false, default))).Error);
        var tables = new List<string>();
        await foreach (var table in catalog.Names.ListTablesAsync(["demo"], default))
        {
            tables.Add(table.Name);
        }

        Assert.Equal(["items", "old"], tables.Order());
        var missing = await Assert.ThrowsAsync<CatalogException>(() => catalog.Tables.LoadAsync(TableIdentifier.Parse("demo.old"), default));
        Assert.Contains("file:///nowhere", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Namespaces_are_created_listed_changed_and_dropped()
    {
        var names = _fixture.Open().Names;
        await names.CreateNamespaceAsync(["a"], new Dictionary<string, string> { ["owner"] = "anna", ["x"] = "1" }, default);
        await names.CreateNamespaceAsync(["a", "b"], new Dictionary<string, string>(), default);
        Assert.Equal($"file://{_fixture.Warehouse}/a/b", (await names.LoadNamespaceAsync(["a", "b"], default))!["location"]);
        Assert.Equal("true", await _fixture.QueryAsync("SELECT property_value FROM iceberg_namespace_properties WHERE namespace = 'a.b' AND property_key = 'exists'"));
        await AdministrationChecks.NamespacesAsync(names);
    }

    [Fact]
    public Task Tables_are_listed_renamed_and_dropped() => AdministrationChecks.TablesAsync(_fixture.Open(), canRename: true);

    [Fact]
    public async Task Names_that_mean_something_in_patterns_and_catalogs_of_one_database_are_kept_apart()
    {
        var (lake, other) = (_fixture.Open(), _fixture.Open("other"));
        foreach (var space in new[] { "a_b", "axb", "a%", "a!b" })
        {
            await lake.Names.CreateNamespaceAsync([space], ImmutableDictionary<string, string>.Empty, default);
            await lake.Tables.CreateAsync(new TableIdentifier([space, "below"], "t"), Creation, default);
        }

        foreach (var space in new[] { "a_b", "axb", "a%", "a!b" })
        {
            var below = new List<string>();
            await foreach (var levels in lake.Names.ListNamespacesAsync([space], default))
            {
                below.Add(string.Join('.', levels));
            }

            Assert.Equal([$"{space}.below"], below);
        }

        Assert.Null(await other.Tables.LoadAsync(TableIdentifier.Parse("axb.below.t"), default));
        Assert.NotNull(await other.Tables.CreateAsync(TableIdentifier.Parse("axb.below.t"), Creation, default));
    }

    [Fact]
    public async Task Namespace_has_to_exist_where_the_user_says_so()
    {
        _fixture.Properties["jdbc.strict-mode"] = "true";
        var catalog = _fixture.Open();
        var table = TableIdentifier.Parse("demo.t");
        Assert.Equal(CatalogError.NoSuchNamespace, (await Assert.ThrowsAsync<CatalogException>(() => catalog.Tables.CreateAsync(table, Creation, default))).Error);
        await catalog.Names.CreateNamespaceAsync(["demo"], new Dictionary<string, string> { ["location"] = $"file://{_fixture.Warehouse}/elsewhere/" }, default);
        var created = await catalog.Tables.CreateAsync(table, Creation, default);
        Assert.Equal($"file://{_fixture.Warehouse}/elsewhere/t", created!.Metadata.Location);
    }

    [Fact]
    public async Task Tables_are_not_created_where_the_user_forbids_it()
    {
        _fixture.Properties["jdbc.init-catalog-tables"] = "false";
        var error = await Assert.ThrowsAsync<CatalogException>(() => _fixture.LoadAsync("demo.t"));
        Assert.Contains("iceberg_tables", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }

    [Fact]
    public async Task Several_tables_are_committed_all_or_not_at_all()
    {
        var catalog = _fixture.Open();
        var (one, two) = ((await catalog.Tables.CreateAsync(TableIdentifier.Parse("demo.one"), Creation, default))!, (await catalog.Tables.CreateAsync(TableIdentifier.Parse("demo.two"), Creation, default))!);
        Assert.True(catalog.Tables.CommitsTogether);
        Assert.IsType<CommitOutcome.Committed>(await catalog.Tables.CommitAsync([Set(one, "a", "1"), Set(two, "a", "1")], default));
        Assert.Equal(("1", "1"), (await PropertyAsync("demo.one", "a"), await PropertyAsync("demo.two", "a")));

        await _fixture.Open().Names.DropTableAsync(two.Identifier, purge: false, default);
        await _fixture.Open().Tables.CreateAsync(two.Identifier, Creation, default);
        var files = _fixture.Files;
        var conflict = Assert.IsType<CommitOutcome.Conflict>(await catalog.Tables.CommitAsync([Set(one, "a", "2"), Set(two, "a", "2")], default));
        Assert.Equal(two.Identifier, conflict.Table);
        Assert.Equal("1", await PropertyAsync("demo.one", "a"));
        Assert.Equal(files, _fixture.Files);
    }

    [Fact]
    public async Task Commit_of_another_instance_in_between_is_built_upon()
    {
        var catalog = _fixture.Open();
        var table = (await catalog.Tables.CreateAsync(TableIdentifier.Parse("demo.one"), Creation, default))!;
        Assert.IsType<CommitOutcome.Committed>(await _fixture.Open().Tables.CommitAsync([Set(table, "theirs", "1")], default));
        Assert.IsType<CommitOutcome.Committed>(await catalog.Tables.CommitAsync([Set(table, "mine", "1")], default));
        Assert.Equal(("1", "1"), (await PropertyAsync("demo.one", "mine"), await PropertyAsync("demo.one", "theirs")));
        Assert.Equal(3, _fixture.Files.Count); // each version, and none that was not committed
    }

    [Fact]
    public async Task Many_writers_of_properties_lose_none()
    {
        var table = (await _fixture.Open().Tables.CreateAsync(TableIdentifier.Parse("demo.one"), Creation, default))!;
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async n => Assert.IsType<CommitOutcome.Committed>(await _fixture.Open().Tables.CommitAsync([Set(table, $"key{n}", "x")], default))));
        var properties = (await _fixture.LoadAsync("demo.one"))!.Metadata.Properties;
        Assert.All(Enumerable.Range(0, 6), n => Assert.True(properties.ContainsKey($"key{n}")));
    }

    [Fact]
    public async Task Purged_table_leaves_no_file_and_one_that_is_only_dropped_leaves_all()
    {
        List<string> left = [];
        foreach (var purge in new[] { false, true })
        {
            var lake = IcebergCatalog.Jdbc(_fixture.Database, "lake", _fixture.Warehouse);
            await using (var model = _fixture.NewModel())
            {
                await model.OpenAsync();
                for (var commit = 0; commit < 3; commit++)
                {
                    model.Put(commit, "row", commit);
                    await model.EndAndCommitAsync();
                }
            }

            var files = _fixture.Files;
            await lake.DropTableAsync("demo.items", purge);
            Assert.False(await lake.TableExistsAsync("demo.items"));
            if (purge)
            {
                Assert.Empty(_fixture.Files.Except(left));
            }
            else
            {
                Assert.Equal(files, _fixture.Files);
                left = files;
            }
        }
    }

    private async Task<string?> PropertyAsync(string table, string name) => (await _fixture.LoadAsync(table))!.Metadata.Properties.GetValueOrDefault(name);

    private static TableCommit Set(CatalogTable table, string name, string value) => new(
        table.Identifier,
        [new TableRequirement.TableUuid(table.Metadata.TableUuid)],
        [new TableWideUpdates.SetProperties(ImmutableSortedDictionary<string, string>.Empty.Add(name, value))]);
}
