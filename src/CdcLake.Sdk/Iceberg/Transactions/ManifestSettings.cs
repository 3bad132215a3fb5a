using CdcLake.Avro;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Transactions;

/// <summary>How commits write manifests and when they merge small ones, as the properties of a table say.</summary>
/// <param name="Codec">Of manifests and their lists; <c>write.manifest.compression-codec</c>.</param>
/// <param name="MergeAt">Manifests of one kind at which small ones are merged, 2 or more; <c>commit.manifest.min-count-to-merge</c>, and none with <c>commit.manifest-merge.enabled</c> = false.</param>
/// <param name="FullBytes">Bytes of a manifest from which on it is not merged any more; <c>commit.manifest.target-size-bytes</c>.</param>
internal sealed record ManifestSettings(AvroCodec Codec, int MergeAt, long FullBytes)
{
    /// <summary>Entries in a manifest beyond which it is not merged any more, and at which a new one is begun.</summary>
    public const int FullEntries = 2000;

    /// <summary>Those of a table that says nothing. Manifests are merged long before Iceberg's own hundred, since a commit with changes everywhere reads all of them.</summary>
    public static ManifestSettings Default { get; } = new(AvroCodec.Deflate, 16, 8L << 20);

    /// <summary>Reads the properties of a table.</summary>
    /// <param name="properties">The table's.</param>
    /// <param name="where">Which table, for errors.</param>
    /// <exception cref="CatalogException">A property has a value that cannot be followed.</exception>
    public static ManifestSettings Of(IReadOnlyDictionary<string, string> properties, string where) => new(
        CodecOf(properties, where),
        TableProperties.IsFalse(properties, TableProperties.MergesManifests) ? int.MaxValue : (int)Math.Clamp(TableProperties.Number(properties, TableProperties.ManifestsToMerge, Default.MergeAt, least: 1, where), 2, int.MaxValue),
        TableProperties.Number(properties, TableProperties.ManifestTargetSize, Default.FullBytes, least: 1, where));

    /// <summary>True when a manifest is not to be merged with others.</summary>
    public bool IsFull(ManifestContents manifest) => manifest.Live.Count >= FullEntries || manifest.Manifest.Length >= FullBytes;

    private static AvroCodec CodecOf(IReadOnlyDictionary<string, string> properties, string where)
    {
        var name = properties.GetValueOrDefault(TableProperties.ManifestCompression, "gzip");
        return name.ToUpperInvariant() switch
        {
            "GZIP" => AvroCodec.Deflate,
            "ZSTD" => AvroCodec.Zstandard,
            "SNAPPY" => AvroCodec.Snappy,
            "UNCOMPRESSED" or "NONE" => AvroCodec.Null,
            _ => throw new CatalogException($"{where} has {TableProperties.ManifestCompression}={name}, which is not written by this library. Set it to gzip, zstd, snappy or uncompressed."),
        };
    }
}
