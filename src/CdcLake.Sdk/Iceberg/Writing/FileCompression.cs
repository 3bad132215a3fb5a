using System.Globalization;
using CdcLake.Compression;
using CdcLake.Iceberg.Tables;
using ZstdSharp;

namespace CdcLake.Iceberg.Writing;

/// <summary>How the Parquet files of a table are compressed, as its properties say with Iceberg's words.</summary>
/// <param name="Codec">One that is written.</param>
/// <param name="Level">Its level; null for the codec's own default.</param>
internal readonly record struct FileCompression(CompressionCodec Codec, int? Level)
{
    private const int MaxGzipLevel = 9;

    /// <summary>Reads the properties of a table. Without a codec it is zstd, as Iceberg persists it for new tables.</summary>
    /// <param name="properties">The table's.</param>
    /// <param name="where">Which table, for errors.</param>
    /// <exception cref="CatalogException">A codec that is not written, or a level that the codec does not have.</exception>
    public static FileCompression Of(IReadOnlyDictionary<string, string> properties, string where)
    {
        var name = properties.GetValueOrDefault(TableProperties.Compression, "zstd");
        CompressionCodec? known = name.ToUpperInvariant() switch
        {
            "ZSTD" => CompressionCodec.Zstd,
            "SNAPPY" => CompressionCodec.Snappy,
            "GZIP" => CompressionCodec.Gzip,
            "UNCOMPRESSED" or "NONE" => CompressionCodec.Uncompressed,
            _ => null,
        };
        if (known is not { } codec)
        {
            throw new CatalogException(
                $"{where} has {TableProperties.Compression}={name}, which is not written by this library. Set it to zstd, snappy, gzip or uncompressed.");
        }

        if (!properties.TryGetValue(TableProperties.CompressionLevel, out var text))
        {
            return new FileCompression(codec, null);
        }

        var (low, high) = codec switch
        {
            CompressionCodec.Zstd => (Compressor.MinCompressionLevel, Compressor.MaxCompressionLevel),
            CompressionCodec.Gzip => (0, MaxGzipLevel),
            _ => (int.MinValue, int.MaxValue), // these have no levels
        };
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var level) && level >= low && level <= high
            ? new FileCompression(codec, level)
            : throw new CatalogException($"{where} has {TableProperties.CompressionLevel}={text}, which is no level of {name}. Set it to a number from {low} to {high}, or remove it.");
    }

    /// <summary>Settings that write as the table wants it.</summary>
    public IcebergSinkSettings ApplyTo(IcebergSinkSettings settings) => settings with { Compression = Codec, CompressionLevel = Level };

    /// <summary>Adds the properties to those of a new table, unless <paramref name="given"/> says otherwise.</summary>
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
            _ => "uncompressed",
        };
        if (Level is { } level && Codec is CompressionCodec.Zstd or CompressionCodec.Gzip && !given.ContainsKey(TableProperties.CompressionLevel))
        {
            properties[TableProperties.CompressionLevel] = level.ToString(CultureInfo.InvariantCulture);
        }
    }
}
