using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace CdcLake.Testing.S3;

/// <summary>Checks AWS signature version 4 as S3 has it (the path is not escaped twice), and that the content is the one that was signed.</summary>
internal static partial class S3Signature
{
    /// <returns>Null when the request is signed rightly.</returns>
    public static S3Answer? Objection(S3Request request, string key, string secret, string? sessionToken)
    {
        if (!request.Headers.TryGetValue("authorization", out var authorization) || Form().Match(authorization) is not { Success: true } form)
        {
            return S3Answer.Error(403, "AccessDenied", "not signed");
        }

        if (form.Groups["key"].Value != key)
        {
            return S3Answer.Error(403, "InvalidAccessKeyId");
        }

        if (sessionToken is not null && request.Headers.GetValueOrDefault("x-amz-security-token") != sessionToken)
        {
            return S3Answer.Error(400, "ExpiredToken");
        }

        var content = request.Headers["x-amz-content-sha256"];
        if (content != Hex(SHA256.HashData(request.Body)))
        {
            return content.StartsWith("STREAMING", StringComparison.Ordinal)
                ? S3Answer.Error(501, "NotImplemented", "chunks")
                : S3Answer.Error(400, "XAmzContentSHA256Mismatch");
        }

        return form.Groups["signature"].Value == Sign(request, form, secret, content) ? null : S3Answer.Error(403, "SignatureDoesNotMatch");
    }

    private static string Sign(S3Request request, Match form, string secret, string content)
    {
        var names = form.Groups["headers"].Value.Split(';');
        var canonical = string.Join('\n',
        [
            request.Method,
            request.RawPath,
            string.Join('&', request.Query.Select(q => $"{q.Name}={q.Value}").Order(StringComparer.Ordinal)),
            .. names.Select(n => $"{n}:{Spaces().Replace(request.Headers.GetValueOrDefault(n, "").Trim(), " ")}"),
            "",
            form.Groups["headers"].Value,
            content,
        ]);
        var scope = form.Groups["scope"].Value;
        var text = $"AWS4-HMAC-SHA256\n{request.Headers["x-amz-date"]}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var signingKey = scope.Split('/').Aggregate(Encoding.UTF8.GetBytes("AWS4" + secret), (k, part) => HMACSHA256.HashData(k, Encoding.UTF8.GetBytes(part)));
        return Hex(HMACSHA256.HashData(signingKey, Encoding.UTF8.GetBytes(text)));
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    [GeneratedRegex(@"^AWS4-HMAC-SHA256 Credential=(?<key>[^/]+)/(?<scope>[^,]+), *SignedHeaders=(?<headers>[^,]+), *Signature=(?<signature>[0-9a-f]+)$")]
    private static partial Regex Form();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}
