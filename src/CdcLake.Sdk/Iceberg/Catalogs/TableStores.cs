using CdcLake.Storage;
using CdcLake.Storage.Locations;

namespace CdcLake.Iceberg.Catalogs;

/// <summary>Opens the store in which a table's files lie, by the scheme of their URI.</summary>
internal static class TableStores
{
    /// <param name="uri">Absolute URI of a file or folder, or a plain absolute path: <c>file:/data/x</c>, <c>file:///data/x</c> and <c>/data/x</c> are the same.</param>
    /// <param name="properties">
    /// How S3 is reached, by Iceberg's names. Others are passed over: the user's were checked with the catalog's, and servers hand out what clients of every kind may need
    /// (<c>s3.signer.uri</c>, <c>client.refresh-credentials-endpoint</c>, …).
    /// </param>
    /// <param name="clock">Time-outs, and the age of what crashed writers left behind.</param>
    /// <exception cref="ObjectStoreException">No store is known for the scheme, or a property has a value that it cannot have.</exception>
    public static IObjectStore Open(string uri, IReadOnlyDictionary<string, string> properties, TimeProvider clock)
    {
        try
        {
            var store = StoreOf(uri);
            return new ObjectStores(StorageSettings.Default.With(properties), clock).Folder(store.Length > 0 ? store : OperatingSystem.IsWindows() ? DriveOf(uri) : "/");
        }
        catch (ArgumentException e)
        {
            throw new ObjectStoreException($"The store of {uri} cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Scheme and authority, which say to which store a URI belongs: <c>s3://bucket</c>, or nothing for local files.</summary>
    public static string StoreOf(string uri)
    {
        if (uri.StartsWith('/') || uri.StartsWith("file:", StringComparison.OrdinalIgnoreCase) || !uri.Contains("://", StringComparison.Ordinal))
        {
            return "";
        }

        var end = uri.IndexOf('/', uri.IndexOf("://", StringComparison.Ordinal) + 3);
        return end < 0 ? uri : uri[..end];
    }

    private static string DriveOf(string uri)
    {
        var path = uri.StartsWith("file:", StringComparison.OrdinalIgnoreCase) ? uri["file:".Length..].TrimStart('/') : uri;
        return Path.GetPathRoot(Path.GetFullPath(path)) ?? path;
    }
}
