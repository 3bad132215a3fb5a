using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Transactions;
using CdcLake.Storage.Locations;

namespace CdcLake;

/// <summary>Where Iceberg tables are registered. Immutable and thread-safe; opens nothing by itself.</summary>
public sealed class IcebergCatalog
{
    private readonly string _text;
    private readonly Lazy<CatalogCommitGroup> _commits;

    private IcebergCatalog(string text, Func<ICatalog> open)
    {
        _text = text;
        _commits = new Lazy<CatalogCommitGroup>(() => new CatalogCommitGroup(open()));
    }

    /// <summary>
    /// A warehouse that is a folder, on a local disk or in S3, in the layout that Iceberg calls a Hadoop catalog:
    /// <c>warehouse/namespace/table/metadata/vN.metadata.json</c>. One writer per table: a second one is noticed at commit.
    /// </summary>
    /// <param name="warehouse">
    /// Path of a folder, which is created when missing and may be relative to the working folder, or <c>s3://bucket/path</c> (<c>s3a</c>, <c>s3n</c>), whose bucket
    /// exists. The store must refuse a conditional put (<c>If-None-Match</c>) on a name that is taken, as AWS, Ceph and MinIO do; one that does not is refused when
    /// the first commit is tried.
    /// </param>
    /// <param name="configure">Says how S3 is reached; nothing by default.</param>
    /// <exception cref="ArgumentException">The warehouse is a URI of another kind, or an option has a value that cannot be followed.</exception>
    public static IcebergCatalog FileSystem(string warehouse, Action<IcebergFileSystemOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(warehouse);
        var options = new IcebergFileSystemOptions();
        configure?.Invoke(options);
        var settings = new StorageSettings(options.S3.Freeze());
        var location = ObjectStores.Absolute(warehouse);
        return new IcebergCatalog(
            $"filesystem({location})",
            () => new FileSystemCatalog(new ObjectStores(settings, TimeProvider.System).Folder(location), TimeProvider.System));
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
    public override string ToString() => _text;

    /// <summary>The catalog, and who publishes what sinks of this object commit: the same one for all of them, so that they commit together where the catalog can.</summary>
    internal CatalogCommitGroup Commits => _commits.Value;

    internal ICatalog Open() => Commits.Catalog;
}
