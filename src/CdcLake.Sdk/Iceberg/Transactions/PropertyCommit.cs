using System.Collections.Immutable;
using System.Globalization;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Transactions;

/// <summary>A commit of updates that may be made again without harm, such as setting properties: tried until the catalog says for certain that it stands.</summary>
internal static class PropertyCommit
{
    private const int MaxAttempts = 5;

    /// <summary>What setting properties means: <c>format-version</c> is none but a field of the metadata.</summary>
    /// <exception cref="CatalogException">Of a format version that is not written.</exception>
    public static ImmutableArray<TableUpdate> UpdatesOf(IReadOnlyDictionary<string, string> properties)
    {
        var rest = properties.ToImmutableSortedDictionary(StringComparer.Ordinal);
        if (!rest.TryGetValue(TableProperties.FormatVersion, out var text))
        {
            return [new TableWideUpdates.SetProperties(rest)];
        }

        var set = new TableWideUpdates.SetProperties(rest.Remove(TableProperties.FormatVersion));
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) && version is >= TableMetadata.DefaultFormatVersion and <= TableMetadata.NewestFormatVersion
            ? [new TableWideUpdates.UpgradeFormatVersion(version), .. set.Properties.IsEmpty ? (TableUpdate[])[] : [set]]
            : throw new CatalogException($"{TableProperties.FormatVersion}={text} is not written; set it to {TableMetadata.DefaultFormatVersion} or {TableMetadata.NewestFormatVersion}.") { Error = CatalogError.BadRequest };
    }

    /// <exception cref="CatalogException">There is no such table, or the catalog could not be asked.</exception>
    public static async Task RunAsync(ICatalog catalog, TableIdentifier name, ImmutableArray<TableUpdate> updates, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var table = await catalog.LoadAsync(name, cancellationToken).ConfigureAwait(false) ?? throw DirectoryErrors.NoTable(name, catalog.Name);
            var commit = new TableCommit(name, [new TableRequirement.TableUuid(table.Metadata.TableUuid)], updates);
            switch (await catalog.CommitAsync([commit], cancellationToken).ConfigureAwait(false))
            {
                case CommitOutcome.Committed:
                    return;
                case CommitOutcome.Unknown unknown when attempt == MaxAttempts:
                    throw unknown.Cause;
                case CommitOutcome.Conflict conflict when attempt == MaxAttempts:
                    throw new CommitConflictException($"Table {name} in {catalog.Name} changes all the time ({conflict.Reason}). Nothing was committed; try again.") { IsTransient = true };
            }
        }
    }
}
