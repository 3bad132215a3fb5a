using System.Collections.Immutable;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Catalogs;

/// <summary>The log of former metadata files that catalogs without a service keep in each version, as long as <c>write.metadata.previous-versions-max</c> says.</summary>
internal static class MetadataLog
{
    /// <summary>The next version with its log: that of the current one, the current one, and without what is dropped.</summary>
    /// <param name="current">The version that becomes a former one.</param>
    /// <param name="next">The version that follows it.</param>
    /// <param name="dropped">Entries that left the log; their files may go once the next version is committed.</param>
    public static TableMetadata Extend(CatalogTable current, TableMetadata next, out ImmutableArray<MetadataLogEntry> dropped)
    {
        var log = current.Metadata.MetadataLog.Add(new MetadataLogEntry(current.Metadata.LastUpdatedMs, current.MetadataLocation));
        var drop = Math.Max(0, log.Length - TableProperties.PreviousMetadata(next.Properties));
        dropped = log[..drop];
        return next with { MetadataLog = log[drop..] };
    }
}
