using System.Data.Common;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Catalogs.Jdbc;
using CdcLake.Iceberg.Catalogs.Rest;
using CdcLake.Iceberg.Transactions;
using CdcLake.Storage.Locations;

namespace CdcLake;

/// <summary>Where Iceberg tables are registered. Immutable and thread-safe; opens nothing by itself.</summary>
public sealed partial class IcebergCatalog
{
    private readonly string _text;
    private readonly Lazy<OpenedCatalog> _catalog;
    private readonly Lazy<CatalogCommitGroup> _commits;

    private IcebergCatalog(string text, Func<OpenedCatalog> open, CatalogAccess access)
    {
        _text = text;
        Access = access;
        _catalog = new Lazy<OpenedCatalog>(open);
        _commits = new Lazy<CatalogCommitGroup>(() => new CatalogCommitGroup(_catalog.Value.Tables));
    }

    /// <summary>
    /// A warehouse that is a folder, on a local disk or in S3, in the layout that Iceberg calls a Hadoop catalog:
    /// <c>warehouse/namespace/table/metadata/vN.metadata.json</c>. One writer per table: a second one is noticed at commit.
    /// </summary>
    /// <param name="warehouse">
    /// Path of a folder, which is created when missing and may be relative to the working folder, or <c>s3://bucket/path</c> (<c>s3a</c>, <c>s3n</c>), whose bucket
    /// exists. The store must refuse a conditional put (<c>If-None-Match</c>) on a name that is taken, as AWS, Ceph and MinIO do; one that does not is refused when
    /// a pipeline starts.
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
            () => FileSystemCatalog.Open(new ObjectStores(settings, TimeProvider.System).Folder(location), TimeProvider.System),
            new CatalogAccess.Folder(location, settings.S3));
    }

    /// <summary>
    /// A catalog with a service that speaks Iceberg's REST protocol, such as Polaris, Lakekeeper, Nessie, Gravitino, Unity, Glue or S3 Tables. Tables of one pipeline are committed
    /// in one act where the server offers <c>transactions/commit</c>.
    /// </summary>
    /// <param name="uri">Root of the catalog, without <c>v1</c>: <c>http://localhost:8181</c>.</param>
    /// <param name="configure">Sets warehouse, credentials and further properties; none by default.</param>
    /// <exception cref="ArgumentException">The URI is none, or a property is not known.</exception>
    public static IcebergCatalog Rest(string uri, Action<IcebergRestOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(uri);
        var options = new IcebergRestOptions();
        configure?.Invoke(options);
        var settings = options.Freeze(uri);
        return new IcebergCatalog($"rest({settings.Uri})", () => RestCatalog.Open(settings), new CatalogAccess.Rest(settings));
    }

    /// <summary>
    /// A catalog in a database, in the two tables that Iceberg Java, Flink, Trino and StarRocks call a JDBC catalog (created where they are missing): a commit of all tables of
    /// a pipeline is one SQL transaction. Tested with MySQL, PostgreSQL and SQLite.
    /// </summary>
    /// <param name="dataSource">The database, such as a <c>MySqlDataSource</c>. The caller disposes it after the last use of the catalog.</param>
    /// <param name="name">Name of the catalog in the rows, the same as in the other engines; one database may hold several.</param>
    /// <param name="warehouse">Folder or URI below which tables go whose namespace has no <c>location</c>.</param>
    /// <param name="configure">Sets further properties; none by default.</param>
    /// <exception cref="ArgumentException">A property is not known.</exception>
    public static IcebergCatalog Jdbc(DbDataSource dataSource, string name, string warehouse, Action<IcebergJdbcOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentException.ThrowIfNullOrWhiteSpace(warehouse);
        var options = new IcebergJdbcOptions();
        configure?.Invoke(options);
        var settings = options.Freeze(name, warehouse);
        return new IcebergCatalog($"jdbc({name})", () => JdbcCatalog.Open(dataSource, settings, TimeProvider.System), new CatalogAccess.Jdbc(settings, dataSource));
    }

    /// <summary>A table of this catalog, which a sink creates when it does not exist.</summary>
    /// <param name="name">Namespace and table: <c>demo.sales_by_product</c>.</param>
    /// <exception cref="ArgumentException">The name is not of the form namespace.table.</exception>
    public IcebergTable Table(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new IcebergTable(this, name);
    }

    /// <summary>A namespace of this catalog, for the tables of a whole database.</summary>
    /// <param name="name">Its levels with dots between them: <c>lake.raw</c>.</param>
    /// <exception cref="CatalogException">The name is not one of a namespace.</exception>
    public IcebergNamespace Namespace(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new IcebergNamespace(this, name);
    }

    /// <summary>
    /// The statement by which StarRocks reads all tables of this catalog, <c>CREATE EXTERNAL CATALOG</c>: then <c>SELECT … FROM users JOIN lake.demo.sales_by_product …</c> joins its own
    /// tables with those of the lake. It was never run on a real cluster.
    /// </summary>
    /// <param name="name">What StarRocks is to call it; for a JDBC catalog the name that the rows have.</param>
    /// <param name="withSecrets">Whether passwords, tokens and secret keys that are known here are written out; otherwise <c>...</c> stands in their places.</param>
    /// <exception cref="ArgumentException">A JDBC catalog has another name.</exception>
    /// <exception cref="NotSupportedException">StarRocks reads no catalog of this kind: a JDBC catalog in another database than MySQL and PostgreSQL.</exception>
    public string ExternalCatalogSql(string name, bool withSecrets = false)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return ExternalCatalog.Of(name, this, withSecrets);
    }

    /// <summary>A catalog that was made elsewhere, which no other engine reaches.</summary>
    internal static IcebergCatalog Of(string text, Func<OpenedCatalog> open) => new(text, open, new CatalogAccess.Inside());

    /// <summary>Kind and place of the catalog.</summary>
    public override string ToString() => _text;

    /// <summary>How it is reached, for the settings of other engines.</summary>
    internal CatalogAccess Access { get; }

    /// <summary>The catalog, and who publishes what sinks of this object commit: the same one for all of them, so that they commit together where the catalog can.</summary>
    internal CatalogCommitGroup Commits => _commits.Value;

    internal ICatalog Open() => Commits.Catalog;

    private ICatalogDirectory Names => _catalog.Value.Names;
}
