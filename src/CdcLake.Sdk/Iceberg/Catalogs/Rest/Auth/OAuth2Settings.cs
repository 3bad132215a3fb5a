namespace CdcLake.Iceberg.Catalogs.Rest.Auth;

/// <summary>Where and with what a token is asked for. Immutable; never printed.</summary>
internal sealed class OAuth2Settings
{
    private readonly IReadOnlyDictionary<string, string> _properties;

    /// <param name="properties">Of the catalog.</param>
    /// <param name="catalog">URI of the catalog, whose own token endpoint is asked when there is no other.</param>
    /// <param name="timeout">Of one request.</param>
    public OAuth2Settings(IReadOnlyDictionary<string, string> properties, Uri catalog, TimeSpan timeout)
    {
        _properties = properties;
        Timeout = timeout;
        Server = properties.TryGetValue(AuthProperties.OAuth2Server, out var server) ? new Uri(catalog, server) : new Uri(catalog, "v1/oauth/tokens");
        Refreshes = !properties.TryGetValue(AuthProperties.TokenRefresh, out var refresh) || !refresh.Equals("false", StringComparison.OrdinalIgnoreCase);
        Life = TimeSpan.FromMilliseconds(Tables.TableProperties.Number(properties, AuthProperties.TokenLife, (long)OAuth2Client.DefaultLife.TotalMilliseconds));
    }

    /// <summary>The token endpoint: the user's, else the catalog's own, which the specification calls deprecated.</summary>
    public Uri Server { get; }

    public TimeSpan Timeout { get; }

    /// <summary>False: a token is used until the catalog refuses it.</summary>
    public bool Refreshes { get; }

    /// <summary>Life of a token whose answer does not say it.</summary>
    public TimeSpan Life { get; }

    /// <summary>The fields of the request; an id is not sent when the credential is only a secret.</summary>
    public IEnumerable<KeyValuePair<string, string>> Form()
    {
        var credential = _properties[AuthProperties.Credential];
        var colon = credential.IndexOf(':', StringComparison.Ordinal);
        yield return new("grant_type", "client_credentials");
        if (colon >= 0)
        {
            yield return new("client_id", credential[..colon]);
        }

        yield return new("client_secret", credential[(colon + 1)..]);
        yield return new("scope", _properties.GetValueOrDefault(AuthProperties.Scope) ?? "catalog");
        foreach (var name in new[] { AuthProperties.Audience, AuthProperties.Resource })
        {
            if (_properties.TryGetValue(name, out var value))
            {
                yield return new(name, value);
            }
        }
    }
}
