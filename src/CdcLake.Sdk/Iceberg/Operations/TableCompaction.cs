using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;

namespace CdcLake.Iceberg.Operations;

/// <summary>
/// Compacts a table of any writer by the policy of <see cref="CompactionPolicy"/>, piece by piece, each a snapshot of its own. Other writers go on meanwhile: what they
/// add stays, and a piece whose files they touch is chosen anew.
/// </summary>
/// <param name="table">The table.</param>
internal sealed class TableCompaction(NamedTable table)
{
    private const int MostConflicts = 5;
    private const int LeastFiles = 4; // who asks for it does not count commits

    /// <returns>Data files that were replaced, and rows that were written anew.</returns>
    /// <exception cref="CommitConflictException">Other writers touched the files again and again.</exception>
    /// <exception cref="UnsupportedTypeException">A column has a type that is not written.</exception>
    public async Task<(int Files, long Rows)> RunAsync(CancellationToken cancellationToken)
    {
        var (files, rows, conflicts) = (0, 0L, 0);
        while (true)
        {
            try
            {
                var version = await TableVersion.ReadAsync(await table.LoadAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                if (await PieceAsync(version, cancellationToken).ConfigureAwait(false) is not { } piece)
                {
                    return (files, rows);
                }

                files += piece.Files;
                rows += piece.Rows;
                conflicts = 0;
            }
            catch (CommitConflictException e) when (e.IsTransient && ++conflicts < MostConflicts)
            {
                // others touched these files: look again
            }
        }
    }

    private async Task<(int Files, long Rows)?> PieceAsync(TableVersion version, CancellationToken cancellationToken)
    {
        var metadata = version.Table.Metadata;
        var settings = WriteProperties.Apply(new IcebergSinkSettings { LeastFiles = LeastFiles }, metadata.Properties, $"Table {table.Name} in {table.Catalog.Name}");
        var live = await DeletedRows.LoadAsync(version.Table, version.Files, new LiveFiles(), cancellationToken).ConfigureAwait(false);
        var policy = new CompactionPolicy(settings);
        var all = live.All.Sum(f => f.File!.RecordCount);
        policy.Changed(all, all);
        var deletes = new EqualityDeleteScope(version).CostOf(live.All, settings.FileReadCost / CompactionPolicy.DeadRowCost, countsKeys: false);
        var chosen = policy.Choose(live.All, deletes);
        if (chosen.Count == 0)
        {
            return null;
        }

        var compaction = new Compaction(LayoutOf(metadata), version, chosen, settings);
        await using var _ = compaction.ConfigureAwait(false);
        await compaction.RunAsync(cancellationToken).ConfigureAwait(false);
        await PublishAsync(version, chosen, compaction, cancellationToken).ConfigureAwait(false);
        return (chosen.Count, compaction.Outputs.Sum(f => f.RecordCount));
    }

    private async Task PublishAsync(TableVersion version, IReadOnlyList<LiveFile> chosen, Compaction compaction, CancellationToken cancellationToken)
    {
        var known = version.Files.Manifests.SelectMany(m => m.Live).Select(e => e.File.Key).ToHashSet(StringComparer.Ordinal);
        SnapshotChange change = null!;
        change = new SnapshotChange { KeepsRows = true, DataSequenceNumber = compaction.SequenceNumber, Over = ForeignWork.Any, Remake = (now, _) => Task.FromResult<SnapshotChange?>(Fits(change, known, now)) };
        change.AddedData.AddRange(compaction.Outputs);
        change.RemovedData.AddRange(chosen.Select(f => f.File!));
        change.RemovedDeletes.AddRange(chosen.SelectMany(f => f.ReleaseAll()));
        change.RemovedDeletes.AddRange(new EqualityDeleteScope(version).ObsoleteAfter(change));
        var written = new WrittenFiles(version.Table.Files);
        written.Attach(compaction.HandOver());
        var prepared = await new TableSession(table.Catalog, version, table.Clock).PrepareAsync(change, written, cancellationToken).ConfigureAwait(false);
        await using var _ = prepared.ConfigureAwait(false);
        await TablePublisher.PublishAsync(table.Catalog, [prepared]).ConfigureAwait(false);
    }

    /// <summary>
    /// The change fits a later version that has the same files for it, no delete of positions in them, and no further file of rows that are older than those which were read. Deletes
    /// by key do not matter: what was written has the sequence number of what was read.
    /// </summary>
    private SnapshotChange Fits(SnapshotChange change, HashSet<string> known, TableVersion now)
    {
        var targets = change.RemovedData.Select(f => f.Path).ToHashSet(StringComparer.Ordinal);
        var isTouched = change.RemovedData.Concat(change.RemovedDeletes).Any(f => now.Files.ManifestOf(f) is null)
            || now.Files.Manifests.SelectMany(m => m.Live).Any(e => !known.Contains(e.File.Key) && e.File.Content switch
            {
                FileContent.Data => e.Sequence <= change.DataSequenceNumber,
                FileContent.PositionDeletes => e.File.ReferencedDataFile is not { } only || targets.Contains(only),
                _ => false,
            });
        return !isTouched
            ? change
            : throw new CommitConflictException($"Data files of table {table.Name} in {table.Catalog.Name} were changed by another writer while they were compacted. Nothing was committed.")
            {
                IsTransient = true,
            };
    }

    private TableLayout LayoutOf(TableMetadata metadata)
    {
        var columns = new Schema(metadata.Schema.Fields.Select(f => new Field(f.Name, f.Type.IsVariant ? DataType.Binary : f.Type.ToDataType() ?? throw new UnsupportedTypeException(
            $"Column \"{f.Name}\" of table {table.Name} has type {f.Type}, which is not written by this version of the library. Compact the table with another engine."), !f.Required)));
        var key = Enumerable.Range(0, columns.Count).Where(i => metadata.Schema.IdentifierFieldIds.Contains(metadata.Schema.Fields[i].Id)).ToList();
        return new TableLayout(columns, key, metadata.Schema, metadata.Properties) { Order = RowOrder.Of(metadata, metadata.Schema.Fields, key) };
    }
}
