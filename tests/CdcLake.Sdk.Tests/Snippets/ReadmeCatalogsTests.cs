using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace CdcLake.Tests.Snippets;

/// <summary>The catalogs of the README.</summary>
public sealed class ReadmeCatalogsTests
{
    [Fact]
    public void Catalogs_of_the_readme_are_valid()
    {
        using var dataSource = SqliteFactory.Instance.CreateDataSource("Data Source=:memory:");
        Assert.Equal(3, Catalogs(dataSource).Length);
    }

    [Fact]
    public async Task Administration_of_the_readme_works()
    {
        using var folder = new TemporaryFolder();
        await AdministerAsync(IcebergCatalog.FileSystem(folder.Path), default);
    }

    private static IcebergCatalog[] Catalogs(DbDataSource dataSource)
    {
        // snippet: catalogs
        var rest = IcebergCatalog.Rest("http://localhost:8181", o =>
        {
            o.Warehouse = "lake";
            o.Credential = "client-id:secret";
            o.Properties["header.X-Tenant"] = "blue";
        });
        var jdbc = IcebergCatalog.Jdbc(dataSource, name: "lake", warehouse: "/data/warehouse");
        var configured = IcebergCatalog.FromProperties("lake", new Dictionary<string, string>
        {
            ["type"] = "rest", ["uri"] = "http://localhost:8181", ["warehouse"] = "lake",
        });
        // end-snippet
        return [rest, jdbc, configured];
    }

    private static async Task AdministerAsync(IcebergCatalog lake, CancellationToken cancellationToken)
    {
        // snippet: administration
        await lake.CreateNamespaceAsync("demo", cancellationToken: cancellationToken);
        await foreach (var table in lake.ListTablesAsync("demo", cancellationToken))
        {
            await lake.SetTablePropertiesAsync(
                table, new Dictionary<string, string> { ["history.expire.min-snapshots-to-keep"] = "1000" }, cancellationToken);
        }
        // end-snippet
    }
}
