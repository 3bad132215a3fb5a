using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Transactions;
using CdcLake.Storage;

namespace CdcLake;

/// <summary>Where Iceberg tables are registered. Immutable and thread-safe; opens nothing by itself.</summary>
public sealed class IcebergCatalog
{
    private readonly string _folder;
    private readonly Lazy<CatalogCommitGroup> _commits;

    private IcebergCatalog(string folder)
    {
        _folder = folder;
        _commits = new Lazy<CatalogCommitGroup>(() => new CatalogCommitGroup(new FileSystemCatalog(new LocalObjectStore(folder, TimeProvider.System), TimeProvider.System)));
    }

    /// <summary>
    /// A warehouse folder on a local disk, in the layout that Iceberg calls a Hadoop catalog: <c>folder/namespace/table/metadata/vN.metadata.json</c>.
    /// One writer per table: a second one is noticed at commit.
    /// </summary>
    /// <param name="folder">Created when missing. Relative paths start at the working folder.</param>
    public static IcebergCatalog FileSystem(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        return new IcebergCatalog(Path.GetFullPath(folder));
    }

    /// <summary>A table of this catalog, which a sink creates when it does not exist.</summary>
    /// <param name="name">Namespace and table: <c>demo.sales_by_product</c>.</param>
    /// <exception cref="ArgumentException">The name is not of the form namespace.table.</exception>
    public IcebergTable Table(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new IcebergTable(this, name);
    }

    /// <summary>Kind and place of the catalog.</summary>
    public override string ToString() => $"filesystem({_folder})";

    /// <summary>The catalog, and who publishes what sinks of this object commit: the same one for all of them, so that they commit together where the catalog can.</summary>
    internal CatalogCommitGroup Commits => _commits.Value;

    internal ICatalog Open() => Commits.Catalog;
}
