using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Catalogs.Rest;
using CdcLake.Iceberg.Transactions;
using CdcLake.Storage;
using CdcLake.Testing.Crashes;
using CdcLake.Testing.Rest;

namespace CdcLake.Testing.Lake;

/// <summary>
/// For each catalog of a pipeline a warehouse in memory, which outlives its processes: behind a REST catalog where the pipeline names one, which commits several tables in one act, else in a
/// folder. Thread-safe.
/// </summary>
internal sealed class MemoryLake(TimeProvider clock)
{
    private static readonly Uri Address = new("http://harness.invalid/");
    private readonly Lock _lock = new();
    private readonly Dictionary<CatalogCommitGroup, Warehouse> _warehouses = new(ReferenceEqualityComparer.Instance);

    /// <summary>The warehouse as a test reads it.</summary>
    /// <param name="original">Commits for the catalog that it stands for.</param>
    public IcebergCatalog ReaderOf(CatalogCommitGroup original) => WarehouseOf(original).Reader;

    /// <summary>The warehouse as a process reaches it.</summary>
    /// <param name="original">Commits for the catalog that it stands for.</param>
    /// <param name="life">The process.</param>
    public IcebergCatalog Open(CatalogCommitGroup original, Life life)
    {
        var warehouse = WarehouseOf(original);
        return Open(new MortalStore(warehouse.Store, life), warehouse.Rest is { } server ? new MortalRestHandler(server, life) : null);
    }

    private IcebergCatalog Open(IObjectStore store, HttpMessageHandler? rest) => IcebergCatalog.Of($"harness({store})", () => rest is null
        ? FileSystemCatalog.Open(store, clock)
        : RestCatalog.Open(new RestSettings(Address, new Dictionary<string, string>()) { Handler = rest, Clock = clock }, (_, _) => store));

    private Warehouse WarehouseOf(CatalogCommitGroup original)
    {
        lock (_lock)
        {
            if (!_warehouses.TryGetValue(original, out var warehouse))
            {
                var root = $"memory://lake{_warehouses.Count}";
                var store = new MemoryObjectStore($"{root}/", clock);
                var rest = original.Whole is RestCatalog ? new RestCatalogHandler(root, clock) : null;
                _warehouses[original] = warehouse = new Warehouse(store, rest, Open(store, rest));
            }

            return warehouse;
        }
    }

    private sealed record Warehouse(MemoryObjectStore Store, RestCatalogHandler? Rest, IcebergCatalog Reader);
}
