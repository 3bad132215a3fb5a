using System.Globalization;
using CdcLake.Testing.Rest;

namespace CdcLake.Tests.Iceberg.Catalogs.Rest;

/// <summary>Who asks: tokens that are asked for, renewed before they expire and when the catalog refuses them; fixed ones; headers.</summary>
public sealed class RestAuthenticationTests : IDisposable
{
    private readonly RestFixture _fixture = new();
    private readonly List<string> _forms = [];
    private int _token;
    private int _valid;

    private RestCatalogHandler Server => _fixture.Server;

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Client_credentials_get_a_token_of_the_catalogs_own_endpoint()
    {
        GiveTokens();
        _fixture.Properties["credential"] = "me:hush & hush";
        await using var model = _fixture.NewModel();
        await model.OpenAsync();
        Assert.Equal("POST v1/oauth/tokens", Server.Requests[0]);
        Assert.Equal("grant_type=client_credentials&client_id=me&client_secret=hush+%26+hush&scope=catalog", Assert.Single(_forms));
        Assert.Equal("Bearer token-1", Server.Headers["Authorization"]);
    }

    [Fact]
    public async Task Token_server_scope_and_audience_are_the_users()
    {
        GiveTokens();
        _fixture.Properties["credential"] = "only-a-secret";
        _fixture.Properties["oauth2-server-uri"] = "https://login.example/realms/x/token";
        _fixture.Properties["scope"] = "PRINCIPAL_ROLE:ALL";
        _fixture.Properties["audience"] = "lake";
        await LoadAsync();
        Assert.Equal("POST realms/x/token", Server.Requests[0]);
        Assert.Equal("grant_type=client_credentials&client_secret=only-a-secret&scope=PRINCIPAL_ROLE%3AALL&audience=lake", Assert.Single(_forms));
    }

    [Fact]
    public async Task Token_is_renewed_before_it_expires_and_not_earlier()
    {
        GiveTokens(expiresIn: 600);
        _fixture.Properties["credential"] = "me:secret";
        var catalog = _fixture.Open().Tables;
        await catalog.LoadAsync(SinkModel.Table, default);
        _fixture.Clock.Now += TimeSpan.FromSeconds(530);
        await catalog.LoadAsync(SinkModel.Table, default);
        Assert.Equal(1, _token);
        _fixture.Clock.Now += TimeSpan.FromSeconds(20);
        await catalog.LoadAsync(SinkModel.Table, default);
        Assert.Equal(2, _token);
        Assert.Equal("Bearer token-2", Server.Headers["Authorization"]);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(419)]
    public async Task Token_that_the_catalog_refuses_in_the_middle_of_a_commit_is_renewed(int status)
    {
        GiveTokens(refusal: status);
        _fixture.Properties["credential"] = "me:secret";
        await using var model = _fixture.NewModel();
        await model.OpenAsync();
        _valid++; // the catalog forgets the first token
        model.Put(1, "row", 1);
        Assert.NotNull(await model.EndAndCommitAsync());
        Assert.Equal(2, _token);
        await model.CheckAsync();
    }

    [Fact]
    public async Task Refused_static_token_is_an_error_that_says_so_and_is_not_tried_for_ever()
    {
        GiveTokens();
        _fixture.Properties["token"] = "stale";
        var error = await Assert.ThrowsAsync<CatalogException>(LoadAsync);
        Assert.Equal((CatalogError.NotAuthenticated, false), (error.Error, error.IsTransient));
        Assert.Single(Server.Requests);
        Assert.DoesNotContain("stale", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "{\"error\":\"invalid_client\",\"error_description\":\"no such client\"}", CatalogError.NotAuthenticated, "invalid_client no such client")]
    [InlineData(401, "{\"error\":{\"message\":\"wrong secret\",\"type\":\"NotAuthorized\",\"code\":401}}", CatalogError.NotAuthenticated, "wrong secret")]
    [InlineData(503, "<html>", CatalogError.Unavailable, "503")]
    [InlineData(200, "<html>", CatalogError.NotAuthenticated, "no token")]
    public async Task Refusal_of_the_token_server_is_told_without_the_secret(int status, string body, CatalogError kind, string mention)
    {
        Server.Intercept = (request, _) => IsTokenRequest(request) ? RestCatalogHandler.Json(status, body) : null;
        _fixture.Properties["credential"] = "me:hush";
        var error = await Assert.ThrowsAsync<CatalogException>(LoadAsync);
        Assert.Equal((kind, kind == CatalogError.Unavailable), (error.Error, error.IsTransient));
        Assert.Contains(mention, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hush", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Token_of_a_table_goes_before_that_of_the_catalog_for_that_table()
    {
        _fixture.Properties["token"] = "catalog";
        Server.LoadExtra = () => new() { ["config"] = new System.Text.Json.Nodes.JsonObject { ["token"] = "table" } };
        await using var model = _fixture.NewModel();
        await model.OpenAsync();
        model.Put(1, "row", 1);
        await model.EndAndCommitAsync();
        Assert.Equal("Bearer table", Server.Headers["Authorization"]);
    }

    [Fact]
    public async Task Basic_and_own_headers_are_sent()
    {
        _fixture.Properties["rest.auth.type"] = "basic";
        _fixture.Properties["rest.auth.basic.username"] = "anna";
        _fixture.Properties["rest.auth.basic.password"] = "pass";
        _fixture.Properties["header.X-Tenant"] = "blue";
        _fixture.Properties["header.X-Iceberg-Access-Delegation"] = "remote-signing";
        await LoadAsync();
        Assert.Equal("Basic YW5uYTpwYXNz", Server.Headers["Authorization"]);
        Assert.Equal("blue", Server.Headers["X-Tenant"]);
        Assert.Equal("remote-signing", Server.Headers["X-Iceberg-Access-Delegation"]);
        Assert.StartsWith("cdclake/", Server.Headers["X-Client-Version"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signed_requests_carry_signature_and_hash()
    {
        _fixture.Properties["rest.sigv4-enabled"] = "true";
        _fixture.Properties["rest.signing-name"] = "glue";
        _fixture.Properties["rest.signing-region"] = "eu-west-1";
        _fixture.Properties["rest.access-key-id"] = "AKID";
        _fixture.Properties["rest.secret-access-key"] = "hush";
        _fixture.Properties["rest.session-token"] = "session";
        await LoadAsync();
        Assert.StartsWith("AWS4-HMAC-SHA256 Credential=AKID/20300101/eu-west-1/glue/aws4_request, SignedHeaders=host;x-amz-", Server.Headers["Authorization"], StringComparison.Ordinal);
        Assert.Equal("session", Server.Headers["x-amz-security-token"]);
    }

    [Theory]
    [InlineData("google", CatalogError.Unsupported)]
    [InlineData("basic", CatalogError.NotAuthenticated)]
    [InlineData("oauth2", CatalogError.NotAuthenticated)]
    public async Task Kind_that_is_not_known_or_lacks_a_property_is_an_error(string type, CatalogError kind)
    {
        _fixture.Properties["rest.auth.type"] = type;
        Assert.Equal(kind, (await Assert.ThrowsAsync<CatalogException>(LoadAsync)).Error);
    }

    private Task LoadAsync() => _fixture.Open().Tables.LoadAsync(SinkModel.Table, default);

    /// <summary>Tokens are numbered; the catalog takes the newest that it gave, or those from <see cref="_valid"/> on.</summary>
    private void GiveTokens(int? expiresIn = null, int refusal = 401)
    {
        _valid = 1;
        Server.Intercept = (request, body) =>
        {
            if (IsTokenRequest(request))
            {
                _forms.Add(body);
                var expires = expiresIn is { } seconds ? string.Create(CultureInfo.InvariantCulture, $",\"expires_in\":{seconds}") : "";
                return RestCatalogHandler.Json(200, string.Create(CultureInfo.InvariantCulture, $"{{\"access_token\":\"token-{++_token}\",\"token_type\":\"bearer\"{expires}}}"));
            }

            var given = request.Headers.Authorization?.Parameter ?? "";
            return given.StartsWith("token-", StringComparison.Ordinal) && int.Parse(given[6..], CultureInfo.InvariantCulture) >= _valid
                ? null
                : RestCatalogHandler.Error(refusal, "NotAuthorizedException", "token expired");
        };
    }

    private static bool IsTokenRequest(HttpRequestMessage request) => request.RequestUri!.AbsolutePath.EndsWith("token", StringComparison.Ordinal) || request.RequestUri.AbsolutePath.EndsWith("tokens", StringComparison.Ordinal);
}
