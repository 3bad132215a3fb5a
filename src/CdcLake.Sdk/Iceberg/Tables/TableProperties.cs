using System.Globalization;

namespace CdcLake.Iceberg.Tables;

/// <summary>Table properties that we read or set; names and meanings are those of Iceberg's "Configuration" page.</summary>
internal static class TableProperties
{
    public const string Compression = "write.parquet.compression-codec";
    public const string CompressionLevel = "write.parquet.compression-level";
    public const string FormatVersion = "format-version";
    public const string NameMapping = "schema.name-mapping.default";
    public const string RowGroupSize = "write.parquet.row-group-size-bytes";
    public const string TargetFileSize = "write.target-file-size-bytes";
    public const string PageSize = "write.parquet.page-size-bytes";
    public const string PageRows = "write.parquet.page-row-limit";
    public const string DictionarySize = "write.parquet.dict-size-bytes";
    public const string PageVersion = "write.parquet.page-version";
    public const string DictionaryEnabled = "write.parquet.dict-encoding-enabled.column.";
    public const string StatisticsEnabled = "write.parquet.stats-enabled.column.";
    public const string ShredVariants = "write.parquet.shred-variants";
    public const string VariantSampleRows = "write.parquet.variant-inference-buffer-size";
    public const string BloomFilterEnabled = "write.parquet.bloom-filter-enabled.column.";
    public const string BloomFilterFpp = "write.parquet.bloom-filter-fpp.column.";
    public const string BloomFilterMaxBytes = "write.parquet.bloom-filter-max-bytes";
    public const string MetricsDefault = "write.metadata.metrics.default";
    public const string MetricsColumn = "write.metadata.metrics.column.";
    public const string MetricsColumns = "write.metadata.metrics.max-inferred-column-defaults";
    public const string FileFormat = "write.format.default";
    public const string DeleteFileFormat = "write.delete.format.default";
    public const string DeleteGranularity = "write.delete.granularity";
    public const string ManifestCompression = "write.manifest.compression-codec";
    public const string SummaryPartitionLimit = "write.summary.partition-limit";
    public const string MetadataCompression = "write.metadata.compression-codec";
    public const string MetadataPath = "write.metadata.path";
    public const string DeleteMode = "write.delete.mode";
    public const string UpdateMode = "write.update.mode";
    public const string DataPath = "write.data.path";
    public const string ObjectStorage = "write.object-storage.enabled";
    public const string ObjectStoragePath = "write.object-storage.path";
    public const string ObjectStoragePartitions = "write.object-storage.partitioned-paths";
    public const string DeleteOldMetadata = "write.metadata.delete-after-commit.enabled";
    public const string PreviousMetadataMax = "write.metadata.previous-versions-max";

    public const string ManifestTargetSize = "commit.manifest.target-size-bytes";
    public const string ManifestsToMerge = "commit.manifest.min-count-to-merge";
    public const string MergesManifests = "commit.manifest-merge.enabled";
    public const string CommitRetries = "commit.retry.num-retries";
    public const string CommitRetryTime = "commit.retry.total-timeout-ms";

    public const string MinSnapshotsToKeep = "history.expire.min-snapshots-to-keep";
    public const string MaxSnapshotAge = "history.expire.max-snapshot-age-ms";
    public const string MaxRefAge = "history.expire.max-ref-age-ms";

    /// <summary>Ours: milliseconds for which files stay when the last snapshot that refers to them has expired.</summary>
    public const string KeepExpiredFiles = "cdclake.expire.keep-files-ms";

    public const string GcEnabled = "gc.enabled";

    /// <summary>Iceberg's default for <see cref="PreviousMetadataMax"/>.</summary>
    public const int PreviousMetadataDefault = 100;

    private const int MostPreviousMetadata = 1_000_000;

    /// <summary>Former metadata files that the log of a table names, 1 or more.</summary>
    public static int PreviousMetadata(IReadOnlyDictionary<string, string> properties) =>
        (int)Math.Clamp(Number(properties, PreviousMetadataMax, PreviousMetadataDefault), 1, MostPreviousMetadata);

    public static bool IsFalse(IReadOnlyDictionary<string, string> properties, string name) =>
        properties.TryGetValue(name, out var text) && text.Equals("false", StringComparison.OrdinalIgnoreCase);

    public static bool IsTrue(IReadOnlyDictionary<string, string> properties, string name) =>
        properties.TryGetValue(name, out var text) && text.Equals("true", StringComparison.OrdinalIgnoreCase);

    /// <summary>A number that has to be one.</summary>
    /// <param name="properties">Of the table.</param>
    /// <param name="name">Which.</param>
    /// <param name="otherwise">What it is when it is absent.</param>
    /// <param name="least">What it is at least.</param>
    /// <param name="where">Which table, for errors.</param>
    /// <exception cref="CatalogException">It is something else.</exception>
    public static long Number(IReadOnlyDictionary<string, string> properties, string name, long otherwise, long least, string where) =>
        !properties.TryGetValue(name, out var text) ? otherwise
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least ? number
        : throw new CatalogException($"{where} has {name}={text}, which is no number of {least} or more. Set it to one, or remove it.");

    /// <summary>A number, or <paramref name="otherwise"/> when the property is absent or no number.</summary>
    public static long Number(IReadOnlyDictionary<string, string> properties, string name, long otherwise) =>
        properties.TryGetValue(name, out var text) && long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number)
            ? number
            : otherwise;
}
