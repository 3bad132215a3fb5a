using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace CdcLake.AspNetCore;

/// <summary>A file of the page, embedded in the assembly. The scripts and the style lie in a folder named by the content of them all, so they may be kept for ever; the page itself is asked for anew.</summary>
internal sealed class Asset
{
    private const string PageName = "index.html";

    private static readonly Dictionary<string, byte[]> Files = Read();

    private readonly byte[] _content;
    private readonly string _type;
    private readonly string _cache;
    private readonly string _tag;

    private Asset(string name, byte[] content, string cache)
    {
        Name = name;
        _content = content;
        _cache = cache;
        _type = Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        };
        _tag = $"\"{Hash(content)}\"";
    }

    public string Name { get; }

    /// <summary>Where the files lie, below the page.</summary>
    public static string Folder { get; } = "assets/" + Hash([.. Files.OrderBy(f => f.Key, StringComparer.Ordinal).SelectMany(f => f.Value)]);

    /// <summary>What the page loads.</summary>
    public static IReadOnlyList<Asset> All { get; } = [.. Files.Where(f => f.Key != PageName).Select(f => new Asset(f.Key, f.Value, "private, max-age=31536000, immutable"))];

    public static Asset Page { get; } = new(PageName, Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Files[PageName]).Replace("assets/0", Folder, StringComparison.Ordinal)), "no-cache");

    /// <summary>Bytes of everything.</summary>
    public static int TotalBytes => Files.Sum(f => f.Value.Length);

    public Task WriteAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = _cache;
        headers.ETag = _tag;
        if (context.Request.Headers.IfNoneMatch.Contains(_tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        context.Response.ContentType = _type;
        context.Response.ContentLength = _content.Length;
        return context.Response.Body.WriteAsync(_content, context.RequestAborted).AsTask();
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8));

    private static Dictionary<string, byte[]> Read()
    {
        var assembly = typeof(Asset).Assembly;
        return assembly.GetManifestResourceNames().ToDictionary(
            name => name,
            name =>
            {
                using var stream = assembly.GetManifestResourceStream(name)!;
                using var copy = new MemoryStream();
                stream.CopyTo(copy);
                return copy.ToArray();
            },
            StringComparer.Ordinal);
    }
}
