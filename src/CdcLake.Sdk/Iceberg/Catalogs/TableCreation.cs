using System.Collections.Immutable;
using CdcLake.Common;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Catalogs;

/// <summary>What a new table is to be; its place and its identity are the catalog's to choose. Immutable.</summary>
/// <param name="Schema">Its columns.</param>
/// <param name="Properties">Its properties.</param>
internal sealed record TableCreation(IcebergSchema Schema, ImmutableSortedDictionary<string, string> Properties)
{
    /// <summary>How it is partitioned.</summary>
    public PartitionSpec Spec { get; init; } = PartitionSpec.Unpartitioned;

    /// <summary>In which order rows stand in its files.</summary>
    public SortOrder Order { get; init; } = SortOrder.Unsorted;

    /// <summary>Format version.</summary>
    public int FormatVersion { get; init; } = TableMetadata.DefaultFormatVersion;

    /// <summary>The commit that makes the table in a catalog without a service.</summary>
    /// <param name="table">Its name.</param>
    /// <param name="location">Absolute URI of its folder, without trailing slash.</param>
    public TableCommit ToCommit(TableIdentifier table, string location) => new(
        table,
        [new TableRequirement.Create()],
        [
            new TableWideUpdates.AssignUuid(RandomIds.Uuid()),
            new TableWideUpdates.UpgradeFormatVersion(FormatVersion),
            new TableWideUpdates.SetLocation(location),
            new StructureUpdates.AddSchema(Schema),
            new StructureUpdates.SetCurrentSchema(StructureUpdates.LastAdded),
            new StructureUpdates.AddSpec(Spec),
            new StructureUpdates.SetDefaultSpec(StructureUpdates.LastAdded),
            new StructureUpdates.AddSortOrder(SortOrder.Unsorted),
            .. Order == SortOrder.Unsorted ? (TableUpdate[])[] : [new StructureUpdates.AddSortOrder(Order)],
            new StructureUpdates.SetDefaultSortOrder(StructureUpdates.LastAdded),
            new TableWideUpdates.SetProperties(Properties),
        ]);
}
