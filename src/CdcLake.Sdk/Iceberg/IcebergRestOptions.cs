using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.Rest;
using CdcLake.Iceberg.Catalogs.Rest.Auth;

namespace CdcLake;

/// <summary>
/// How a REST catalog is reached. The members are the properties that most need; <see cref="Properties"/> takes all of them by the names that Spark, Flink and Trino
/// users know. Copied by <see cref="IcebergCatalog.Rest"/>, so later changes have no effect.
/// </summary>
public sealed class IcebergRestOptions
{
    /// <summary>Which warehouse of the catalog: a name or a URI, whatever the server calls it. Iceberg's <c>warehouse</c>.</summary>
    /// <value>Default: null, the server's own.</value>
    public string? Warehouse { get; set; }

    /// <summary>OAuth2 client credentials, <c>id:secret</c>; tokens are asked for and renewed. Iceberg's <c>credential</c>.</summary>
    /// <value>Default: null.</value>
    public string? Credential { get; set; }

    /// <summary>A bearer token that is sent as it is and never renewed. Iceberg's <c>token</c>.</summary>
    /// <value>Default: null.</value>
    public string? Token { get; set; }

    /// <summary>Where tokens are asked for, absolute or relative to the catalog. Iceberg's <c>oauth2-server-uri</c>.</summary>
    /// <value>Default: null, the catalog's own <c>v1/oauth/tokens</c>, which the specification calls deprecated.</value>
    public string? OAuth2ServerUri { get; set; }

    /// <summary>Scope of the tokens, several with spaces between them. Iceberg's <c>scope</c>.</summary>
    /// <value>Default: null, <c>catalog</c>.</value>
    public string? Scope { get; set; }

    /// <summary>How long one request may take, from 1 ms to 1 day. A commit that takes longer is looked for in the table.</summary>
    /// <value>Default: 1 minute.</value>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Sends the requests: for proxies, client certificates or authorities of one's own. The caller owns it and disposes it after the last use of the catalog.</summary>
    /// <value>Default: null, one of the library's.</value>
    public HttpMessageHandler? Handler { get; set; }

    /// <summary>
    /// Properties by Iceberg's names: <c>header.X</c> for a header of each request, <c>rest.auth.type</c>, <c>rest.sigv4-enabled</c>, <c>rest.signing-name</c>,
    /// <c>rest-page-size</c>, <c>table-default.X</c> for a property of new tables, those of the members above, and those of S3 (<c>s3.endpoint</c>, …), which what the catalog
    /// hands out for a table goes before. One that is not known is an error.
    /// </summary>
    /// <value>Default: empty.</value>
    public IDictionary<string, string> Properties { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What the options say, validated.</summary>
    /// <exception cref="ArgumentException">The URI is none, or a property is not known.</exception>
    internal RestSettings Freeze(string uri)
    {
        if (!Uri.TryCreate(uri.TrimEnd('/') + "/", UriKind.Absolute, out var root) || root.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException($"\"{uri}\" is not the URI of a REST catalog: write it as http://host:8181 or https://host/path, without v1.", nameof(uri));
        }

        if (RequestTimeout < TimeSpan.FromMilliseconds(1) || RequestTimeout > TimeSpan.FromDays(1))
        {
            throw new ArgumentException($"{nameof(RequestTimeout)} is a time from 1 ms to 1 day, not {RequestTimeout}.");
        }

        var properties = new Dictionary<string, string>(Properties, StringComparer.Ordinal);
        Add(RestProperties.Warehouse, Warehouse);
        Add(AuthProperties.Credential, Credential);
        Add(AuthProperties.Token, Token);
        Add(AuthProperties.OAuth2Server, OAuth2ServerUri);
        Add(AuthProperties.Scope, Scope);
        CatalogProperties.Check(properties, RestProperties.Known);
        return new RestSettings(root, properties) { RequestTimeout = RequestTimeout, Handler = Handler };

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                properties[name] = value;
            }
        }
    }
}
