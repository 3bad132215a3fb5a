using Microsoft.AspNetCore.Http;

namespace CdcLake.AspNetCore.Access;

/// <summary>
/// Tells a request of our own page from one that another site makes in the user's name. Such a site can send a form, but neither JSON nor a header of our own without asking first (CORS); and
/// browsers say where a request comes from, also where an application's own CORS rules are too kind.
/// </summary>
internal static class Forgery
{
    /// <summary>A header that forms and links cannot send.</summary>
    public const string Header = "CdcLake-Action";

    /// <summary>Why the request is not one of our page, nor of a tool; null when it is.</summary>
    public static string? ReasonOf(HttpRequest request)
    {
        if (!request.HasJsonContentType())
        {
            return "the content type is not application/json";
        }

        if (!request.Headers.ContainsKey(Header))
        {
            return $"the header {Header} is missing";
        }

        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0)
        {
            return site == "same-origin" ? null : $"Sec-Fetch-Site is {site}";
        }

        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0 || (Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase))
            ? null
            : "Origin is another site";
    }
}
