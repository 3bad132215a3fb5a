using System.Globalization;
using System.Text;

namespace CdcLake.Iceberg.Catalogs.Rest;

/// <summary>Turns answers that are no success into errors. Iceberg REST specification, schema <c>IcebergErrorResponse</c>.</summary>
internal static class RestErrors
{
    private const int MostText = 200;

    /// <param name="answer">The answer.</param>
    /// <param name="doing">What was asked for: <c>loading table demo.x</c>.</param>
    /// <param name="catalog">Name of the catalog.</param>
    public static CatalogException Of(RestAnswer answer, string doing, string catalog)
    {
        var error = answer.Error;
        var kind = KindOf(answer.Status, error?.Type ?? "");
        var said = answer.Status == 0 ? $"no answer ({answer.Cause?.Message})"
            : string.Create(CultureInfo.InvariantCulture, $"{answer.Status} {(error is { } e ? $"{e.Type}: {e.Message}" : Page(answer.Body))}").TrimEnd();
        return new CatalogException($"{catalog}: {doing} failed: {said}. {Advice(kind, error is null)}", answer.Cause)
        {
            Error = kind,
            IsTransient = kind == CatalogError.Unavailable,
        };
    }

    /// <summary>The error of an answer that was a success and cannot be understood.</summary>
    public static CatalogException Nonsense(string doing, string catalog, Exception why) => new(
        $"{catalog}: the answer to {doing} is not what an Iceberg REST catalog says ({why.Message}). Check that the URI is that of the catalog itself and not of a proxy or a page before it.", why);

    private static CatalogError KindOf(int status, string type) => status switch
    {
        0 or 408 or 429 => CatalogError.Unavailable,
        400 or 422 when type.Contains("NotEmpty", StringComparison.Ordinal) => CatalogError.NamespaceNotEmpty,
        400 or 422 => CatalogError.BadRequest,
        401 or 419 => CatalogError.NotAuthenticated,
        403 => CatalogError.Forbidden,
        404 when type.Contains("Namespace", StringComparison.Ordinal) => CatalogError.NoSuchNamespace,
        404 when type.Contains("Table", StringComparison.Ordinal) || type.Contains("View", StringComparison.Ordinal) || type.Contains("Tabular", StringComparison.Ordinal) => CatalogError.NoSuchTable,
        405 or 406 or 501 => CatalogError.Unsupported,
        409 when type.Contains("NotEmpty", StringComparison.Ordinal) => CatalogError.NamespaceNotEmpty,
        409 => CatalogError.AlreadyExists,
        >= 500 => CatalogError.Unavailable,
        _ => CatalogError.Other,
    };

    private static string Advice(CatalogError kind, bool isForeign) => kind switch
    {
        CatalogError.NotAuthenticated => $"Check {Auth.AuthProperties.Credential}, {Auth.AuthProperties.Token} and {Auth.AuthProperties.Scope}; a token without credential is not renewed here.",
        CatalogError.Forbidden => "Give the principal the right to do this, in the catalog.",
        CatalogError.Unavailable => "It may work later; nothing that was committed before is affected.",
        CatalogError.Unsupported => "The server does not have this; use another catalog, or leave it out.",
        CatalogError.Other when isForeign => "This is not how an Iceberg REST catalog answers: check the URI, the prefix and the warehouse.",
        _ => "",
    };

    /// <summary>The beginning of a body that is no error of the specification.</summary>
    private static string Page(byte[] body)
    {
        var text = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, MostText))).ReplaceLineEndings(" ").Trim();
        return text.Length == 0 ? "with an empty body" : $"with «{text}»";
    }
}
