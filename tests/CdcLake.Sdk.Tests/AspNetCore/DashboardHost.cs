using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Text.Encodings.Web;
using System.Text.Json;
using CdcLake.Tests.Runtime;
using CdcLake.Tests.Views;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;

namespace CdcLake.Tests.AspNetCore;

/// <summary>
/// A real web application with a dashboard over scripted pipelines: <c>sales</c> (three rows into a view and an Iceberg table) and what a test adds. The header <c>Test-Peer</c> says where a request comes
/// from (<c>none</c>: nobody knows), <c>Test-User</c> who makes it.
/// </summary>
internal sealed class DashboardHost : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private WebApplication _app = null!;

    public FakeLogCollector Logs { get; } = FakeLogCollector.Create(new FakeLogCollectorOptions());

    public View<int, ScriptedPipeline.Item> View { get; } = ScriptedView.New();

    public IServiceProvider Services => _app.Services;

    public IPipelineHandle Sales => Services.GetRequiredService<IPipelineRegistry>()["sales"];

    public HttpClient Client { get; private set; } = null!;

    public static Task<DashboardHost> StartAsync(
        Action<CdcLakeDashboardOptions>? options = null,
        Action<IEndpointConventionBuilder>? map = null,
        Action<CdcLakeBuilder>? pipelines = null,
        string environment = "Development",
        string pattern = "/cdclake",
        string pathBase = "") => new DashboardHost().RunAsync(options, map, pipelines, environment, pattern, pathBase);

    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await Client.GetAsync(path);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return json.RootElement.Clone();
    }

    public Task<HttpResponseMessage> SendAsync(string method, string path, params (string Name, string Value)[] headers) => SendAsync(method, path, null, headers);

    public async Task<HttpResponseMessage> SendAsync(string method, string path, string? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        foreach (var (name, value) in headers)
        {
            if (name == "Content-Type")
            {
                request.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(value);
            }
            else
            {
                Assert.True(request.Headers.TryAddWithoutValidation(name, value));
            }
        }

        return await Client.SendAsync(request);
    }

    /// <summary>An action as the page asks for it.</summary>
    public Task<HttpResponseMessage> ActAsync(string action, string body = "{}", params (string Name, string Value)[] headers) =>
        SendAsync("POST", $"cdclake/api/v1/pipelines/sales/{action}", body, [("CdcLake-Action", action), .. headers]);

    public Task StopAsync() => _app.StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<DashboardHost> RunAsync(
        Action<CdcLakeDashboardOptions>? options, Action<IEndpointConventionBuilder>? map, Action<CdcLakeBuilder>? pipelines, string environment, string pattern, string pathBase)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = environment });
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<ILoggerFactory>(new LoggerFactory([new FakeLoggerProvider(Logs)]));
        builder.Services.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, HeaderAuthentication>("test", null);
        builder.Services.AddAuthorizationBuilder().AddPolicy("operators", p => p.RequireUserName("olga")).AddPolicy("all", p => p.RequireAssertion(_ => true));
        var table = IcebergCatalog.FileSystem(_folder.Path).Table("shop.items");
        var added = builder.Services.AddCdcLake().AddPipeline("sales", _ => ScriptedPipeline.Replica(
            new ScriptedSource([ScriptedEpoch.Insert(1, 10), ScriptedEpoch.Insert(2, 20), ScriptedEpoch.Insert(3, 70)], endless: true),
            [View.Target(), table.Target(new IcebergSinkOptions().Freeze())],
            name: "sales"));
        pipelines?.Invoke(added);
        _app = builder.Build();
        if (pathBase.Length > 0)
        {
            _app.UsePathBase(pathBase);
        }

        _app.Use(SetPeerAsync);
        _app.UseRouting();
        _app.UseAuthentication();
        _app.UseAuthorization();
        var dashboard = _app.MapCdcLakeDashboard(pattern, options);
        map?.Invoke(dashboard);
        await _app.StartAsync();
        Client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(_app.Urls.First() + "/") };
        return this;
    }

    private static Task SetPeerAsync(HttpContext context, Func<Task> next)
    {
        if (context.Request.Headers.Remove("Test-Peer", out var peer))
        {
            context.Connection.RemoteIpAddress = peer == "none" ? null : IPAddress.Parse(peer.ToString());
        }

        return next();
    }

    private sealed class HeaderAuthentication(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
            Request.Headers.TryGetValue("Test-User", out var name)
                ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, name.ToString())], "test")), "test"))
                : AuthenticateResult.NoResult());
    }
}
