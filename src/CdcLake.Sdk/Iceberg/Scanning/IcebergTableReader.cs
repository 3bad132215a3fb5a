using System.Runtime.CompilerServices;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;

namespace CdcLake.Iceberg.Scanning;

/// <summary>Reads a table as any reader sees it: rows of a snapshot with deletes applied. It stands still at the version that was loaded. Safe for concurrent use.</summary>
internal sealed class IcebergTableReader
{
    private readonly CatalogTable _table;

    private IcebergTableReader(CatalogTable table) => _table = table;

    public TableMetadata Metadata => _table.Metadata;

    /// <summary>The snapshot that is current, or null when the table has none.</summary>
    public Snapshot? Current => _table.Metadata.CurrentSnapshot;

    /// <exception cref="CatalogException">There is no such table, or it is damaged.</exception>
    public static async Task<IcebergTableReader> OpenAsync(ICatalog catalog, TableIdentifier name, CancellationToken cancellationToken) => new(
        await catalog.LoadAsync(name, cancellationToken).ConfigureAwait(false)
        ?? throw new CatalogException($"There is no table {name} in {catalog.Name}. Check the name; tables are folders below the warehouse.") { Error = CatalogError.NoSuchTable });

    /// <summary>Columns of a snapshot as its batches have them.</summary>
    /// <exception cref="UnsupportedTypeException">A column has a type that is not read.</exception>
    public Schema SchemaOf(Snapshot snapshot) => new(IcebergSchemaOf(snapshot).Fields.Select(f => new Field(f.Name, TypeOf(f), !f.Required)));

    /// <summary>The table's columns for the newest snapshots of its branches, which may be older than its newest column; for others, those of their time.</summary>
    public IcebergSchema IcebergSchemaOf(Snapshot snapshot) =>
        snapshot.SnapshotId == Metadata.CurrentSnapshotId || Metadata.Refs.Any(r => r.SnapshotId == snapshot.SnapshotId && r.IsBranch)
            ? Metadata.Schema
            : Metadata.Schemas.FirstOrDefault(s => s.SchemaId == snapshot.SchemaId) ?? Metadata.Schema;

    /// <summary>The table as it was loaded.</summary>
    public CatalogTable Table => _table;

    /// <summary>The newest snapshot in the history of the main branch whose position satisfies <paramref name="matches"/>, or null when the table has none that old.</summary>
    /// <param name="matches">Gets the position properties (<c>gtid</c>, …) of a snapshot that a pipeline committed.</param>
    /// <exception cref="CatalogException">It had one, which has expired.</exception>
    public Snapshot? FindSnapshot(Predicate<IReadOnlyDictionary<string, string>> matches) =>
        Find(s => !StagedParts.IsPart(s) && CommitMarker.PositionOf(s) is { Count: > 0 } position && matches(position));

    /// <summary>The newest snapshot of the main branch that was current at <paramref name="time"/>, or null when the table has none that old.</summary>
    /// <exception cref="CatalogException">It had one, which has expired.</exception>
    public Snapshot? FindSnapshot(DateTimeOffset time) => Find(s => s.TimestampMs <= time.ToUnixTimeMilliseconds());

    private Snapshot? Find(Predicate<Snapshot> matches)
    {
        var oldest = (Snapshot?)null;
        foreach (var snapshot in _table.Metadata.Ancestors())
        {
            if (matches(snapshot))
            {
                return snapshot;
            }

            oldest = snapshot;
        }

        return oldest?.ParentId is null
            ? null
            : throw new CatalogException(
                $"Table {_table.Identifier} does not reach back that far: snapshots before {oldest.SnapshotId} "
                + $"({string.Join(", ", CommitMarker.PositionOf(oldest).Select(p => $"{p.Key} {p.Value}"))}) have expired. "
                + $"Raise {TableProperties.MinSnapshotsToKeep} or {TableProperties.MaxSnapshotAge} of the table to keep more, or tag the snapshots that are needed.");
    }

    /// <summary>All rows of a snapshot, each with weight +1, in no particular order. Each batch belongs to the caller, who disposes it.</summary>
    /// <exception cref="CatalogException">A file is damaged, or of a kind that is not read.</exception>
    public IAsyncEnumerable<ChangeBatch> ReadAsync(Snapshot snapshot, CancellationToken cancellationToken = default) =>
        ReadAsync(snapshot, IcebergSchemaOf(snapshot), ScanRequest.Everything(SchemaOf(snapshot)), cancellationToken);

    /// <summary>The rows of a snapshot that a request asks for, each with weight +1, in no particular order. Each batch belongs to the caller, who disposes it.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="schema">Columns that the request numbers.</param>
    /// <param name="request">Columns and condition.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="CatalogException">A file is damaged, or of a kind that is not read.</exception>
    public async IAsyncEnumerable<ChangeBatch> ReadAsync(
        Snapshot snapshot, IcebergSchema schema, ScanRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var scan = new FileScan(_table, schema, request);
        foreach (var file in await scan.FilesAsync(snapshot, cancellationToken).ConfigureAwait(false))
        {
            await foreach (var batch in scan.ReadAsync(file.File!, file.Deleted, cancellationToken).ConfigureAwait(false))
            {
                yield return batch;
            }
        }
    }

    /// <summary>The columns as whoever binds names to them sees them.</summary>
    public SourceTable SourceOf(IcebergSchema schema)
    {
        var types = schema.Fields.Select(f => ScanColumns.TypeOf(f.Type)).ToList();
        return new SourceTable(
            _table.Identifier.ToString(),
            new Schema(schema.Fields.Select((f, i) => new Field(f.Name, types[i] ?? DataType.Binary, !f.Required))),
            [.. schema.Fields.Select(f => f.Type.Text)],
            [],
            Enumerable.Range(0, types.Count).Where(i => types[i] is null).ToDictionary(i => i, _ => "this version of the library does not read its type"));
    }

    /// <summary>The table has no such thing.</summary>
    public CatalogException NoSuch(string what) => new(
        $"Table {_table.Identifier} has no {what}. It may have expired or been removed; InspectAsync lists what there is.");

    private DataType TypeOf(IcebergField field) => ScanColumns.TypeOf(field.Type)
        ?? throw new UnsupportedTypeException(
            $"Column \"{field.Name}\" of table {_table.Identifier} has type {field.Type}, which is not read by this version of the library. Read the table with another engine.");
}
