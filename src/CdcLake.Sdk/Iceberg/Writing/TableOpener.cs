using System.Collections.Immutable;
using CdcLake.Connectors;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Index;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;

namespace CdcLake.Iceberg.Writing;

/// <summary>Opens a table for a pipeline, creating it when there is none, and refuses tables that are not its own.</summary>
internal static class TableOpener
{
    /// <exception cref="CatalogException">The table belongs to somebody else, has other columns, or is of a kind that is not written.</exception>
    /// <exception cref="PlanChangedException">It holds the result of another computation.</exception>
    public static async Task<UpsertTable> OpenAsync(
        ICatalog catalog, TableIdentifier name, IcebergSinkSettings settings, SinkOpening opening, CancellationToken cancellationToken)
    {
        var wanted = IcebergSchema.Of(opening.Schema, opening.Key);
        var table = await catalog.LoadAsync(name, cancellationToken).ConfigureAwait(false)
            ?? await catalog.CreateAsync(name, NewTable(wanted, settings, opening), cancellationToken).ConfigureAwait(false)
            ?? await catalog.LoadAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw new CatalogException($"Table {name} in {catalog.Name} was created and dropped by somebody else at the same time. Start again.");
        Check(catalog, table, wanted, opening.Pipeline);
        CheckPlan(catalog, table, opening);
        CheckHistory(catalog, table, settings, opening);
        table = await RaisedAsync(catalog, table, settings, cancellationToken).ConfigureAwait(false);
        settings = WriteProperties.Apply(settings, table.Metadata.Properties, $"Table {name} in {catalog.Name}");

        CheckMode(catalog, table, settings);
        var version = await TableVersion.ReadAsync(table, cancellationToken).ConfigureAwait(false);
        var layout = new TableLayout(opening.Schema, opening.Key, table.Metadata.Schema, table.Metadata.Properties);
        var files = await DeletedRows.LoadAsync(table, version.Files, new LiveFiles(), cancellationToken).ConfigureAwait(false);
        var index = settings.DeleteMode == IcebergDeleteMode.Append ? null : await IndexRebuild.RunAsync(layout, table.Files, files, cancellationToken).ConfigureAwait(false);
        return new UpsertTable(new TableSession(catalog, version, opening.Clock), layout, files, index, settings);
    }

    private static TableCreation NewTable(IcebergSchema schema, IcebergSinkSettings settings, SinkOpening opening)
    {
        var properties = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        properties.AddRange(WriteProperties.ForNewTable(settings));
        properties.AddRange(SnapshotRetention.PropertiesOfNewTables.Where(p => !properties.ContainsKey(p.Key)));
        properties[CommitMarker.OwnerProperty] = opening.Pipeline;
        if (opening.Fingerprint.Length > 0)
        {
            properties[CommitMarker.PlanProperty] = opening.Fingerprint;
        }

        return new TableCreation(schema, properties.ToImmutable()) { Spec = PartitionTerm.SpecOf(settings.Partitioning, schema, opening.Schema), FormatVersion = VersionOf(settings) };
    }

    /// <summary>A mode that only the newest format has is a wish for it.</summary>
    private static int VersionOf(IcebergSinkSettings settings) =>
        settings.FormatVersion ?? (settings.DeleteMode == IcebergDeleteMode.DeletionVector ? TableMetadata.RowLineageVersion : TableMetadata.DefaultFormatVersion);

    /// <summary>The table in the format that was asked for: it is raised, never lowered.</summary>
    private static async Task<CatalogTable> RaisedAsync(ICatalog catalog, CatalogTable table, IcebergSinkSettings settings, CancellationToken cancellationToken)
    {
        if (settings.FormatVersion is not { } version || version <= table.Metadata.FormatVersion)
        {
            return table;
        }

        await PropertyCommit.RunAsync(catalog, table.Identifier, [new TableWideUpdates.UpgradeFormatVersion(version)], cancellationToken).ConfigureAwait(false);
        return await catalog.LoadAsync(table.Identifier, cancellationToken).ConfigureAwait(false)
            ?? throw new CatalogException($"Table {table.Identifier} in {catalog.Name} was dropped by somebody else while its format was raised. Start again.");
    }

    private static void CheckMode(ICatalog catalog, CatalogTable table, IcebergSinkSettings settings)
    {
        if (settings.DeleteMode == IcebergDeleteMode.DeletionVector && !table.Metadata.HasRowLineage)
        {
            throw new CatalogException(
                $"Table {table.Identifier} in {catalog.Name} has Iceberg format version {table.Metadata.FormatVersion}, in which there are no deletion vectors. Raise it with the table property "
                + $"{TableProperties.FormatVersion} = {TableMetadata.RowLineageVersion} (engines that do not know that version cannot read it then), or choose another delete mode.");
        }
    }

    private static void CheckHistory(ICatalog catalog, CatalogTable table, IcebergSinkSettings settings, SinkOpening opening)
    {
        if (settings.ForeignChanges == ForeignChanges.Refuse && MarkedHistory.Of(table.Metadata, opening.Pipeline).Foreign is { } foreign)
        {
            throw new CatalogException(
                $"Nobody can say which source position the rows of table {table.Identifier} in {catalog.Name} stand for: {foreign}. "
                + $"Roll it back to the last snapshot of pipeline \"{opening.Pipeline}\" (rollback_to_snapshot in other engines), drop it, or let the sink replace all rows "
                + $"({nameof(IcebergSinkOptions)}.{nameof(IcebergSinkOptions.ForeignChanges)} = {nameof(ForeignChanges.Resnapshot)}).");
        }
    }

    private static void CheckPlan(ICatalog catalog, CatalogTable table, SinkOpening opening)
    {
        if (opening.Fingerprint.Length > 0
            && table.Metadata.Properties.TryGetValue(CommitMarker.PlanProperty, out var plan)
            && plan != opening.Fingerprint)
        {
            throw new PlanChangedException(
                $"Table {table.Identifier} in {catalog.Name} holds the result of another computation than pipeline \"{opening.Pipeline}\" does now "
                + $"(plan {plan}, now {opening.Fingerprint}): a condition, an expression, a key or an input changed. "
                + "Change the pipeline back, write to another table, or drop this one and delete the pipeline's checkpoint folder: it is then built anew from the source.");
        }
    }

    private static void Check(ICatalog catalog, CatalogTable table, IcebergSchema wanted, string pipeline)
    {
        var metadata = table.Metadata;
        var where = $"Table {table.Identifier} in {catalog.Name}";
        if (metadata.FormatVersion is < TableMetadata.DefaultFormatVersion or > TableMetadata.NewestFormatVersion)
        {
            throw new CatalogException(
                $"{where} has Iceberg format version {metadata.FormatVersion}; this version of the library writes versions {TableMetadata.DefaultFormatVersion} to {TableMetadata.NewestFormatVersion}. "
                + "Write to another table, or raise its format with another engine.");
        }

        var owner = CommitMarker.OwnerOf(metadata);
        if (owner is not null && owner != pipeline)
        {
            throw new CatalogException(
                $"{where} belongs to pipeline \"{owner}\", this is pipeline \"{pipeline}\". Two pipelines in one table would overwrite each other: "
                + "write to another table, or drop this one if that pipeline is no longer used.");
        }

        if (owner is null && metadata.CurrentSnapshot is not null)
        {
            throw new CatalogException(
                $"{where} already has content that no pipeline of this library wrote (its snapshots carry no cdclake.pipeline). Write to another table, or drop this one.");
        }

        if (wanted.Differences(metadata.Schema) is { Count: > 0 } differences)
        {
            throw new CatalogException(
                $"{where} has other columns than pipeline \"{pipeline}\" writes: {string.Join("; ", differences)}. "
                + "Write to another table, drop this one, or change the pipeline back.");
        }

        if (metadata.SortOrders.FirstOrDefault(o => o.OrderId == metadata.DefaultSortOrderId) is { FieldsJson: not "[]" } order)
        {
            throw new CatalogException(
                $"{where} has sort order {order.OrderId}, which this version of the library does not keep. Remove it (ALTER TABLE … WRITE UNORDERED), or write to another table.");
        }
    }
}
