using System.Diagnostics.CodeAnalysis;
using CdcLake.Connectors;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Writing;
using CdcLake.Planning.Logical;

namespace CdcLake;

/// <summary>A table of an <see cref="IcebergCatalog"/>: what a sink writes, and what can be read back. Immutable and thread-safe.</summary>
public sealed partial class IcebergTable
{
    private readonly IcebergCatalog _catalog;
    private readonly TableIdentifier _identifier;

    internal IcebergTable(IcebergCatalog catalog, string name)
        : this(catalog, TableIdentifier.Parse(name))
    {
    }

    private IcebergTable(IcebergCatalog catalog, TableIdentifier identifier)
    {
        _catalog = catalog;
        _identifier = identifier;
    }

    /// <summary>
    /// A branch of the table, to be written, read and looked after like a table of its own: readers of the table do not see it unless they ask for it. It begins without rows, and one pipeline
    /// may write it while another writes the table. Columns, partitioning and properties are those of the table.
    /// </summary>
    /// <param name="name">Name of the branch, which the first commit makes where there is none; <c>main</c> is what readers see.</param>
    /// <exception cref="CatalogException">No branch can have that name.</exception>
    public IcebergTable Branch(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new IcebergTable(_catalog, _identifier.At(name));
    }

    /// <summary>Namespace and table, <c>demo.sales_by_product</c>, and <c>.branch_</c> with the name of a branch behind them.</summary>
    public string Name => _identifier.ToString();

    /// <summary>Reads all rows of the current snapshot, in no particular order. A commit that happens meanwhile is not seen.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Rows that the caller may keep; none when the table has no snapshot yet.</returns>
    /// <exception cref="CatalogException">There is no such table, or it is damaged.</exception>
    /// <exception cref="UnsupportedTypeException">A column, written by somebody else, has a type that is not read.</exception>
    public IAsyncEnumerable<Row> ReadAsync(CancellationToken cancellationToken = default) => Scan().ReadAsync(cancellationToken);

    /// <summary>Reads all rows as they were when the source stood at a GTID set: those of the newest snapshot whose set is included in <paramref name="gtid"/>.</summary>
    /// <param name="gtid">A GTID set as MySQL prints it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Rows that the caller may keep; none when no snapshot is that old.</returns>
    /// <exception cref="ArgumentException">Not a GTID set.</exception>
    /// <exception cref="CatalogException">There is no such table, it is damaged, or its snapshots of that time have expired.</exception>
    public IAsyncEnumerable<Row> ReadAtGtidAsync(string gtid, CancellationToken cancellationToken = default) =>
        Scan().AtGtid(gtid).ReadAsync(cancellationToken);

    /// <summary>Untyped rows, with columns, condition and version of choice.</summary>
    public IcebergScan<Row> Scan() => new(this);

    /// <summary>Rows as objects, with condition and version of choice.</summary>
    /// <typeparam name="T">
    /// A type with a property for each column that is wanted, named like it (<c>ProductId</c> for <c>product_id</c>) or by <see cref="ColumnNameAttribute"/>, set through a
    /// constructor or a setter, of a .NET type that holds the column.
    /// </typeparam>
    /// <exception cref="SchemaMismatchException">The type has no such property, or one of a type that no column has.</exception>
    public IcebergScan<T> Scan<[DynamicallyAccessedMembers(RowMembers.Kept)] T>() => new(this);

    /// <summary>Loads what is known of the table: its snapshots, history, references and properties, and from there its files.</summary>
    /// <param name="cancellationToken">Ends the loading.</param>
    /// <exception cref="CatalogException">There is no such table, or it is damaged.</exception>
    public async Task<IcebergTableInfo> InspectAsync(CancellationToken cancellationToken = default) => new(await OpenAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>The statement by which StarRocks reads this table, and all others of its catalog: <see cref="IcebergCatalog.ExternalCatalogSql"/>.</summary>
    /// <param name="name">What StarRocks is to call the catalog.</param>
    /// <param name="withSecrets">Whether secrets are written out.</param>
    /// <exception cref="ArgumentException">A JDBC catalog has another name.</exception>
    /// <exception cref="NotSupportedException">StarRocks reads no catalog of this kind.</exception>
    public string ExternalCatalogSql(string name, bool withSecrets = false) => _catalog.ExternalCatalogSql(name, withSecrets);

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>Where it is registered.</summary>
    internal IcebergCatalog Catalog => _catalog;

    internal ISinkTarget Target(IcebergSinkSettings settings) =>
        new IcebergSinkTarget(_catalog.Commits, _identifier, settings, this) { Remove = cancellationToken => _catalog.DropTableAsync(Name, purge: false, cancellationToken) };

    internal Task<IcebergTableReader> OpenAsync(CancellationToken cancellationToken) => IcebergTableReader.OpenAsync(_catalog.Open(), _identifier, cancellationToken);
}
