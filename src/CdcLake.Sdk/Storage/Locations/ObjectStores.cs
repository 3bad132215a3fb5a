using CdcLake.Storage.S3;

namespace CdcLake.Storage.Locations;

/// <summary>
/// Opens stores by URI, with the settings of one catalog: <c>s3://</c>, <c>s3a://</c>, <c>s3n://</c>, <c>file:</c>, or the plain path of a folder. Opens no connection
/// before the first request. Safe for concurrent use.
/// </summary>
internal sealed class ObjectStores
{
    private readonly TimeProvider _clock;
    private readonly Lazy<S3Connection> _s3; // who keeps everything in folders does without the SDK's assemblies
    private readonly IReadOnlyList<(string Prefix, S3Connection Connection)> _prefixes;

    /// <param name="settings">For every URI.</param>
    /// <param name="clock">Measures time-outs.</param>
    /// <param name="prefixes">Settings that go before those, for the URIs that begin with theirs; the longest prefix wins. None by default.</param>
    public ObjectStores(StorageSettings settings, TimeProvider clock, IReadOnlyList<PrefixSettings>? prefixes = null)
    {
        _clock = clock;
        _s3 = new Lazy<S3Connection>(() => new S3Connection(settings.S3, settings.Credentials, clock));
        _prefixes = [.. (prefixes ?? []).Select(p => (p.Prefix, new S3Connection(p.Settings.S3, p.Settings.Credentials, clock)))];
        var mounts = new StoreMounts(_prefixes.Where(p => S3Address.IsOne(p.Prefix)).Select(p => Mount(p.Connection, p.Prefix)), Open);
        Files = new FileIO(mounts, StoreLimits.Default, clock);
    }

    /// <summary>Files by absolute URI, in whatever bucket or local folder they lie.</summary>
    public FileIO Files { get; }

    /// <summary>The store of which a location is the root: a warehouse, or the folder of checkpoints.</summary>
    /// <param name="location">URI, or path of a folder, which may be relative to the working folder.</param>
    /// <exception cref="ArgumentException">It is a URI of another kind.</exception>
    public IObjectStore Folder(string location)
    {
        if (S3Address.IsOne(location))
        {
            var connection = _prefixes.Where(p => location.StartsWith(p.Prefix, StringComparison.Ordinal)).OrderByDescending(p => p.Prefix.Length).Select(p => p.Connection).FirstOrDefault();
            return new S3ObjectStore(connection ?? _s3.Value, S3Address.Parse(location));
        }

        return new LocalObjectStore(LocalPathOf(location), _clock);
    }

    /// <summary>A location as it is to be remembered: a path becomes absolute, so that it does not follow the working folder.</summary>
    /// <exception cref="ArgumentException">It is a URI of a kind that is not supported, or not well-formed.</exception>
    public static string Absolute(string location) => S3Address.IsOne(location) ? S3Address.Parse(location).ToString() : Path.GetFullPath(LocalPathOf(location));

    /// <summary>True for a folder of this machine.</summary>
    public static bool IsLocal(string location) => !S3Address.IsOne(location);

    /// <summary>A location with a level more.</summary>
    public static string Below(string location, string name) => S3Address.IsOne(location) ? S3Address.Parse(location).UriOf(name) : Path.Combine(LocalPathOf(location), name);

    private static string LocalPathOf(string location)
    {
        if (location.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            // file:/x, file:///x and file://localhost/x are the same; the rest is a path as it stands, not escaped.
            var path = location["file:".Length..];
            path = path.StartsWith("//localhost/", StringComparison.OrdinalIgnoreCase) ? path["//localhost".Length..] : path.StartsWith("///", StringComparison.Ordinal) ? path[2..] : path;
            return OperatingSystem.IsWindows() ? path.TrimStart('/') : path;
        }

        return location.Contains("://", StringComparison.Ordinal)
            ? throw new ArgumentException($"{location} lies in a store that is not supported: it is s3://bucket/path (s3a, s3n), file:///path, or the path of a folder.")
            : location;
    }

    private static StoreMount Mount(S3Connection connection, string prefix) => new(prefix, new S3ObjectStore(connection, S3Address.BucketOf(prefix)));

    private StoreMount? Open(string uri)
    {
        if (S3Address.IsOne(uri))
        {
            return Mount(_s3.Value, S3Address.BucketOf(uri) + "/");
        }

        var isLocal = uri.StartsWith("file:", StringComparison.OrdinalIgnoreCase) || !uri.Contains("://", StringComparison.Ordinal);
        return isLocal && Path.GetPathRoot(LocalPathOf(uri)) is { Length: > 0 } root
            ? new StoreMount(uri.StartsWith("file:", StringComparison.OrdinalIgnoreCase) ? "file:" : root, new LocalObjectStore(root, _clock))
            : null;
    }
}
