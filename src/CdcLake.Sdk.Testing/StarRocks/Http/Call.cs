using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace CdcLake.Testing.StarRocks.Http;

/// <summary>What a request asks for.</summary>
/// <param name="Verb"><c>stream-load</c>, <c>begin</c>, <c>load</c>, <c>prepare</c>, <c>commit</c>, <c>rollback</c>, <c>state</c>, <c>cancel</c> or <c>error-log</c>.</param>
/// <param name="Database">Of the path or the header.</param>
/// <param name="Table">Of the path or the header.</param>
/// <param name="Label">Of the path, the query or the header.</param>
/// <param name="Context">The request itself.</param>
internal sealed record Call(string Verb, string Database, string Table, string Label, HttpContext Context)
{
    public IHeaderDictionary Headers => Context.Request.Headers;

    public bool IsTransaction => Verb is "begin" or "load" or "prepare" or "commit" or "rollback";

    public bool HasExpect => Headers.Expect.ToString().Equals("100-continue", StringComparison.OrdinalIgnoreCase);

    public string PathAndQuery => $"{Context.Request.Path}{Context.Request.QueryString}";

    /// <summary>Null for a path that StarRocks does not have.</summary>
    public static Call? Of(HttpContext context)
    {
        var request = context.Request;
        var label = request.Headers["label"].ToString();
        var path = request.Path.Value!.Trim('/').Split('/');
        return (request.Method, path) switch
        {
            ("PUT", ["api", var database, var table, "_stream_load"]) => new("stream-load", database, table, label, context),
            ("POST" or "PUT", ["api", "transaction", var verb]) when verb is "begin" or "load" or "prepare" or "commit" or "rollback" =>
                new(verb, request.Headers["db"].ToString(), request.Headers["table"].ToString(), label, context),
            ("GET", ["api", var database, "get_load_state"]) => new("state", database, "", request.Query["label"].ToString(), context),
            ("POST", ["api", var database, _, "_cancel"]) when request.Query.ContainsKey("label") => new("cancel", database, "", request.Query["label"].ToString(), context),
            ("POST", ["api", var database, var named, "_cancel"]) => new("cancel", database, "", named, context),
            ("GET", ["api", "_load_error_log"]) => new("error-log", "", "", request.Query["file"].ToString(), context),
            _ => null,
        };
    }

    /// <summary>User and password of the request; null when it has none.</summary>
    public (string User, string Password)? Credentials()
    {
        var header = Headers.Authorization.ToString();
        if (!header.StartsWith("Basic ", StringComparison.Ordinal))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(Convert.FromBase64String(header["Basic ".Length..]));
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return (text[..colon], text[(colon + 1)..]);
    }

    public FakeStarRocksRequest Describe(int number, string server) => new(number, $"{server} {Verb}", Database, Table, Label,
    [
        .. Headers.Where(h => h.Key is not ("Authorization" or "Host" or "traceparent"))
            .Select(h => string.Create(CultureInfo.InvariantCulture, $"{h.Key.ToLowerInvariant()}: {h.Value}")).Order(StringComparer.Ordinal),
        .. Enumerable.Repeat("with credentials", Headers.Authorization.Count),
    ]);
}
