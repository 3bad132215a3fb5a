using CdcLake.Storage;

namespace CdcLake.Iceberg.Catalogs;

/// <summary>Opens the store in which a table's files lie, by the scheme of their URI.</summary>
internal static class TableStores
{
    /// <param name="uri">Absolute URI of a file or folder, or a plain absolute path: <c>file:/data/x</c>, <c>file:///data/x</c> and <c>/data/x</c> are the same.</param>
    /// <param name="clock">Age of what crashed writers left behind.</param>
    /// <exception cref="ObjectStoreException">No store is known for the scheme.</exception>
    public static IObjectStore Open(string uri, TimeProvider clock)
    {
        if (!IsLocal(uri))
        {
            throw new ObjectStoreException(
                $"{uri} lies in a store that this version of the library does not open: it reads and writes local folders (file:). Give the catalog a warehouse on a disk that this machine sees.");
        }

        return new LocalObjectStore(OperatingSystem.IsWindows() ? DriveOf(uri) : "/", clock);
    }

    /// <summary>Scheme and authority, which say to which store a URI belongs: <c>s3://bucket</c>, or nothing for local files.</summary>
    public static string StoreOf(string uri)
    {
        if (IsLocal(uri))
        {
            return "";
        }

        var scheme = uri.IndexOf("://", StringComparison.Ordinal);
        var end = scheme < 0 ? -1 : uri.IndexOf('/', scheme + 3);
        return end < 0 ? uri : uri[..end];
    }

    private static bool IsLocal(string uri) => uri.StartsWith('/') || uri.StartsWith("file:", StringComparison.OrdinalIgnoreCase) || !uri.Contains(':', StringComparison.Ordinal);

    private static string DriveOf(string uri)
    {
        var path = uri.StartsWith("file:", StringComparison.OrdinalIgnoreCase) ? uri["file:".Length..].TrimStart('/') : uri;
        return Path.GetPathRoot(Path.GetFullPath(path)) ?? path;
    }
}
