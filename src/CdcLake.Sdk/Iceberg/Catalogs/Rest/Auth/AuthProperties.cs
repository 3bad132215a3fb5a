namespace CdcLake.Iceberg.Catalogs.Rest.Auth;

/// <summary>Properties that say who asks, with the names that Iceberg's <c>OAuth2Properties</c> and <c>AuthProperties</c> give them.</summary>
internal static class AuthProperties
{
    public const string Type = "rest.auth.type";
    public const string User = "rest.auth.basic.username";
    public const string UserSecret = "rest.auth.basic.password";
    public const string Token = "token";
    public const string Credential = "credential";
    public const string OAuth2Server = "oauth2-server-uri";
    public const string Scope = "scope";
    public const string Audience = "audience";
    public const string Resource = "resource";
    public const string TokenRefresh = "token-refresh-enabled";
    public const string TokenLife = "token-expires-in-ms";
    public const string SigV4 = "rest.sigv4-enabled";
    public const string SigningName = "rest.signing-name";
    public const string SigningRegion = "rest.signing-region";
    public const string AccessKey = "rest.access-key-id";
    public const string SecretKey = "rest.secret-access-key";
    public const string SessionToken = "rest.session-token";
    public const string Region = "client.region";

    public static IReadOnlyList<string> Known { get; } =
    [
        Type, User, UserSecret, Token, Credential, OAuth2Server, Scope, Audience, Resource, TokenRefresh, TokenLife,
        SigV4, SigningName, SigningRegion, AccessKey, SecretKey, SessionToken, Region,
    ];
}
