using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace CdcLake.Testing.S3;

/// <summary>A request, taken apart.</summary>
/// <param name="Method">GET, PUT, …</param>
/// <param name="RawPath">Path as it was sent, escaped.</param>
/// <param name="Query">Names and values, escaped as they were sent.</param>
/// <param name="Headers">Lower-case names.</param>
/// <param name="Body">Content.</param>
internal sealed record S3Request(
    string Method, string RawPath, IReadOnlyList<(string Name, string Value)> Query, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Bucket => Unescaped.Split('/')[0];

    public string Key => Unescaped.Contains('/', StringComparison.Ordinal) ? Unescaped[(Unescaped.IndexOf('/', StringComparison.Ordinal) + 1)..] : "";

    private string Unescaped => Uri.UnescapeDataString(RawPath.TrimStart('/'));

    /// <summary>The operation as S3 names it.</summary>
    public string Operation => (Method, Key.Length > 0) switch
    {
        ("GET", false) => "ListObjectsV2",
        ("POST", false) when Has("delete") => "DeleteObjects",
        ("GET", true) => "GetObject",
        ("HEAD", true) => "HeadObject",
        ("PUT", true) => Has("partNumber") ? "UploadPart" : "PutObject",
        ("POST", true) => Has("uploads") ? "CreateMultipartUpload" : "CompleteMultipartUpload",
        ("DELETE", true) => Has("uploadId") ? "AbortMultipartUpload" : "DeleteObject",
        _ => "Unknown",
    };

    public static async Task<S3Request> ReadAsync(HttpContext context)
    {
        var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var question = raw.IndexOf('?', StringComparison.Ordinal);
        var query = question < 0 ? [] : raw[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries).Select(Pair).ToList();
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body).ConfigureAwait(false);
        var headers = context.Request.Headers.ToDictionary(h => h.Key.ToLowerInvariant(), h => h.Value.ToString(), StringComparer.Ordinal);
        return new S3Request(context.Request.Method, question < 0 ? raw : raw[..question], query, headers, body.ToArray());
    }

    public bool Has(string name) => Query.Any(q => q.Name == name);

    /// <summary>A value of the query, unescaped; null when it is not there.</summary>
    public string? this[string name] => Has(name) ? Uri.UnescapeDataString(Query.First(q => q.Name == name).Value.Replace('+', ' ')) : null;

    public override string ToString() => Key.Length > 0 ? $"{Operation} {Key}" : Operation;

    private static (string, string) Pair(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (text, "") : (text[..equals], text[(equals + 1)..]);
    }
}
