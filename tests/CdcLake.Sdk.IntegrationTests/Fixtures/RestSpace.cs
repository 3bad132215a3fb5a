namespace CdcLake.IntegrationTests.Fixtures;

/// <summary>A namespace of the REST catalog server for one test, which goes with all that lies in it.</summary>
internal sealed class RestSpace : IAsyncDisposable
{
    /// <summary>Whoever writes into it first makes it.</summary>
    public string Name { get; } = $"rest_{Environment.ProcessId}_{Guid.NewGuid():N}";

    public async ValueTask DisposeAsync() => await DropAsync(IcebergCatalog.Rest(RestServer.Uri), Name);

    private static async Task DropAsync(IcebergCatalog lake, string space)
    {
        try
        {
            foreach (var inner in await lake.ListNamespacesAsync(space).ToListAsync())
            {
                await DropAsync(lake, inner);
            }

            foreach (var table in await lake.ListTablesAsync(space).ToListAsync())
            {
                await lake.DropTableAsync(table);
            }

            await lake.DropNamespaceAsync(space);
        }
        catch (CatalogException error) when (error.Error == CatalogError.NoSuchNamespace)
        {
            // the test did not come to make it, or removed it
        }
    }
}
