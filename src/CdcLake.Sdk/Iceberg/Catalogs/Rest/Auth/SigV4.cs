using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Catalogs.Rest.Auth;

// AWS Signature Version 4, "Create a signed AWS API request":
//
//   canonical request  METHOD \n path \n query \n header:value\n… \n signed;headers \n hex(sha256(body))
//   string to sign     AWS4-HMAC-SHA256 \n yyyyMMddTHHmmssZ \n date/region/service/aws4_request \n hex(sha256(canonical request))
//   key                HMAC chain over date, region, service, "aws4_request", begun with "AWS4" + secret
//
// Services other than S3 have each path segment encoded once more than it is sent.

/// <summary>Signatures of requests. Pure functions.</summary>
internal static class SigV4
{
    public const string Algorithm = "AWS4-HMAC-SHA256";
    public const string TimeFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>Hex of SHA-256, lower case.</summary>
    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>The value of the <c>Authorization</c> header.</summary>
    /// <param name="method">HTTP method, upper case.</param>
    /// <param name="uri">Absolute URI as it is sent.</param>
    /// <param name="headers">The headers to sign, <c>host</c> and <c>x-amz-date</c> among them; names in lower case.</param>
    /// <param name="bodyHash">What <see cref="Hash"/> says of the body, the empty one too.</param>
    /// <param name="time">Same as in <c>x-amz-date</c>.</param>
    /// <param name="scope">Region and service.</param>
    /// <param name="keys">Who signs.</param>
    public static string Authorization(
        string method, Uri uri, SortedDictionary<string, string> headers, string bodyHash, DateTimeOffset time, (string Region, string Service) scope, StoreCredentials keys)
    {
        var names = string.Join(';', headers.Keys);
        var canonical = string.Join(
            '\n',
            [method, Path(uri), Query(uri), .. headers.Select(h => $"{h.Key}:{Squeeze(h.Value)}"), "", names, bodyHash]);
        var date = time.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var credentialScope = $"{date}/{scope.Region}/{scope.Service}/aws4_request";
        var toSign = $"{Algorithm}\n{time.ToString(TimeFormat, CultureInfo.InvariantCulture)}\n{credentialScope}\n{Hash(Encoding.UTF8.GetBytes(canonical))}";
        var key = Encoding.UTF8.GetBytes("AWS4" + keys.SecretAccessKey);
        foreach (var part in new[] { date, scope.Region, scope.Service, "aws4_request" })
        {
            key = Mac(key, part);
        }

        return $"{Algorithm} Credential={keys.AccessKeyId}/{credentialScope}, SignedHeaders={names}, Signature={Convert.ToHexStringLower(Mac(key, toSign))}";
    }

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    /// <summary>As sent, each segment encoded once more; what is sent without need of encoding stays.</summary>
    private static string Path(Uri uri) => string.Join('/', uri.AbsolutePath.Split('/').Select(Uri.EscapeDataString));

    private static string Query(Uri uri) => string.Join(
        '&',
        uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(p => p.Contains('=', StringComparison.Ordinal) ? p : p + "=")
            .Select(p => (Name: p[..p.IndexOf('=', StringComparison.Ordinal)], Pair: p))
            .OrderBy(p => p.Name, StringComparer.Ordinal).ThenBy(p => p.Pair, StringComparer.Ordinal)
            .Select(p => p.Pair));

    private static string Squeeze(string value) => string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
