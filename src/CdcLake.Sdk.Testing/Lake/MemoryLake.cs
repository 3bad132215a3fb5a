using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Transactions;
using CdcLake.Storage;

namespace CdcLake.Testing.Lake;

/// <summary>For each catalog of a pipeline a warehouse in memory, which outlives its processes. Thread-safe.</summary>
internal sealed class MemoryLake(TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<CatalogCommitGroup, (MemoryObjectStore Store, IcebergCatalog Reader)> _warehouses = new(ReferenceEqualityComparer.Instance);

    /// <summary>The warehouse as a test reads it.</summary>
    /// <param name="original">Commits for the catalog that it stands for.</param>
    public IcebergCatalog ReaderOf(CatalogCommitGroup original) => WarehouseOf(original).Reader;

    /// <summary>Its files.</summary>
    public IObjectStore StoreOf(CatalogCommitGroup original) => WarehouseOf(original).Store;

    /// <summary>A catalog over a warehouse.</summary>
    public IcebergCatalog Open(IObjectStore store) => IcebergCatalog.Of($"harness({store})", () => FileSystemCatalog.Open(store, clock));

    private (MemoryObjectStore Store, IcebergCatalog Reader) WarehouseOf(CatalogCommitGroup original)
    {
        lock (_lock)
        {
            if (!_warehouses.TryGetValue(original, out var warehouse))
            {
                var store = new MemoryObjectStore($"memory://lake{_warehouses.Count}/", clock);
                _warehouses[original] = warehouse = (store, Open(store));
            }

            return warehouse;
        }
    }
}
