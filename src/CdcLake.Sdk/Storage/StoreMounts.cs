namespace CdcLake.Storage;

/// <summary>A store and the beginning of the URIs that lie in it, such as <c>file:</c> or <c>s3://warehouse/</c>; an empty one fits everything.</summary>
internal sealed record StoreMount(string Prefix, IObjectStore Store)
{
    /// <summary>The prefix as URIs are compared with it.</summary>
    public string Normal { get; } = StoreMounts.Normalize(Prefix);
}

/// <summary>
/// Which store a URI lies in: the one with the longest prefix that fits. <c>s3a:</c> and <c>s3n:</c> are other spellings of <c>s3:</c>. Safe for concurrent use.
/// </summary>
internal sealed class StoreMounts
{
    private readonly Lock _lock = new();
    private readonly Func<string, StoreMount?> _open;
    private volatile StoreMount[] _mounts;

    /// <param name="mounts">Stores that are known from the start.</param>
    /// <param name="open">Makes the mount for a URI that lies in none of those known; it is kept. Null, or giving null: there is none.</param>
    public StoreMounts(IEnumerable<StoreMount> mounts, Func<string, StoreMount?>? open = null)
    {
        _mounts = Longest(mounts);
        _open = open ?? (_ => null);
    }

    /// <exception cref="ObjectStoreException">There is none.</exception>
    public IObjectStore StoreOf(string uri)
    {
        var normal = Normalize(uri);
        return (Find(normal) ?? Open(uri, normal)).Store;
    }

    /// <summary>A URI with its scheme in lower case and S3's other names for itself replaced.</summary>
    public static string Normalize(string uri)
    {
        var colon = uri.IndexOf(':');
        if (colon <= 0 || colon > "file".Length)
        {
            return uri;
        }

        var scheme = uri[..colon].ToLowerInvariant();
        return (scheme is "s3a" or "s3n" ? "s3" : scheme) + uri[colon..];
    }

    private static StoreMount[] Longest(IEnumerable<StoreMount> mounts) => [.. mounts.OrderByDescending(m => m.Normal.Length)];

    private StoreMount? Find(string normal) => Array.Find(_mounts, m => normal.StartsWith(m.Normal, StringComparison.Ordinal));

    private StoreMount Open(string uri, string normal)
    {
        lock (_lock)
        {
            if (Find(normal) is { } found)
            {
                return found;
            }

            var opened = _open(uri) ?? throw new ObjectStoreException(
                $"No store is known for {uri}: known are {string.Join(", ", _mounts.Select(m => m.Prefix))}. The table refers to files outside of its catalog's stores; add one for that prefix.");
            _mounts = Longest([.. _mounts, opened]);
            return opened;
        }
    }
}
