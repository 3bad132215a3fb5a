using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace CdcLake.Tests.Snippets;

// snippet: factory
public sealed class UsersReplica(MySqlSource mysql) : IPipelineFactory
{
    public static string PipelineName => "users";

    public Pipeline Build() => Pipeline
        .FromMySqlBinlog(mysql.Table("testdb.users"))
        .ToIceberg(IcebergCatalog.FileSystem("warehouse").Table("lakehouse.users"))
        .Build(PipelineName);
}
// end-snippet

/// <summary>The application of the README.</summary>
public sealed class ReadmeHostingTests
{
    [Fact]
    public async Task Application_of_the_readme_starts_without_its_server_and_tells_how_it_is()
    {
        string[] args = ["--urls", "http://127.0.0.1:0", "--CdcLake:Enabled", "false"];

        // snippet: hosting
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddSingleton(new MySqlSource("Server=localhost;User ID=cdc;Password=secret"));
        builder.Services.AddCdcLake(builder.Configuration.GetSection("CdcLake"))
            .AddPipeline("sales", services => Pipeline
                .FromMySqlBinlog(services.GetRequiredService<MySqlSource>().Table<Sale>("appdb.sales"))
                .ToIceberg(IcebergCatalog.FileSystem("warehouse").Table("demo.sales"), key: s => s.Id)
                .Build("sales"))
            .AddPipeline<UsersReplica>();
        builder.Services.AddHealthChecks().AddCdcLake();
        builder.Services.AddAuthorizationBuilder().AddPolicy("operators", p => p.RequireRole("ops"));

        await using var app = builder.Build();
        app.MapHealthChecks("/health");
        app.MapCdcLakeDashboard("/cdclake", o => o.ActionPolicy = "operators");
        app.MapGet("/pipelines", (IPipelineRegistry pipelines) => pipelines.Pipelines.Select(p => p.Status));
        // end-snippet

        await app.StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        Assert.Equal("Healthy", await client.GetStringAsync("/health"));
        var statuses = await client.GetFromJsonAsync<PipelineStatus[]>("/pipelines");
        Assert.Equal(["sales", "users"], statuses!.Select(s => s.Pipeline));
        Assert.Equal(["iceberg(demo.sales)", "iceberg(lakehouse.users)"], statuses!.SelectMany(s => s.Sinks).Select(s => s.Name));
        await app.StopAsync();
    }

    [Fact]
    public async Task Dashboard_of_its_package_is_behind_the_policies_that_it_names()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddCdcLake();
        builder.Services.AddAuthorizationBuilder().AddPolicy("operators", p => p.RequireRole("ops")).AddPolicy("staff", p => p.RequireAuthenticatedUser());
        await using var app = builder.Build();

        // snippet: dashboard
        app.MapCdcLakeDashboard("/cdclake", o => o.ActionPolicy = "operators").RequireAuthorization("staff");
        // end-snippet
    }
}
