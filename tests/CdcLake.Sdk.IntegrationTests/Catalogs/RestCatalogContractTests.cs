using CdcLake.Iceberg.Catalogs.Rest;
using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Catalogs;

/// <summary>The Iceberg project's own REST server keeps the contract that the fake keeps.</summary>
public sealed class RestCatalogContractTests
{
    [ServerTheory(RestServer.Variable)]
    [MemberData(nameof(CatalogContract.Names), MemberType = typeof(CatalogContract))]
    public async Task Catalog_keeps_the_contract(string check)
    {
        await using var space = new RestSpace();
        await CatalogContract.RunAsync(check, RestCatalog.Open(new IcebergRestOptions().Freeze(RestServer.Uri) with { FirstPause = TimeSpan.FromMilliseconds(10) }), space.Name);
    }
}
