using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;

namespace CdcLake.Storage.S3;

/// <summary>Turns what the SDK and the network throw into <see cref="ObjectStoreException"/>, in one place: what happened, why probably, what to do, and whether it passes.</summary>
/// <param name="store">Where, for messages: the endpoint.</param>
/// <param name="region">The region that requests are signed for, for messages.</param>
/// <param name="renewsCredentials">True when a next request may have other credentials.</param>
internal sealed class S3Errors(string store, string region, bool renewsCredentials)
{
    private const string PreconditionFailed = "PreconditionFailed";
    private const string Conflict = "ConditionalRequestConflict";

    /// <summary>What the codes of S3 mean for whoever runs a pipeline; the others are told by their status.</summary>
    private static readonly (string Code, string Cause, string Advice)[] Codes =
    [
        ("NoSuchBucket", "there is no such bucket", "Create the bucket, or correct its name and s3.endpoint; with a store other than AWS, s3.path-style-access=true is usually needed."),
        ("NoSuchKey", "there is no such object", "It was deleted by somebody else; restore it, or start again with an empty folder."),
        ("AccessDenied", "the key has no right to do that", "Allow s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload on the objects and s3:ListBucket on the bucket (without which a missing object looks forbidden too)."),
        ("AllAccessDisabled", "the bucket is closed", "Ask the owner of the bucket."),
        ("InvalidAccessKeyId", "the store does not know this key", "Correct s3.access-key-id, and see that s3.endpoint is the store that it belongs to."),
        ("SignatureDoesNotMatch", "the signature is wrong", "Correct s3.secret-access-key; behind a proxy, see that it does not change host or path."),
        ("RequestTimeTooSkewed", "this machine's clock differs from the store's by more than 15 minutes", "Set the clock (NTP)."),
        ("ExpiredToken", "the temporary credentials have expired", "Give new ones (s3.session-token), or leave keys out, so that AWS's own chain renews them."),
        ("InvalidToken", "the session token is not valid", "Correct s3.session-token; it belongs to the key it was issued with."),
        ("PermanentRedirect", "the bucket lies in another region", "Set client.region, and s3.endpoint if it is set, to those of the bucket."),
        ("TemporaryRedirect", "the bucket is being moved to another region", "Set client.region to that of the bucket."),
        ("AuthorizationHeaderMalformed", "the request is signed for another region than the bucket's", "Set client.region to that of the bucket."),
        ("IllegalLocationConstraintException", "the request was sent to another region than the bucket's", "Set client.region to that of the bucket."),
        ("EntityTooLarge", "the object is too large for one request", "Lower s3.multipart.part-size-bytes."),
        ("QuotaExceeded", "the quota is full", "Free some space; nothing that was committed before is affected."),
        ("NotImplemented", "the store does not know this request", "Set s3.checksum-enabled=false for stores that do not know checksums; else use another store."),
        ("KMS.NotFoundException", "the encryption key does not exist", "Correct s3.sse.key."),
        ("KMS.DisabledException", "the encryption key is disabled", "Enable the key of s3.sse.key."),
        ("SlowDown", "it asks for fewer requests", "It is waited for; if it lasts, commit less often or spread tables over buckets."),
    ];

    /// <summary>Other names for the same.</summary>
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["ServiceUnavailable"] = "SlowDown", ["Throttling"] = "SlowDown", ["ThrottlingException"] = "SlowDown", ["TooManyRequests"] = "SlowDown", ["RequestLimitExceeded"] = "SlowDown",
        ["TokenRefreshRequired"] = "ExpiredToken", ["ExpiredTokenException"] = "ExpiredToken", ["Forbidden"] = "AccessDenied", ["InvalidRegion"] = "AuthorizationHeaderMalformed",
        ["NotFound"] = "NoSuchKey",
    };

    private static readonly HashSet<string> Passing = new(StringComparer.Ordinal)
    {
        "SlowDown", "InternalError", "RequestTimeout", "RequestTimeoutException", "OperationAborted", Conflict, "IncompleteBody", "BadDigest", "XAmzContentSHA256Mismatch",
        "XAmzContentChecksumMismatch",
    };

    public static bool IsExpected(Exception e) =>
        e is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or SocketException or TimeoutException or OperationCanceledException
            or WebException or System.Xml.XmlException;

    /// <summary>True when the store said itself that it has too much to do.</summary>
    public static bool AsksForPatience(ObjectStoreException e) => e.Code is { } code && Aliases.GetValueOrDefault(code, code) == "SlowDown";

    /// <summary>True where a store has no request that deletes several objects (Google's), or wants it otherwise than it is sent.</summary>
    public static bool MeansNoBulkDeletes(AmazonServiceException e) =>
        (int)e.StatusCode is 405 or 501 || ((int)e.StatusCode == 400 && e.ErrorCode is "InvalidArgument" or "InvalidRequest" or "MalformedXML" or "MissingContentMD5" or "NotImplemented");

    /// <summary>True when there is no such object; a missing bucket is something else.</summary>
    public static bool MeansMissing(AmazonS3Exception e) => e.StatusCode == HttpStatusCode.NotFound && e.ErrorCode is not ("NoSuchBucket" or "NoSuchUpload");

    /// <summary>True when a condition of the request does not hold.</summary>
    public static bool MeansCondition(AmazonS3Exception e) => e.StatusCode == HttpStatusCode.PreconditionFailed || e.ErrorCode == PreconditionFailed;

    /// <summary>The status that belongs to the code of one object among many, which comes without.</summary>
    public static HttpStatusCode StatusOf(string code) =>
        Aliases.GetValueOrDefault(code, code) is "SlowDown" or "InternalError" ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.Forbidden;

    /// <summary>An attempt took longer than it may.</summary>
    public ObjectStoreException NoAnswer(string verb, string uri, TimeSpan after, int attempts, Exception e) => new(
        $"Cannot {verb} {uri}: {store} did not answer within {after.TotalSeconds:0.#} s{(attempts > 1 ? $", {attempts} times" : "")}. "
        + "It is overloaded or not reachable, or the time is short for the line (s3.request-timeout-ms); nothing that was committed before is affected.", e)
    {
        IsTransient = true,
    };

    /// <param name="verb">What was tried: <c>read</c>, <c>write</c>, <c>list</c>.</param>
    /// <param name="uri">Which object or place.</param>
    /// <param name="e">What was thrown.</param>
    public ObjectStoreException Wrap(string verb, string uri, Exception e) => e switch
    {
        AmazonServiceException { StatusCode: not 0 } service => Wrap(verb, uri, service),
        AmazonServiceException or HttpRequestException or IOException or SocketException or TimeoutException or OperationCanceledException or WebException or System.Xml.XmlException =>
            Lost(verb, uri, e),
        _ when IsDamage(e) => Damaged(verb, uri, e),
        _ => NotSent(verb, uri, e),
    };

    /// <summary>The content that came is not the content that was stored.</summary>
    public static ObjectStoreException Damaged(string verb, string uri, Exception? e) => new(
        $"Cannot {verb} {uri}: the content that arrived is not the one that was stored ({e?.Message.TrimEnd('.') ?? "it ends early"}). A proxy or the line damaged it; it is read again.", e)
    {
        IsTransient = true,
    };

    private ObjectStoreException Wrap(string verb, string uri, AmazonServiceException e)
    {
        var code = string.IsNullOrEmpty(e.ErrorCode) || int.TryParse(e.ErrorCode, out _) ? e.StatusCode.ToString() : e.ErrorCode;
        var known = Aliases.GetValueOrDefault(code, code);
        var status = (int)e.StatusCode;
        var told = Array.Find(Codes, c => c.Code == (status is >= 300 and < 400 ? "PermanentRedirect" : known));
        var passes = known == "ExpiredToken" ? renewsCredentials : Passing.Contains(known) || (told.Code is null && status is >= 500 or 429 or 408);
        var (cause, advice) = told.Code is not null ? (told.Cause, told.Advice)
            : passes ? ("it failed for the moment", "It is tried again; if it lasts, look at the store.")
            : ("it refused", "Look up the code in the store's documentation.");
        return new ObjectStoreException(
            $"Cannot {verb} {uri}: {cause} ({code}, status {status}: {e.Message.TrimEnd('.')}; {store}, region {region}, request {e.RequestId ?? "?"}). {advice}", e)
        {
            IsTransient = passes,
            Code = code,
        };
    }

    private ObjectStoreException Lost(string verb, string uri, Exception e)
    {
        var innermost = e.GetBaseException();
        var (cause, advice) = innermost is SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }
                ? ("its name is not known", "Correct s3.endpoint; where the bucket's name became part of the host's, set s3.path-style-access=true.")
            : innermost is SocketException { SocketErrorCode: SocketError.ConnectionRefused } ? ("nobody listens there", "Correct s3.endpoint, or start the store.")
            : innermost is System.Security.Authentication.AuthenticationException ? ("its certificate is not trusted", "Add its authority to this machine's trusted ones, or correct s3.endpoint.")
            : ("the connection was lost or could not be made", "Look whether the store and the way to it work.");
        return new ObjectStoreException(
            $"Cannot {verb} {uri}: no answer of {store}: {cause} ({innermost.Message.TrimEnd('.')}). {advice} Nothing that was committed before is affected.", e)
        {
            IsTransient = innermost is not System.Security.Authentication.AuthenticationException,
        };
    }

    private ObjectStoreException NotSent(string verb, string uri, Exception e) => new(
        $"Cannot {verb} {uri}: the request could not be made ({e.Message.TrimEnd('.')}). Set s3.access-key-id and s3.secret-access-key, or give AWS's own chain something to find "
        + $"(AWS_ACCESS_KEY_ID, a profile, a role), and client.region or s3.endpoint ({store}, region {region}).", e);

    private static bool IsDamage(Exception e) =>
        e.Message.Contains("checksum", StringComparison.OrdinalIgnoreCase) || e.Message.Contains("hash", StringComparison.OrdinalIgnoreCase);
}
