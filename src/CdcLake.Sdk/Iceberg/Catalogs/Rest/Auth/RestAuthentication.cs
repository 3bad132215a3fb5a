using CdcLake.Storage;
using CdcLake.Storage.S3;

namespace CdcLake.Iceberg.Catalogs.Rest.Auth;

/// <summary>Chooses the kind of authentication that properties ask for: by <c>rest.auth.type</c>, else by what is there, as Iceberg Java does.</summary>
internal static class RestAuthentication
{
    private static readonly string[] Types = ["none", "basic", "oauth2", "sigv4"];

    /// <param name="properties">Of the catalog.</param>
    /// <param name="catalog">URI of the catalog, with a slash at its end.</param>
    /// <param name="http">Sends requests for tokens.</param>
    /// <param name="timeout">Of such a request.</param>
    /// <param name="clock">Says when tokens expire.</param>
    /// <exception cref="CatalogException">A property is missing, or the kind is not known.</exception>
    public static IRestAuthentication Of(IReadOnlyDictionary<string, string> properties, Uri catalog, HttpMessageInvoker http, TimeSpan timeout, TimeProvider clock)
    {
        var signs = properties.TryGetValue(AuthProperties.SigV4, out var enabled) && enabled.Equals("true", StringComparison.OrdinalIgnoreCase);
        var type = properties.GetValueOrDefault(AuthProperties.Type) ?? (signs ? "sigv4" : HasToken(properties) ? "oauth2" : "none");
        switch (type.ToLowerInvariant())
        {
            case "none":
                return FixedAuthorization.None;
            case "basic":
                return FixedAuthorization.Basic(Required(properties, AuthProperties.User, type), Required(properties, AuthProperties.UserSecret, type));
            case "oauth2":
                return OAuth2(properties, catalog, http, timeout, clock);
            case "sigv4":
                var inner = HasToken(properties) ? OAuth2(properties, catalog, http, timeout, clock) : FixedAuthorization.None;
                var region = properties.GetValueOrDefault(AuthProperties.SigningRegion) ?? Required(properties, AuthProperties.Region, type);
                return new SigV4Authentication(KeysOf(properties), region, properties.GetValueOrDefault(AuthProperties.SigningName) ?? "execute-api", inner, clock);
            default:
                throw new CatalogException(
                    $"{AuthProperties.Type} \"{type}\" is not one that this library has: {string.Join(", ", Types)}.") { Error = CatalogError.Unsupported };
        }
    }

    private static bool HasToken(IReadOnlyDictionary<string, string> properties) =>
        properties.ContainsKey(AuthProperties.Credential) || properties.ContainsKey(AuthProperties.Token);

    private static IRestAuthentication OAuth2(IReadOnlyDictionary<string, string> properties, Uri catalog, HttpMessageInvoker http, TimeSpan timeout, TimeProvider clock) =>
        properties.ContainsKey(AuthProperties.Credential) ? new OAuth2Client(http, new OAuth2Settings(properties, catalog, timeout), clock)
        : FixedAuthorization.Bearer(Required(properties, AuthProperties.Token, "oauth2"));

    /// <summary>Keys of the catalog's properties, else those that AWS's own chain finds.</summary>
    private static IStoreCredentials KeysOf(IReadOnlyDictionary<string, string> properties) =>
        properties.TryGetValue(AuthProperties.AccessKey, out var id) && properties.TryGetValue(AuthProperties.SecretKey, out var secret)
            ? new FixedCredentials(new StoreCredentials(id, secret, properties.GetValueOrDefault(AuthProperties.SessionToken), null))
            : new AwsChain();

    private static string Required(IReadOnlyDictionary<string, string> properties, string name, string type) => properties.GetValueOrDefault(name)
        ?? throw new CatalogException($"Authentication of type {type} needs the property {name}.") { Error = CatalogError.NotAuthenticated };
}
