using System.Collections.Immutable;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Parquet.Format;

namespace CdcLake.Iceberg.Scanning;

/// <summary>
/// Applies equality delete files: a row is hidden when its values of the key columns, nulls included, are in a delete file of a later commit that is about its
/// partition, or about all. Each data file is read once for each set of key columns. Iceberg specification, "Equality Delete Files" and "Scan Planning".
/// </summary>
internal sealed class EqualityDeletes(CatalogTable table)
{
    private readonly DataFileReader _reader = new(table);

    /// <exception cref="CatalogException">A file is damaged, or a key has a type that is not read.</exception>
    public async Task ApplyAsync(ImmutableArray<ManifestEntry> deletes, DeleteTargets targets, CancellationToken cancellationToken)
    {
        foreach (var group in deletes.GroupBy(e => string.Join(',', e.File.EqualityIds.Order()), StringComparer.Ordinal))
        {
            var first = group.First().File;
            using var key = first.EqualityIds.Length > 0
                ? new EqualityKey([.. first.EqualityIds.Order().Select(id => ColumnOf(id, first))])
                : throw new CatalogException($"Equality delete file {first.Path} names no key columns. Its manifest is damaged; roll the table back to an older snapshot.");
            await ApplyAsync(key, group, targets, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ApplyAsync(EqualityKey key, IEnumerable<ManifestEntry> deletes, DeleteTargets targets, CancellationToken cancellationToken)
    {
        var set = new EqualityDeleteSet();
        var oldest = targets.All.Min(t => t.Sequence);
        foreach (var entry in deletes.Where(e => e.Sequence > oldest))
        {
            var scope = set.ScopeOf(entry, IsGlobal(entry.File));
            await foreach (var batch in _reader.ReadAsync(entry.File, key.Columns, cancellationToken).ConfigureAwait(false))
            {
                using var owned = batch;
                set.Add(entry, key.Encode(batch, scope));
            }
        }

        foreach (var target in targets.All)
        {
            var scopes = set.ScopesOf(target).ToList();
            if (scopes.Count > 0)
            {
                await ApplyAsync(key, set, scopes, target, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ApplyAsync(EqualityKey key, EqualityDeleteSet set, List<int> scopes, DeleteTarget target, CancellationToken cancellationToken)
    {
        await foreach (var batch in _reader.ReadAsync(target.File.File!, key.Columns, cancellationToken).ConfigureAwait(false))
        {
            using var owned = batch;
            foreach (var scope in scopes)
            {
                set.ApplyTo(target, batch.FirstRow, key.Encode(batch, scope));
            }
        }
    }

    /// <summary>Delete files of an unpartitioned spec are about all rows.</summary>
    private bool IsGlobal(DataFile deletes) =>
        table.Metadata.PartitionSpecs.FirstOrDefault(s => s.SpecId == deletes.SpecId) ?.IsGlobal ?? true;

    /// <summary>A key column as it is now, or as it was last when it was dropped.</summary>
    private ParquetColumn ColumnOf(int id, DataFile deletes)
    {
        var field = table.Metadata.Schemas.OrderByDescending(s => s.SchemaId == table.Metadata.CurrentSchemaId).ThenByDescending(s => s.SchemaId)
            .Select(s => ScanColumns.Find(s.Fields, id)).FirstOrDefault(f => f is not null);
        return field is not null && ScanColumns.TypeOf(field.Type) is { } type && !field.Type.IsNested
            ? new ParquetColumn(field.Name, id, Required: false, type, DefaultValue.Of(field, type))
            : throw new CatalogException(
                $"Equality delete file {deletes.Path} compares field {id}, which {(field is null ? "no schema of the table has" : $"has type {field.Type}")}. Rewrite the table with the engine that wrote it (rewrite_data_files), which removes the deletes.");
    }
}
