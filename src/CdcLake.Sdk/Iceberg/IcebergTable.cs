using System.Runtime.CompilerServices;
using CdcLake.Connectors;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Writing;
using CdcLake.MySql.Gtids;

namespace CdcLake;

/// <summary>A table of an <see cref="IcebergCatalog"/>: what a sink writes, and what can be read back. Immutable and thread-safe.</summary>
public sealed partial class IcebergTable
{
    private readonly IcebergCatalog _catalog;
    private readonly TableIdentifier _identifier;

    internal IcebergTable(IcebergCatalog catalog, string name)
    {
        _catalog = catalog;
        _identifier = TableIdentifier.Parse(name);
    }

    /// <summary>Namespace and table: <c>demo.sales_by_product</c>.</summary>
    public string Name => _identifier.ToString();

    /// <summary>Reads all rows of the current snapshot, in no particular order. A commit that happens meanwhile is not seen.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Rows that the caller may keep; none when the table has no snapshot yet.</returns>
    /// <exception cref="CatalogException">There is no such table, or it is damaged.</exception>
    /// <exception cref="UnsupportedTypeException">A column, written by somebody else, has a type that is not read.</exception>
    public IAsyncEnumerable<Row> ReadAsync(CancellationToken cancellationToken = default) => ReadRowsAsync(r => r.Current, cancellationToken);

    /// <summary>Reads all rows as they were when the source stood at a GTID set: those of the newest snapshot whose set is included in <paramref name="gtid"/>.</summary>
    /// <param name="gtid">A GTID set as MySQL prints it.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Rows that the caller may keep; none when no snapshot is that old.</returns>
    /// <exception cref="ArgumentException">Not a GTID set.</exception>
    /// <exception cref="CatalogException">There is no such table, it is damaged, or its snapshots of that time have expired.</exception>
    public IAsyncEnumerable<Row> ReadAtGtidAsync(string gtid, CancellationToken cancellationToken = default)
    {
        var position = GtidPosition.Parse(gtid, nameof(gtid));
        return ReadRowsAsync(r => r.FindSnapshot(p => position.Covers(MySqlPosition.Parse(p))), cancellationToken);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal ISinkTarget Target(IcebergSinkSettings settings) => new IcebergSinkTarget(_catalog.Commits, _identifier, settings);

    private async IAsyncEnumerable<Row> ReadRowsAsync(
        Func<IcebergTableReader, Iceberg.Spec.Snapshot?> choose, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = await IcebergTableReader.OpenAsync(_catalog.Open(), _identifier, cancellationToken).ConfigureAwait(false);
        if (choose(reader) is not { } snapshot)
        {
            yield break;
        }

        await foreach (var batch in reader.ReadAsync(snapshot, cancellationToken).ConfigureAwait(false))
        {
            using (batch)
            {
                for (var row = 0; row < batch.Count; row++)
                {
                    yield return Row.Of(batch, row);
                }
            }
        }
    }
}
