namespace CdcLake.Storage.S3;

/// <summary>A place in a bucket: <c>s3://bucket/prefix</c>. Immutable.</summary>
/// <param name="Scheme"><c>s3</c>, <c>s3a</c> or <c>s3n</c>, as its user spells it: other writers compare paths of a table as text.</param>
/// <param name="Bucket">Name of the bucket.</param>
/// <param name="Prefix">What all keys begin with: empty, or ending with a slash.</param>
internal sealed record S3Address(string Scheme, string Bucket, string Prefix)
{
    private static readonly string[] Schemes = ["s3", "s3a", "s3n"];

    /// <summary>True for URIs of S3, well-formed or not.</summary>
    public static bool IsOne(string uri) => SchemeOf(uri) is not null;

    /// <exception cref="ArgumentException">There is no bucket, or a level of the path is empty.</exception>
    public static S3Address Parse(string uri)
    {
        var scheme = SchemeOf(uri) ?? throw new ArgumentException($"{uri} is not the URI of a place in S3, such as s3://bucket/warehouse.");
        var rest = uri[(scheme.Length + "://".Length)..].TrimEnd('/');
        var slash = rest.IndexOf('/');
        var (bucket, path) = slash < 0 ? (rest, "") : (rest[..slash], rest[(slash + 1)..]);
        return bucket.Length > 0 && (path.Length == 0 || ObjectNames.IsLegal(path))
            ? new S3Address(scheme.ToLowerInvariant(), bucket, path.Length == 0 ? "" : path + "/")
            : throw new ArgumentException($"{uri} is not the URI of a place in S3: it is like s3://bucket/warehouse, without empty levels.");
    }

    /// <summary>The bucket that an object lies in, as a place; what follows its name is not looked at.</summary>
    /// <exception cref="ArgumentException">There is no bucket.</exception>
    public static S3Address BucketOf(string uri)
    {
        var path = uri.IndexOf('/', uri.IndexOf("://", StringComparison.Ordinal) + "://".Length);
        return Parse(path < 0 ? uri : uri[..path]);
    }

    public string UriOf(string name) => $"{Scheme}://{Bucket}/{Prefix}{name}";

    /// <exception cref="ObjectStoreException">The URI lies elsewhere.</exception>
    public string NameOf(string uri)
    {
        var root = $"s3://{Bucket}/{Prefix}";
        var normal = StoreMounts.Normalize(uri);
        return normal.StartsWith(root, StringComparison.Ordinal) && ObjectNames.IsLegal(normal[root.Length..])
            ? normal[root.Length..]
            : throw new ObjectStoreException(
                $"File {uri} lies outside of {this}. The table was probably written under another name of the bucket; open it under the URI that it was written with, "
                + "since Iceberg tables name their files by absolute paths.");
    }

    public override string ToString() => UriOf("").TrimEnd('/');

    private static string? SchemeOf(string uri) => Array.Find(Schemes, s => uri.StartsWith(s + "://", StringComparison.OrdinalIgnoreCase));
}
