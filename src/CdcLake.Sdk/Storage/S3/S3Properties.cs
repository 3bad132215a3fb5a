using System.Globalization;
using CdcLake.Common;

namespace CdcLake.Storage.S3;

/// <summary>
/// The property names of Iceberg's S3 clients (Java's S3FileIOProperties and AwsClientProperties, PyIceberg, Trino's file system), and what each one sets. A name
/// that nobody knows is an error; so is one that asks for what is not supported, since leaving it out would do something else than was asked.
/// </summary>
internal static class S3Properties
{
    public const string AccessKeyId = "s3.access-key-id";
    public const string SecretAccessKey = "s3.secret-access-key";
    public const string SessionToken = "s3.session-token";

    private static readonly (string Name, Action<S3Options, string, string> Set)[] Known =
    [
        ("s3.endpoint", (o, _, v) => o.Endpoint = v),
        ("client.region", (o, _, v) => o.Region = v),
        ("s3.region", (o, _, v) => o.Region = v),
        ("s3.path-style-access", (o, n, v) => o.PathStyleAccess = Truth(n, v)),
        ("s3.force-virtual-addressing", (o, n, v) => o.PathStyleAccess = !Truth(n, v)),
        (AccessKeyId, (o, _, v) => o.AccessKeyId = v),
        (SecretAccessKey, (o, _, v) => o.SecretAccessKey = v),
        (SessionToken, (o, _, v) => o.SessionToken = v),
        ("client.access-key-id", (o, _, v) => o.AccessKeyId ??= v),
        ("client.secret-access-key", (o, _, v) => o.SecretAccessKey ??= v),
        ("client.session-token", (o, _, v) => o.SessionToken ??= v),
        ("s3.aws-access-key", (o, _, v) => o.AccessKeyId = v),
        ("s3.aws-secret-key", (o, _, v) => o.SecretAccessKey = v),
        ("s3.sse.type", (o, _, v) => o.SseType = v.ToLowerInvariant()),
        ("s3.sse.key", (o, _, v) => o.SseKey = v),
        ("s3.write.storage-class", (o, _, v) => o.StorageClass = v),
        ("s3.multipart.part-size-bytes", (o, n, v) => o.MultipartPartSizeBytes = Number(n, v)),
        ("s3.multipart.num-threads", (o, n, v) => o.MultipartThreads = Small(n, v)),
        ("s3.delete.batch-size", (o, n, v) => o.DeleteBatchSize = Small(n, v)),
        ("s3.checksum-enabled", (o, n, v) => o.ChecksumEnabled = Truth(n, v)),
        ("s3.retry.num-retries", (o, n, v) => o.RetryCount = Small(n, v)),
        ("s3.retry.min-wait-ms", (o, n, v) => o.RetryMinWait = TimeSpan.FromMilliseconds(Number(n, v))),
        ("s3.retry.max-wait-ms", (o, n, v) => o.RetryMaxWait = TimeSpan.FromMilliseconds(Number(n, v))),
        ("s3.request-timeout", (o, n, v) => o.RequestTimeout = TimeSpan.FromSeconds(Seconds(n, v))),
        ("s3.connect-timeout", (o, n, v) => o.ConnectTimeout = TimeSpan.FromSeconds(Seconds(n, v))),
        ("s3.request-timeout-ms", (o, n, v) => o.RequestTimeout = TimeSpan.FromMilliseconds(Number(n, v))),
        ("s3.connect-timeout-ms", (o, n, v) => o.ConnectTimeout = TimeSpan.FromMilliseconds(Number(n, v))),
    ];

    /// <summary>Names that are fine and say nothing here: how other clients organise their threads, files and connections.</summary>
    private static readonly string[] Idle =
    [
        "s3.session-token-expires-at-ms", "s3.multipart.threshold", "s3.staging-dir", "s3.preload-client-enabled", "s3.delete.num-threads", "s3.sse.md5", "s3.retry-strategy-impl",
        "s3.chunked-encoding-enabled", "s3.client-factory-impl", "s3.use-arn-region-enabled", "s3.crt.enabled", "s3.crt.max-concurrency", "s3.analytics-accelerator.enabled",
        "s3.directory-bucket.list-prefix-as-directory", "s3.resolve-region", "s3.max-connections", "client.refresh-credentials-enabled", "client.refresh-credentials-endpoint",
    ];

    /// <summary>Names whose absence means what <c>false</c> says; anything else asks for something that is not there.</summary>
    private static readonly string[] OnlyFalse =
    [
        "s3.remote-signing-enabled", "s3.access-grants.enabled", "s3.access-grants.fallback-to-iam", "s3.acceleration-enabled", "s3.dualstack-enabled",
        "s3.cross-region-access-enabled", "s3.write.table-tag-enabled", "s3.write.namespace-tag-enabled", "s3.anonymous",
    ];

    /// <summary>Names that ask for something that is not there, whatever their value, and what to do instead.</summary>
    private static readonly (string Name, string Advice)[] Refused =
    [
        ("s3.acl", "Set the bucket's object ownership instead."),
        ("s3.delete-enabled", "Files that nobody refers to any more are always deleted; gc.enabled=false of a table keeps them."),
        ("s3.signer", "Requests are signed here, with a key."),
        ("s3.signer.uri", "Requests are signed here, with a key."),
        ("s3.signer.endpoint", "Requests are signed here, with a key."),
        ("s3.role-arn", "Give the role by AWS's own chain (a profile, AWS_ROLE_ARN), or a temporary key with s3.session-token."),
        ("client.assume-role.arn", "Give the role by AWS's own chain (a profile, AWS_ROLE_ARN), or a temporary key with s3.session-token."),
        ("client.factory", "A Java class cannot be used here; leave it out and set what it would set."),
        ("client.credentials-provider", "A Java class cannot be used here; leave it out for AWS's own chain, or set s3.access-key-id and s3.secret-access-key."),
    ];

    /// <summary>True for names that belong to S3, known or not.</summary>
    public static bool IsOne(string name) => name.StartsWith("s3.", StringComparison.Ordinal) || name.StartsWith("client.", StringComparison.Ordinal);

    /// <exception cref="ArgumentException">A name is unknown or asks for something that is not supported, or a value has another form.</exception>
    public static void Apply(IEnumerable<KeyValuePair<string, string>> properties, S3Options options)
    {
        foreach (var (name, value) in properties.Where(p => IsOne(p.Key)).OrderByDescending(p => p.Key, StringComparer.Ordinal)) // s3.… before client.…, the more general one
        {
            var advice = Array.Find(Refused, r => r.Name == name).Advice;
            if (Array.Find(Known, k => k.Name == name).Set is { } set)
            {
                set(options, name, value);
            }
            else if (advice is not null || (OnlyFalse.Contains(name) && Truth(name, value)))
            {
                throw new ArgumentException($"Property {name} asks for something that is not supported. {advice ?? "Leave it out, or set it to false."}");
            }
            else if (!Idle.Contains(name) && !OnlyFalse.Contains(name))
            {
                throw new ArgumentException(
                    $"There is no property {name}. {NearestNames.Suggest(name, Known.Select(k => k.Name))} Names are those of Iceberg's S3FileIO.");
            }
        }
    }

    /// <summary>As <see cref="Apply"/>, but passes over what is not known or not supported.</summary>
    public static void ApplyKnown(IEnumerable<KeyValuePair<string, string>> properties, S3Options options)
    {
        foreach (var (name, value) in properties.OrderByDescending(p => p.Key, StringComparer.Ordinal))
        {
            Array.Find(Known, k => k.Name == name).Set?.Invoke(options, name, value);
        }
    }

    private static bool Truth(string name, string value) => bool.TryParse(value, out var truth) ? truth : throw Malformed(name, value, "true or false");

    private static long Number(string name, string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= int.MaxValue * 10L ? number : throw Malformed(name, value, "a whole number");

    private static int Small(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Malformed(name, value, "a whole number");

    private static double Seconds(string name, string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds < int.MaxValue ? seconds : throw Malformed(name, value, "a number of seconds");

    private static ArgumentException Malformed(string name, string value, string wanted) => new(
        $"Property {name} has the value \"{(name.Contains("secret", StringComparison.Ordinal) ? "…" : value)}\"; it takes {wanted}.");
}
