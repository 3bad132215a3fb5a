using System.Runtime.CompilerServices;
using CdcLake.Columnar;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Parquet;
using CdcLake.Parquet.Format;

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
        ?? throw new CatalogException($"There is no table {name} in {catalog.Name}. Check the name; tables are folders below the warehouse."));

    /// <summary>Columns of a snapshot as its batches have them.</summary>
    /// <exception cref="UnsupportedTypeException">A column has a type that is not read.</exception>
    public Schema SchemaOf(Snapshot snapshot) => new(IcebergSchemaOf(snapshot).Fields.Select(f => new Field(f.Name, TypeOf(f), !f.Required)));

    /// <summary>The newest snapshot in the history of the main branch whose position satisfies <paramref name="matches"/>, or null when the table has none that old.</summary>
    /// <param name="matches">Gets the position properties (<c>gtid</c>, …) of a snapshot that a pipeline committed.</param>
    /// <exception cref="CatalogException">It had one, which has expired.</exception>
    public Snapshot? FindSnapshot(Predicate<IReadOnlyDictionary<string, string>> matches) =>
        Find(s => CommitMarker.PositionOf(s) is { Count: > 0 } position && matches(position));

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
    /// <exception cref="CatalogException">A file is damaged, or holds deletes that are not supported.</exception>
    public async IAsyncEnumerable<ChangeBatch> ReadAsync(Snapshot snapshot, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var schema = SchemaOf(snapshot);
        ParquetColumn[] columns =
        [
            .. IcebergSchemaOf(snapshot).Fields.Select((f, i) => new ParquetColumn(f.Name, f.Id, f.Required, schema[i].Type, DefaultValue.Of(f, schema[i].Type))),
        ];
        var store = _table.Files;
        var version = await TableFiles.ReadAsync(store, snapshot.ManifestList, cancellationToken).ConfigureAwait(false);
        var files = await DeletedRows.LoadAsync(store, version, new LiveFiles(), cancellationToken).ConfigureAwait(false);
        var rows = new int[DataFileReader.BatchRows];
        foreach (var file in files.All)
        {
            await foreach (var batch in DataFileReader.ReadAsync(store, file.File!, columns, cancellationToken).ConfigureAwait(false))
            {
                var live = file.Deleted.SelectLive(batch.FirstRow, batch.Count, rows);
                if (live == batch.Count)
                {
                    yield return batch.ToChanges(schema);
                    continue;
                }

                using var owned = batch;
                if (live > 0)
                {
                    yield return Pick(batch, schema, rows.AsSpan(0, live));
                }
            }
        }
    }

    private static ChangeBatch Pick(ParquetBatch batch, Schema schema, ReadOnlySpan<int> rows)
    {
        var picked = new ChangeBatch(schema);
        for (var i = 0; i < schema.Count; i++)
        {
            picked[i].AppendFrom(batch.Columns[i], rows);
        }

        picked.AppendWeights(1, rows.Length);
        return picked;
    }

    /// <summary>The table's columns for the current snapshot, which may be older than its newest column; for others, those of their time.</summary>
    private IcebergSchema IcebergSchemaOf(Snapshot snapshot) => snapshot.SnapshotId == _table.Metadata.CurrentSnapshotId
        ? _table.Metadata.Schema
        : _table.Metadata.Schemas.FirstOrDefault(s => s.SchemaId == snapshot.SchemaId) ?? _table.Metadata.Schema;

    private DataType TypeOf(IcebergField field) => field.Type.ToDataType()
        ?? throw new UnsupportedTypeException(
            $"Column \"{field.Name}\" of table {_table.Identifier} has type {field.Type}, which is not read by this version of the library. Read the table with another engine.");
}
