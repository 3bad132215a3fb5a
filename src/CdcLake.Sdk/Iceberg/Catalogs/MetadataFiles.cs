using System.Globalization;
using System.IO.Compression;
using CdcLake.Common;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Catalogs;

// Names as Iceberg Java gives them in catalogs that keep a pointer: <location>/metadata/<version, 5 digits>-<uuid>.metadata.json, from 00000;
// compressed ones have .gz before or behind .metadata.json. Nothing depends on the number.

/// <summary>Metadata files of a table whose catalog keeps only the URI of the newest one.</summary>
internal static class MetadataFiles
{
    private const string FolderProperty = "write.metadata.path";
    private const string Suffix = ".metadata.json";
    private const string CompressedSuffix = ".gz" + Suffix;

    /// <summary>Reads a version.</summary>
    /// <exception cref="CatalogException">The file is missing or damaged.</exception>
    public static async Task<CatalogTable> ReadAsync(TableIdentifier table, string uri, FileIO files, CancellationToken cancellationToken)
    {
        var bytes = await files.TryReadAsync(uri, cancellationToken).ConfigureAwait(false)
            ?? throw new CatalogException($"{uri}, the current metadata of table {table}, is missing. It was deleted outside of Iceberg: restore it, or drop the table.");
        return new CatalogTable(table, TableMetadataJson.Read(Unzip(uri, bytes), uri), uri, files);
    }

    /// <summary>Writes a version under a name of its own: nobody sees it until the catalog points at it.</summary>
    /// <param name="table">Its name.</param>
    /// <param name="former">The version before, or null.</param>
    /// <param name="next">The version.</param>
    /// <param name="files">Where to.</param>
    public static async Task<CatalogTable> WriteAsync(TableIdentifier table, CatalogTable? former, TableMetadata next, FileIO files)
    {
        var folder = next.Properties.GetValueOrDefault(FolderProperty)?.TrimEnd('/') ?? next.Location + "/metadata";
        var number = former is null ? 0 : NumberOf(former.MetadataLocation) + 1;
        var uri = string.Create(CultureInfo.InvariantCulture, $"{folder}/{number:D5}-{RandomIds.Uuid()}{SuffixOf(next)}");
        await files.PutAsync(uri, Encode(next), CancellationToken.None).ConfigureAwait(false);
        return new CatalogTable(table, next, uri, files);
    }

    /// <summary>How names of a table's new metadata files end, as <c>write.metadata.compression-codec</c> says.</summary>
    public static string SuffixOf(TableMetadata table) => IsCompressed(table) ? CompressedSuffix : Suffix;

    /// <summary>The bytes of a file with such a name.</summary>
    public static byte[] Encode(TableMetadata table)
    {
        var json = TableMetadataJson.Write(table);
        if (!IsCompressed(table))
        {
            return json;
        }

        using var zipped = new MemoryStream();
        using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(json);
        }

        return zipped.ToArray();
    }

    private static bool IsCompressed(TableMetadata table) =>
        table.Properties.TryGetValue(TableProperties.MetadataCompression, out var codec) && codec.Equals("gzip", StringComparison.OrdinalIgnoreCase);

    /// <summary>The text of a file that may be compressed, as its name says.</summary>
    /// <exception cref="CatalogException">Not valid gzip.</exception>
    public static ReadOnlyMemory<byte> Unzip(string name, byte[] bytes)
    {
        if (!name.EndsWith(CompressedSuffix, StringComparison.Ordinal) && !name.EndsWith(Suffix + ".gz", StringComparison.Ordinal))
        {
            return bytes;
        }

        try
        {
            using var zipped = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            using var plain = new MemoryStream();
            zipped.CopyTo(plain);
            return plain.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new CatalogException($"{name} is not valid gzip ({e.Message}). It was damaged or cut; restore it.", e);
        }
    }

    private static int NumberOf(string uri)
    {
        var name = uri.AsSpan(uri.LastIndexOf('/') + 1);
        var dash = name.IndexOf('-');
        return dash > 0 && int.TryParse(name[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }
}
