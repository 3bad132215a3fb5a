using System.Collections.Immutable;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Catalogs;

// Layout, as Iceberg's HadoopCatalog has it:
//
//   <namespace>/…/<table>/metadata/v<N>.metadata.json   version N, from 1; a version is committed by creating its file, which must not exist
//   <namespace>/…/<table>/metadata/version-hint.text    N as text, written after the commit; advice only
//   <namespace>/…/<table>/data/                         data and delete files

/// <summary>A catalog that is a folder: namespaces and tables are folders below it. Needs nothing but a store with exclusive creation.</summary>
internal sealed class FileSystemCatalog : IIcebergCatalog
{
    private const string MetadataFolder = "/metadata/";
    private const string VersionHint = "version-hint.text";
    private const string Suffix = ".metadata.json";
    private readonly IObjectStore _store;

    public FileSystemCatalog(IObjectStore store) => _store = store;

    public string Name => $"warehouse {(_store is LocalObjectStore local ? local.Root : "store")}";

    public string LocationFor(TableIdentifier table) => _store.UriOf(FolderOf(table));

    public async Task<CatalogTable?> LoadAsync(TableIdentifier table, CancellationToken cancellationToken)
    {
        while (true)
        {
            var newest = await FindNewestAsync(table, cancellationToken).ConfigureAwait(false);
            if (newest is not var (version, name))
            {
                return null;
            }

            // A version that many commits have replaced since it was listed may be gone already.
            if (await _store.TryReadAsync(name, cancellationToken).ConfigureAwait(false) is { } bytes)
            {
                var location = _store.UriOf(name);
                return new CatalogTable(table, TableMetadataJson.Read(Unzip(name, bytes), location), location, version, _store);
            }
        }
    }

    public Task<CatalogTable?> TryCreateAsync(TableIdentifier table, TableMetadata metadata, CancellationToken cancellationToken) =>
        TryPublishAsync(table, metadata, 1, cancellationToken);

    public async Task<CatalogTable?> TryCommitAsync(CatalogTable current, TableMetadata next, CancellationToken cancellationToken)
    {
        var log = current.Metadata.MetadataLog.Add(new MetadataLogEntry(current.Metadata.LastUpdatedMs, current.MetadataLocation));
        var kept = (int)Math.Max(1, TableProperties.Number(next.Properties, TableProperties.PreviousMetadataMax, TableProperties.PreviousMetadataDefault));
        var dropped = log.Take(Math.Max(0, log.Length - kept)).ToImmutableArray();
        next = next with { MetadataLog = log.RemoveRange(0, dropped.Length) };
        var committed = await TryPublishAsync(current.Identifier, next, current.Version + 1, cancellationToken).ConfigureAwait(false);
        if (committed is not null && TableProperties.IsTrue(next.Properties, TableProperties.DeleteOldMetadata))
        {
            await DeleteOldAsync(dropped, cancellationToken).ConfigureAwait(false);
        }

        return committed;
    }

    private static string FolderOf(TableIdentifier table) => string.Join('/', [.. table.Namespace, table.Name]);

    private async Task<CatalogTable?> TryPublishAsync(TableIdentifier table, TableMetadata metadata, long version, CancellationToken cancellationToken)
    {
        var number = version.ToString(CultureInfo.InvariantCulture);
        var folder = FolderOf(table) + MetadataFolder;
        var name = $"{folder}v{number}{Suffix}";
        if (!await _store.TryPutNewAsync(name, TableMetadataJson.Write(metadata), cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        try
        {
            await _store.PutAsync(folder + VersionHint, Encoding.ASCII.GetBytes(number), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ObjectStoreException or OperationCanceledException)
        {
            // Committed already. The hint is advice: readers look for newer versions from the one it names.
        }

        return new CatalogTable(table, metadata, _store.UriOf(name), version, _store);
    }

    private async Task DeleteOldAsync(ImmutableArray<MetadataLogEntry> dropped, CancellationToken cancellationToken)
    {
        foreach (var entry in dropped)
        {
            try
            {
                await _store.DeleteAsync(_store.NameOf(entry.MetadataFile), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is ObjectStoreException or OperationCanceledException)
            {
                // Committed already. A file that stays costs space only.
                return;
            }
        }
    }

    private async Task<(long Version, string Name)?> FindNewestAsync(TableIdentifier table, CancellationToken cancellationToken)
    {
        (long Version, string Name)? newest = null;
        var prefix = FolderOf(table) + MetadataFolder + "v";
        await foreach (var name in _store.ListAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            if (VersionOf(name.AsSpan(prefix.Length)) is { } version && (newest is null || version > newest.Value.Version))
            {
                newest = (version, name);
            }
        }

        return newest;
    }

    /// <summary>N of <c>N.metadata.json</c>, <c>N.gz.metadata.json</c> and <c>N.metadata.json.gz</c>; null for other files.</summary>
    private static long? VersionOf(ReadOnlySpan<char> rest)
    {
        var dot = rest.IndexOf('.');
        return dot > 0 && rest[dot..] is Suffix or ".gz" + Suffix or Suffix + ".gz"
            && long.TryParse(rest[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? version
            : null;
    }

    private static ReadOnlyMemory<byte> Unzip(string name, byte[] bytes)
    {
        if (!name.Contains(".gz", StringComparison.Ordinal))
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
}
