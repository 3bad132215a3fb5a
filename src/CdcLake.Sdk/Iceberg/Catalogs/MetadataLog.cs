using System.Collections.Immutable;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Catalogs;

/// <summary>
/// The log of former metadata files that catalogs without a service keep in each version. An entry is dropped when there are newer ones enough
/// (<c>write.metadata.previous-versions-max</c>) and it is old enough, so that whoever has just loaded a version still finds it.
/// </summary>
internal static class MetadataLog
{
    /// <summary>Former versions younger than this are kept beyond the number, up to <see cref="MostTimes"/> times the number.</summary>
    public static readonly TimeSpan KeptAge = TimeSpan.FromMinutes(1);

    private const int MostTimes = 10;

    /// <summary>The next version with its log: that of the current one, the current one, and without what is dropped.</summary>
    /// <param name="current">The version that becomes a former one.</param>
    /// <param name="next">The version that follows it.</param>
    /// <param name="dropped">Entries that left the log; their files may go once the next version is committed.</param>
    public static TableMetadata Extend(CatalogTable current, TableMetadata next, out ImmutableArray<MetadataLogEntry> dropped)
    {
        var log = current.Metadata.MetadataLog.Add(new MetadataLogEntry(current.Metadata.LastUpdatedMs, current.MetadataLocation));
        var kept = (int)Math.Clamp(TableProperties.Number(next.Properties, TableProperties.PreviousMetadataMax, TableProperties.PreviousMetadataDefault), 1, int.MaxValue / MostTimes);
        var limit = next.LastUpdatedMs - (long)KeptAge.TotalMilliseconds;
        var drop = 0;
        while (log.Length - drop > kept && (log[drop].TimestampMs < limit || log.Length - drop > kept * MostTimes))
        {
            drop++;
        }

        dropped = log[..drop];
        return next with { MetadataLog = log[drop..] };
    }
}
