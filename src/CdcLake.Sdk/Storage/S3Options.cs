using System.Globalization;
using CdcLake.Storage.S3;

namespace CdcLake;

/// <summary>
/// How a store with the S3 protocol is reached. Each option has the name that Iceberg's own clients use for it (<c>s3.endpoint</c>, …), so that settings of Spark, Flink,
/// Trino and PyIceberg can be taken over by <see cref="FromProperties"/>. Copied where it is handed in, so later changes have no effect.
/// </summary>
public sealed class S3Options
{
    /// <summary>URL of the store, such as <c>http://localhost:9000</c>. <c>s3.endpoint</c>.</summary>
    /// <value>Default: null, AWS's own of <see cref="Region"/>.</value>
    public string? Endpoint { get; set; }

    /// <summary>Region in which buckets lie and for which requests are signed. <c>client.region</c>, <c>s3.region</c>.</summary>
    /// <value>Default: null, which means <c>us-east-1</c> where <see cref="Endpoint"/> is set, else what AWS's environment variables, profile or machine say.</value>
    public string? Region { get; set; }

    /// <summary>True to ask for <c>endpoint/bucket/key</c> instead of <c>bucket.endpoint/key</c>; most stores other than AWS need it. <c>s3.path-style-access</c>.</summary>
    /// <value>Default: false.</value>
    public bool PathStyleAccess { get; set; }

    /// <summary>Public half of a fixed key. <c>s3.access-key-id</c>.</summary>
    /// <value>Default: null, credentials come from AWS's own chain: environment variables, profile, web identity, container or machine role.</value>
    public string? AccessKeyId { get; set; }

    /// <summary>Secret half of a fixed key. <c>s3.secret-access-key</c>.</summary>
    /// <value>Default: null.</value>
    public string? SecretAccessKey { get; set; }

    /// <summary>Token of a temporary key. <c>s3.session-token</c>.</summary>
    /// <value>Default: null.</value>
    public string? SessionToken { get; set; }

    /// <summary>Encryption that the store applies: <c>none</c> (what the bucket says), <c>s3</c> (its own key), <c>kms</c> or <c>dsse-kms</c>. <c>s3.sse.type</c>.</summary>
    /// <value>Default: <c>none</c>.</value>
    public string SseType { get; set; } = "none";

    /// <summary>Id or ARN of the KMS key. <c>s3.sse.key</c>.</summary>
    /// <value>Default: null, AWS's own key for S3.</value>
    public string? SseKey { get; set; }

    /// <summary>Storage class of new objects, such as <c>INTELLIGENT_TIERING</c>. <c>s3.write.storage-class</c>.</summary>
    /// <value>Default: null, the bucket's.</value>
    public string? StorageClass { get; set; }

    /// <summary>
    /// Bytes of one part of a large object, 5 MiB to 2 GiB: smaller objects are written by one request. A writer holds <see cref="MultipartThreads"/> + 1 of them in
    /// memory. <c>s3.multipart.part-size-bytes</c>.
    /// </summary>
    /// <value>Default: 8 MiB.</value>
    public long MultipartPartSizeBytes { get; set; } = 8L << 20;

    /// <summary>Parts of one object that are sent at a time, 1 to 64. <c>s3.multipart.num-threads</c>.</summary>
    /// <value>Default: 4.</value>
    public int MultipartThreads { get; set; } = 4;

    /// <summary>Objects that one request deletes, 1 to 1000. <c>s3.delete.batch-size</c>.</summary>
    /// <value>Default: 1000.</value>
    public int DeleteBatchSize { get; set; } = 1000;

    /// <summary>
    /// True to send a CRC-32 with what is written, which the store checks and keeps, and to check what is read against it. False for stores that do not know the
    /// header; the signature covers the content in any case. <c>s3.checksum-enabled</c>.
    /// </summary>
    /// <value>Default: true.</value>
    public bool ChecksumEnabled { get; set; } = true;

    /// <summary>How often a request is repeated that failed for a reason that passes, 0 to 100. <c>s3.retry.num-retries</c>.</summary>
    /// <value>Default: 5.</value>
    public int RetryCount { get; set; } = 5;

    /// <summary>Pause before the first repetition; it doubles up to <see cref="RetryMaxWait"/>, each time shortened by up to a half. <c>s3.retry.min-wait-ms</c>.</summary>
    /// <value>Default: 100 milliseconds; after a store's "slow down" at least half a second.</value>
    public TimeSpan RetryMinWait { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest pause between repetitions. <c>s3.retry.max-wait-ms</c>.</summary>
    /// <value>Default: 10 seconds.</value>
    public TimeSpan RetryMaxWait { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one request may take, its content included. <c>s3.request-timeout</c> (seconds), <c>s3.request-timeout-ms</c>.</summary>
    /// <value>Default: 1 minute.</value>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the making of a connection may take. <c>s3.connect-timeout</c> (seconds), <c>s3.connect-timeout-ms</c>.</summary>
    /// <value>Default: 5 seconds.</value>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Reads options from properties as Iceberg's clients name them.</summary>
    /// <param name="properties">
    /// Names that begin with <c>s3.</c> or <c>client.</c>, and their values. Other names are not looked at: they belong to the catalog. Known ones that mean nothing here
    /// (threads, staging folders) are passed over.
    /// </param>
    /// <exception cref="ArgumentException">A name is unknown (the message has the nearest), asks for something that is not supported, or has a value of another form.</exception>
    public static S3Options FromProperties(IEnumerable<KeyValuePair<string, string>> properties)
    {
        ArgumentNullException.ThrowIfNull(properties);
        var options = new S3Options();
        S3Properties.Apply(properties, options);
        return options.Freeze();
    }

    /// <summary>Where, and by which key; never secrets.</summary>
    public override string ToString() => $"{Endpoint ?? "AWS"}, region {Region ?? "by default"}, key {AccessKeyId ?? "of AWS's chain"}";

    /// <summary>A validated copy.</summary>
    internal S3Options Freeze()
    {
        if (Endpoint is not null && !(Uri.TryCreate(Endpoint, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"))
        {
            throw new ArgumentException($"\"{Endpoint}\" is not the URL of a store; s3.endpoint is like http://localhost:9000 or https://storage.example.com.");
        }

        if ((AccessKeyId is null) != (SecretAccessKey is null) || (SessionToken is not null && AccessKeyId is null))
        {
            throw new ArgumentException("A fixed key has two halves, s3.access-key-id and s3.secret-access-key, with s3.session-token only where it is temporary. Set both, or none for AWS's own chain.");
        }

        if (SseType is not ("none" or "s3" or "kms" or "dsse-kms"))
        {
            throw new ArgumentException($"s3.sse.type is none, s3, kms or dsse-kms; \"{SseType}\" is not supported.");
        }

        Require(MultipartPartSizeBytes, 5L << 20, 2L << 30, "s3.multipart.part-size-bytes");
        Require(MultipartThreads, 1, 64, "s3.multipart.num-threads");
        Require(DeleteBatchSize, 1, 1000, "s3.delete.batch-size");
        Require(RetryCount, 0, 100, "s3.retry.num-retries");
        ArgumentOutOfRangeException.ThrowIfLessThan(RetryMinWait, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(RetryMaxWait, RetryMinWait);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(RequestTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(ConnectTimeout, TimeSpan.Zero);
        return (S3Options)MemberwiseClone();
    }

    private static void Require(long value, long least, long most, string name)
    {
        if (value < least || value > most)
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{name} is a number from {least} to {most}, not {value}."));
        }
    }
}
