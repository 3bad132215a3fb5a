using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CdcLake.IntegrationTests.Browser;

/// <summary>An application in this process, with pipelines and the dashboard.</summary>
internal sealed class DashboardApp : IAsyncDisposable
{
    /// <summary>The policy under which anybody may act.</summary>
    public const string Operators = "operators";

    private readonly WebApplication _app;

    private DashboardApp(WebApplication app) => _app = app;

    /// <summary>Where the dashboard is.</summary>
    public Uri Page => new(_app.Urls.First() + "/cdclake/");

    public IPipelineRegistry Pipelines => _app.Services.GetRequiredService<IPipelineRegistry>();

    public static async Task<DashboardApp> StartAsync(Action<CdcLakeBuilder> pipelines, Action<CdcLakeDashboardOptions> options)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddAuthorizationBuilder().AddPolicy(Operators, p => p.RequireAssertion(_ => true));
        pipelines(builder.Services.AddCdcLake());
        var app = builder.Build();
        app.MapCdcLakeDashboard(configure: options);
        await app.StartAsync();
        return new DashboardApp(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
