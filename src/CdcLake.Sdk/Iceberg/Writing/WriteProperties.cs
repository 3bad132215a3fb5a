using System.Collections.Frozen;
using System.Globalization;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Parquet.Format;

namespace CdcLake.Iceberg.Writing;

/// <summary>What the properties of a table say about its files, where the user of a sink did not ask for something else.</summary>
internal static class WriteProperties
{
    private const long MostPageBytes = 256 << 20;
    private const long MostPageRows = 10_000_000;
    private const long DefaultBloomBytes = 1 << 20;
    private const long DefaultVariantSample = 100;
    private const long MostVariantSample = 100_000;
    private const string DefaultFpp = "0.01";

    /// <summary>Settings that write as the user, else the table wants it.</summary>
    /// <param name="settings">With what the user asked for, and defaults.</param>
    /// <param name="table">Properties of the table.</param>
    /// <param name="where">Which table, for errors.</param>
    /// <exception cref="CatalogException">A property has a value that cannot be followed.</exception>
    public static IcebergSinkSettings Apply(IcebergSinkSettings settings, IReadOnlyDictionary<string, string> table, string where)
    {
        var properties = new Dictionary<string, string>(table, StringComparer.Ordinal);
        if (settings.Asked.ContainsKey(TableProperties.Compression))
        {
            properties.Remove(TableProperties.CompressionLevel); // that of the table's own codec
        }

        foreach (var (name, value) in settings.Asked)
        {
            properties[name] = value;
        }

        RequireParquet(properties, TableProperties.FileFormat, where);
        RequireParquet(properties, TableProperties.DeleteFileFormat, where);
        _ = ManifestSettings.Of(properties, where); // what commits go by is looked at now, not at the first of them
        _ = CommitRetry.Of(properties, where);
        return FileCompression.Of(properties, where).ApplyTo(settings) with
        {
            HasPagesV2 = HasPagesV2(properties, where),
            WithoutDictionary = ColumnsOf(properties, TableProperties.DictionaryEnabled),
            WithoutBounds = ColumnsOf(properties, TableProperties.StatisticsEnabled),
            DeleteFiles = ForDeletes(properties, where),
            MaxOwnDeleteFiles = OneOf(properties, TableProperties.DeleteGranularity, where, "partition", "file") == "file" ? int.MaxValue : settings.MaxOwnDeleteFiles,
            TargetFileSizeBytes = Bytes(properties, TableProperties.TargetFileSize, settings.TargetFileSizeBytes, where),
            RowGroupBytes = Bytes(properties, TableProperties.RowGroupSize, settings.RowGroupBytes, where),
            PageBytes = (int)Math.Min(Bytes(properties, TableProperties.PageSize, settings.PageBytes, where), MostPageBytes),
            PageRows = (int)Math.Min(Bytes(properties, TableProperties.PageRows, settings.PageRows, where), MostPageRows),
            DictionaryBytes = (int)Math.Min(Bytes(properties, TableProperties.DictionarySize, settings.DictionaryBytes, where), MostPageBytes),
            BloomFilters = BloomFilters(properties, where),
            VariantSampleRows = TableProperties.IsTrue(properties, TableProperties.ShredVariants)
                ? (int)Math.Min(Bytes(properties, TableProperties.VariantSampleRows, DefaultVariantSample, where), MostVariantSample)
                : settings.VariantSampleRows,
            DeleteMode = settings.DeleteMode ?? ModeOf(properties, where),
        };
    }

    /// <summary>The properties of a new table: what the user asked for and gave, else the defaults.</summary>
    public static IEnumerable<KeyValuePair<string, string>> ForNewTable(IcebergSinkSettings settings)
    {
        var isSaid = new[] { settings.Asked, settings.TableProperties }.Any(p => p.ContainsKey(TableProperties.Compression) || p.ContainsKey(TableProperties.CompressionLevel));
        var written = isSaid ? Apply(settings, settings.TableProperties, "The sink") : settings;
        var properties = new Dictionary<string, string>(settings.TableProperties, StringComparer.Ordinal);
        foreach (var (name, value) in settings.Asked)
        {
            properties[name] = value;
        }

        if (settings.Asked.ContainsKey(TableProperties.Compression) || settings.Asked.ContainsKey(TableProperties.CompressionLevel))
        {
            properties.Remove(TableProperties.Compression);
            properties.Remove(TableProperties.CompressionLevel);
        }

        new FileCompression(written.Compression, written.CompressionLevel).AddTo(properties, new Dictionary<string, string>(properties));
        properties.TryAdd(TableProperties.TargetFileSize, Text(settings.TargetFileSizeBytes));
        properties.TryAdd(TableProperties.DeleteOldMetadata, "true");
        properties.TryAdd(TableProperties.PreviousMetadataMax, Text(TableProperties.PreviousMetadataDefault));
        properties.Remove(TableProperties.FormatVersion); // no property of a table but a field of its metadata
        return properties;
    }

    /// <summary>What <c>write.delete.parquet.</c>… says, for the rest what is said of data files; null when nothing is said of delete files.</summary>
    private static ParquetWriterOptions? ForDeletes(Dictionary<string, string> properties, string where)
    {
        const string deletes = "write.delete.parquet.";
        const string data = "write.parquet.";
        var own = properties.Where(p => p.Key.StartsWith(deletes, StringComparison.Ordinal)).ToDictionary(p => data + p.Key[deletes.Length..], p => p.Value);
        if (own.Count == 0)
        {
            return null;
        }

        where = $"Among properties of delete files ({deletes}…) {where}";
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in (string[])[TableProperties.Compression, TableProperties.CompressionLevel, TableProperties.PageVersion])
        {
            if (properties.TryGetValue(name, out var value) && !(name == TableProperties.CompressionLevel && own.ContainsKey(TableProperties.Compression)))
            {
                all[name] = value;
            }
        }

        foreach (var (name, value) in own)
        {
            all[name] = value;
        }

        var compression = FileCompression.Of(all, where);
        var defaults = new ParquetWriterOptions();
        return defaults with
        {
            Codec = compression.Codec,
            CompressionLevel = compression.Level,
            HasPagesV2 = HasPagesV2(all, where),
            RowGroupBytes = Bytes(all, TableProperties.RowGroupSize, defaults.RowGroupBytes, where),
            PageBytes = (int)Math.Min(Bytes(all, TableProperties.PageSize, defaults.PageBytes, where), MostPageBytes),
            PageRows = (int)Math.Min(Bytes(all, TableProperties.PageRows, defaults.PageRows, where), MostPageRows),
            DictionaryBytes = (int)Math.Min(Bytes(all, TableProperties.DictionarySize, defaults.DictionaryBytes, where), MostPageBytes),
        };
    }

    private static bool HasPagesV2(Dictionary<string, string> properties, string where) => OneOf(properties, TableProperties.PageVersion, where, "v1", "v2") == "v2";

    /// <summary>The columns for which something that all columns have is switched off.</summary>
    private static FrozenSet<string> ColumnsOf(Dictionary<string, string> properties, string prefix) =>
        properties.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal) && TableProperties.IsFalse(properties, k)).Select(k => k[prefix.Length..]).ToFrozenSet();

    /// <summary>A word; the first of those that there are when the property is absent.</summary>
    private static string OneOf(Dictionary<string, string> properties, string name, string where, params string[] words)
    {
        var text = properties.GetValueOrDefault(name, words[0]);
        return words.FirstOrDefault(w => w.Equals(text, StringComparison.OrdinalIgnoreCase))
            ?? throw new CatalogException($"{where} has {name}={text}, which is none of {string.Join(", ", words)}. Set it to one of them, or remove it.");
    }

    private static void RequireParquet(Dictionary<string, string> properties, string name, string where)
    {
        if (properties.TryGetValue(name, out var format) && !format.Equals("parquet", StringComparison.OrdinalIgnoreCase))
        {
            throw new CatalogException($"{where} has {name}={format}, and only Parquet is written here. Set it to parquet, or remove it: files of several formats may stand beside each other.");
        }
    }

    private static Dictionary<string, BloomFilterOptions> BloomFilters(Dictionary<string, string> properties, string where)
    {
        var bytes = (int)Math.Min(Bytes(properties, TableProperties.BloomFilterMaxBytes, DefaultBloomBytes, where), MostPageBytes);
        var filters = new Dictionary<string, BloomFilterOptions>(StringComparer.Ordinal);
        foreach (var name in properties.Keys.Where(k => k.StartsWith(TableProperties.BloomFilterEnabled, StringComparison.Ordinal) && TableProperties.IsTrue(properties, k)))
        {
            var column = name[TableProperties.BloomFilterEnabled.Length..];
            var fpp = properties.GetValueOrDefault(TableProperties.BloomFilterFpp + column, DefaultFpp);
            filters[column] = double.TryParse(fpp, NumberStyles.Float, CultureInfo.InvariantCulture, out var probability) && probability is > 0 and < 1
                ? new BloomFilterOptions(probability, bytes)
                : throw new CatalogException($"{where} has {TableProperties.BloomFilterFpp}{column}={fpp}, which is no probability. Set it to a number between 0 and 1, or remove it.");
        }

        return filters;
    }

    private static IcebergDeleteMode? ModeOf(Dictionary<string, string> properties, string where)
    {
        var name = properties.ContainsKey(TableProperties.UpdateMode) ? TableProperties.UpdateMode : TableProperties.DeleteMode;
        return properties.TryGetValue(name, out var text)
            ? text.ToLowerInvariant() switch
            {
                "copy-on-write" => IcebergDeleteMode.CopyOnWrite,
                "merge-on-read" => IcebergDeleteMode.Position,
                _ => throw new CatalogException($"{where} has {name}={text}, which is neither copy-on-write nor merge-on-read. Set it to one of them, or remove it."),
            }
            : null;
    }

    private static long Bytes(Dictionary<string, string> properties, string name, long otherwise, string where)
    {
        if (!properties.TryGetValue(name, out var text))
        {
            return otherwise;
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes > 0
            ? bytes
            : throw new CatalogException($"{where} has {name}={text}, which is no number of bytes. Set it to one, or remove it.");
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
