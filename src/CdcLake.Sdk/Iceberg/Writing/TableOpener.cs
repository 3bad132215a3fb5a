using System.Collections.Immutable;
using CdcLake.Connectors;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Index;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;

namespace CdcLake.Iceberg.Writing;

/// <summary>Opens a table for a pipeline, creating it when there is none, and refuses tables that are not its own.</summary>
internal static class TableOpener
{
    /// <param name="catalog">Where the table is.</param>
    /// <param name="name">Its name.</param>
    /// <param name="settings">Sizes and codec.</param>
    /// <param name="opening">The result.</param>
    /// <param name="part">The part of a complete result to stand at; null stands at the newest, or, where there is none, at what readers see.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CatalogException">The table belongs to somebody else, has other columns, or is of a kind that is not written.</exception>
    /// <exception cref="PlanChangedException">It holds the result of another computation.</exception>
    public static async Task<UpsertTable> OpenAsync(
        ICatalog catalog, TableIdentifier name, IcebergSinkSettings settings, SinkOpening opening, long? part, CancellationToken cancellationToken)
    {
        await catalog.CheckAsync(cancellationToken).ConfigureAwait(false); // now, not after hours of reading
        var table = await catalog.LoadAsync(name, cancellationToken).ConfigureAwait(false)
            ?? await catalog.CreateAsync(name, NewTable(SchemaOf(opening, settings, null), settings, opening), cancellationToken).ConfigureAwait(false)
            ?? await catalog.LoadAsync(name, cancellationToken).ConfigureAwait(false)
            ?? throw new CatalogException($"Table {name} in {catalog.Name} was created and dropped by somebody else at the same time. Start again.");
        var wanted = SchemaOf(opening, settings, table.Metadata.Schema);
        Check(catalog, table, wanted, settings, opening.Pipeline);
        var takesOver = IsForeign(table.Metadata);
        if (!takesOver)
        {
            CheckHistory(catalog, table, settings, opening);
        }

        var isOther = !takesOver && IsOtherResult(catalog, table, wanted, opening);
        table = await RaisedAsync(catalog, table, settings, cancellationToken).ConfigureAwait(false);
        settings = WriteProperties.Apply(settings, table.Metadata.Properties, $"Table {name} in {catalog.Name}");

        CheckMode(catalog, table, settings);
        VariantColumns.Require(wanted, name, table.Metadata.FormatVersion);
        if (!isOther && !takesOver && (part ?? NewestPart(table.Metadata, opening.Pipeline)) is { } staged)
        {
            table = StagedParts.ViewAt(table, staged);
        }

        var version = await TableVersion.ReadAsync(table, cancellationToken).ConfigureAwait(false);
        var schema = isOther ? SchemaEvolution.To(table.Metadata, wanted) : SchemaFit.InOrderOf(wanted, table.Metadata.Schema);
        var layout = new TableLayout(opening.Schema, opening.Key, schema, table.Metadata.Properties) { Order = RowOrder.Of(table.Metadata, schema.Fields, opening.Key) };
        var replaces = isOther || takesOver;
        var files = takesOver ? FilesOf(version) : await DeletedRows.LoadAsync(table, version.Files, new LiveFiles(), cancellationToken).ConfigureAwait(false);
        var index = settings.DeleteMode is IcebergDeleteMode.Append or IcebergDeleteMode.Equality ? null
            : await IndexOpening.RunAsync(layout, table, replaces ? new LiveFiles() : files, settings.IndexSpace, cancellationToken).ConfigureAwait(false);
        var columns = new TableColumns(table.Metadata, table.Metadata.HasRowLineage && RewriteChoice.MovesRows(settings) ? layout.WithRowLineage() : layout)
        {
            NeedsReplacement = replaces,
            Properties = replaces || IsNews(CommitMarker.TablesProperty, opening.Tables) || IsNews(CommitMarker.ReplicaProperty, opening.ReplicaOf)
                ? PlanProperties(opening) : ImmutableSortedDictionary<string, string>.Empty,
        };
        return new UpsertTable(new TableSession(catalog, version, opening.Clock), columns, files, index, settings);

        bool IsNews(string property, string value) => table.Metadata.Properties.GetValueOrDefault(property, "") != value;
    }

    /// <summary>The columns of the result as the table has them, or a new one gets them.</summary>
    private static IcebergSchema SchemaOf(SinkOpening opening, IcebergSinkSettings settings, IcebergSchema? table) => IcebergSchema.Of(
        opening.Schema, opening.Key, VariantColumns.Of(settings.JsonAs, opening.Schema, i => table?.Fields.FirstOrDefault(f => f.Name == opening.Schema[i].Name)));

    /// <summary>The data files of a table whose rows do not matter: what they hold, and what hides rows of them, is not even read.</summary>
    private static LiveFiles FilesOf(TableVersion version)
    {
        var files = new LiveFiles();
        foreach (var entry in version.Files.Entries(ManifestContent.Data))
        {
            files.Add(entry.File).Committed();
        }

        return files;
    }

    private static long? NewestPart(TableMetadata metadata, string pipeline) => StagedParts.Of(metadata, pipeline) is [var newest, ..] ? newest.Snapshot.SnapshotId : null;

    /// <summary>True for a table with rows that no pipeline wrote.</summary>
    private static bool IsForeign(TableMetadata metadata) => metadata.CurrentSnapshot is not null && CommitMarker.OwnerOf(metadata) is null;

    private static TableCreation NewTable(IcebergSchema schema, IcebergSinkSettings settings, SinkOpening opening)
    {
        var properties = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        properties.AddRange(WriteProperties.ForNewTable(settings));
        properties.AddRange(SnapshotRetention.PropertiesOfNewTables.Where(p => !properties.ContainsKey(p.Key)));
        properties[CommitMarker.OwnerProperty] = opening.Pipeline;
        properties.AddRange(PlanProperties(opening));
        return new TableCreation(schema, properties.ToImmutable())
        {
            Spec = PartitionTerm.SpecOf(settings.Partitioning, schema, opening.Schema),
            FormatVersion = VersionOf(settings),
            Order = SortTerm.OrderOf(settings.Sorting, schema, opening.Schema),
        };
    }

    /// <summary>What only the newest format has is a wish for it; variants too where no column is one yet, since one may be added to the captured table later.</summary>
    private static int VersionOf(IcebergSinkSettings settings) =>
        settings.FormatVersion ?? (settings.DeleteMode == IcebergDeleteMode.DeletionVector || settings.JsonAs == IcebergJsonType.Variant ? TableMetadata.RowLineageVersion : TableMetadata.DefaultFormatVersion);

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

    /// <summary>Properties that say what a table holds the result of.</summary>
    public static ImmutableSortedDictionary<string, string> PlanProperties(SinkOpening opening) =>
        new KeyValuePair<string, string>[] { new(CommitMarker.PlanProperty, opening.Fingerprint), new(CommitMarker.TablesProperty, opening.Tables), new(CommitMarker.ReplicaProperty, opening.ReplicaOf) }
            .Where(p => p.Value.Length > 0)
            .ToImmutableSortedDictionary(StringComparer.Ordinal);

    private static void CheckHistory(ICatalog catalog, CatalogTable table, IcebergSinkSettings settings, SinkOpening opening)
    {
        if (settings.ForeignChanges != ForeignChanges.Resnapshot && MarkedHistory.Of(table.Metadata, opening.Pipeline, settings.FollowedWork).Foreign is { } foreign)
        {
            throw new CatalogException(
                $"Nobody can say which source position the rows of table {table.Identifier} in {catalog.Name} stand for: {foreign}. "
                + $"Roll it back to the last snapshot of pipeline \"{opening.Pipeline}\" (rollback_to_snapshot in other engines), drop it, or let the sink replace all rows "
                + $"({nameof(IcebergSinkOptions)}.{nameof(IcebergSinkOptions.ForeignChanges)} = {nameof(ForeignChanges.Resnapshot)}).");
        }
    }

    /// <summary>True when the table holds a result with other columns, or of other ones, since captured tables were altered.</summary>
    private static bool IsOtherResult(ICatalog catalog, CatalogTable table, IcebergSchema wanted, SinkOpening opening)
    {
        var plan = table.Metadata.Properties.GetValueOrDefault(CommitMarker.PlanProperty);
        var isOtherPlan = opening.Fingerprint.Length > 0 && plan is not null && plan != opening.Fingerprint;
        var differences = wanted.Differences(table.Metadata.Schema);
        var misfits = SchemaFit.Differences(wanted, table.Metadata.Schema); // less: others may have put the columns in another order
        var wereAltered = opening.FollowsAlteration(table.Metadata.Properties.GetValueOrDefault(CommitMarker.TablesProperty));
        if (wereAltered && (isOtherPlan || differences.Count > 0))
        {
            return true;
        }

        if (misfits.Count > 0)
        {
            throw new CatalogException(
                $"Table {table.Identifier} in {catalog.Name} has other columns than pipeline \"{opening.Pipeline}\" writes: {string.Join("; ", misfits)}. "
                + "Write to another table, drop this one, or change the pipeline back.");
        }

        if (isOtherPlan)
        {
            throw new PlanChangedException(
                $"Table {table.Identifier} in {catalog.Name} holds the result of another computation than pipeline \"{opening.Pipeline}\" does now "
                + $"(plan {plan}, now {opening.Fingerprint}): a condition, an expression, a key or an input changed. "
                + "Change the pipeline back, write to another table, or drop this one and delete the pipeline's checkpoint folder: it is then built anew from the source.");
        }

        return false;
    }

    private static void Check(ICatalog catalog, CatalogTable table, IcebergSchema wanted, IcebergSinkSettings settings, string pipeline)
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

        var differences = SchemaFit.Differences(wanted, metadata.Schema);
        if (IsForeign(metadata) && (settings.ExistingTable == ExistingTable.Refuse || differences.Count > 0))
        {
            throw new CatalogException(
                $"{where} already has content that no pipeline of this library wrote (its snapshots carry no cdclake.pipeline). "
                + (differences.Count > 0 ? $"Its columns do not fit those of pipeline \"{pipeline}\": {string.Join("; ", differences)}. " : "")
                + (differences.Count > 0 ? "Change one of the two, write to another table, or drop this one." : "Let the sink replace all rows "
                + $"({nameof(IcebergSinkOptions)}.{nameof(IcebergSinkOptions.ExistingTable)} = {nameof(ExistingTable.TakeOver)}), write to another table, or drop this one."));
        }
    }
}
