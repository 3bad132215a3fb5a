using System.Globalization;
using CdcLake.Compression;
using CdcLake.Iceberg.Tables;
using ZstdSharp;

namespace CdcLake.Iceberg.Writing;

/// <summary>How the Parquet files of a table are compressed, as its properties say with Iceberg's words.</summary>
/// <param name="Codec">One that is written.</param>
/// <param name="Level">Its level; null for the default of <see cref="BlockCompressor"/>.</param>
internal readonly record struct FileCompression(CompressionCodec Codec, int? Level)
{
    private const string JavaGzipDefault = "DEFAULT_COMPRESSION";

    /// <summary>Levels 0 to 9 of gzip as Iceberg's Java library calls them; it knows no numbers.</summary>
    private static readonly string[] JavaGzipLevels =
        ["NO_COMPRESSION", "BEST_SPEED", "TWO", "THREE", "FOUR", "FIVE", "SIX", "SEVEN", "EIGHT", "BEST_COMPRESSION"];

    /// <summary>Reads the properties of a table. Without a codec it is zstd, as Iceberg persists it for new tables.</summary>
    /// <param name="properties">The table's.</param>
    /// <param name="where">Which table, for errors.</param>
    /// <exception cref="CatalogException">A codec that is not written, or a level that the codec does not have.</exception>
    public static FileCompression Of(IReadOnlyDictionary<string, string> properties, string where)
    {
        var name = properties.GetValueOrDefault(TableProperties.Compression, "zstd");
        var codec = name.ToUpperInvariant() switch
        {
            "ZSTD" => CompressionCodec.Zstd,
            "SNAPPY" => CompressionCodec.Snappy,
            "GZIP" => CompressionCodec.Gzip,
            "LZ4" or "LZ4_RAW" => CompressionCodec.Lz4Raw, // what the format calls LZ4 alone has a frame that only Hadoop knows
            "UNCOMPRESSED" or "NONE" => CompressionCodec.Uncompressed,
            _ => throw new CatalogException(
                $"{where} has {TableProperties.Compression}={name}, which is not written by this library. Set it to zstd, snappy, gzip, lz4_raw or uncompressed."),
        };
        var level = properties.GetValueOrDefault(TableProperties.CompressionLevel);
        return new FileCompression(codec, level is null ? null : codec switch
        {
            CompressionCodec.Zstd => Number(level, Compressor.MinCompressionLevel, Compressor.MaxCompressionLevel),
            CompressionCodec.Gzip when level == JavaGzipDefault => null,
            CompressionCodec.Gzip => Array.IndexOf(JavaGzipLevels, level) is >= 0 and var known ? known : Number(level, 0, JavaGzipLevels.Length - 1),
            _ => null, // these have no levels
        });

        int Number(string text, int low, int high) =>
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= low && number <= high
                ? number
                : throw new CatalogException(
                    $"{where} has {TableProperties.CompressionLevel}={text}, which is no level of {name}. Set it to a number from {low} to {high}, or remove it.");
    }

    /// <summary>Settings that write as the table wants it.</summary>
    public IcebergSinkSettings ApplyTo(IcebergSinkSettings settings) => settings with { Compression = Codec, CompressionLevel = Level };

    /// <summary>
    /// Adds the properties to those of a new table, unless <paramref name="given"/> says otherwise. A default level is not written down: the property outlives a
    /// later change of the codec, and Java stops at levels that another codec has.
    /// </summary>
    public void AddTo(IDictionary<string, string> properties, IReadOnlyDictionary<string, string> given)
    {
        if (given.ContainsKey(TableProperties.Compression))
        {
            return; // with its own level, or that codec's default
        }

        properties[TableProperties.Compression] = Codec switch
        {
            CompressionCodec.Zstd => "zstd",
            CompressionCodec.Snappy => "snappy",
            CompressionCodec.Gzip => "gzip",
            CompressionCodec.Lz4Raw => "lz4_raw",
            _ => "uncompressed",
        };
        if (Level is { } level && !given.ContainsKey(TableProperties.CompressionLevel))
        {
            properties[TableProperties.CompressionLevel] = Codec == CompressionCodec.Gzip ? JavaGzipLevels[level] : level.ToString(CultureInfo.InvariantCulture);
        }
    }
}
