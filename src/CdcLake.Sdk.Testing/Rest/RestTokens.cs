using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace CdcLake.Testing.Rest;

// POST v1/oauth/tokens, application/x-www-form-urlencoded: grant_type=client_credentials&client_id=…&client_secret=…, or the two as Basic authentication; a token-exchange renews.
// Source: Iceberg REST catalog specification, OAuthTokenResponse.

/// <summary>Gives tokens for a credential, and lets nobody in without one. Thread-safe.</summary>
/// <param name="credential">Id and secret; null lets everybody in.</param>
internal sealed class RestTokens(string? credential)
{
    private const int Lifetime = 3600;
    private int _number;
    private int _firstValid = 1;

    /// <summary>All tokens so far are of no use any more.</summary>
    public void Expire() => Volatile.Write(ref _firstValid, Volatile.Read(ref _number) + 1);

    /// <summary>The answer to a request for a token, or to one that lacks it; null for a request that may pass.</summary>
    public async Task<HttpResponseMessage?> AnswerAsync(HttpContext context)
    {
        if (credential is null)
        {
            return null;
        }

        if (context.Request.Path != "/v1/oauth/tokens")
        {
            return IsValid(context.Request.Headers.Authorization.ToString()) ? null : RestCatalogHandler.Error(401, "NotAuthorizedException", "no valid token");
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        var basic = context.Request.Headers.Authorization.ToString();
        var given = basic.StartsWith("Basic ", StringComparison.Ordinal) ? Encoding.UTF8.GetString(Convert.FromBase64String(basic["Basic ".Length..])) : $"{form["client_id"]}:{form["client_secret"]}";
        var renews = form["grant_type"] == "urn:ietf:params:oauth:grant-type:token-exchange" && IsValid("Bearer " + form["subject_token"]);
        return given == credential || renews
            ? RestCatalogHandler.Json(200, string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"access_token":"token-{{Interlocked.Increment(ref _number)}}","token_type":"bearer","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","expires_in":{{Lifetime}}}"""))
            : RestCatalogHandler.Json(401, """{"error":"invalid_client","error_description":"Credentials given were invalid"}""");
    }

    private bool IsValid(string authorization) =>
        authorization.StartsWith("Bearer token-", StringComparison.Ordinal)
        && int.TryParse(authorization.AsSpan("Bearer token-".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number >= Volatile.Read(ref _firstValid) && number <= Volatile.Read(ref _number);
}
