using System.Net;
using CdcLake.AspNetCore.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CdcLake.Tests.AspNetCore;

/// <summary>Who may look at the dashboard.</summary>
public sealed class DashboardAccessTests
{
    private const HttpStatusCode Open = HttpStatusCode.OK;
    private const HttpStatusCode Closed = HttpStatusCode.Forbidden;

    [Fact]
    public async Task Only_the_machine_itself_may_look_unless_the_application_says_otherwise()
    {
        (string Peer, string? Host, string? Header, HttpStatusCode Expected)[] matrix =
        [
            ("127.0.0.1", null, null, Open),
            ("127.8.0.9", "localhost", null, Open),
            ("::1", "[::1]:80", null, Open),
            ("::ffff:127.0.0.1", "app.localhost:5080", null, Open),
            ("10.0.0.7", "localhost", null, Closed),
            ("::ffff:10.0.0.7", "127.0.0.1", null, Closed),
            ("fe80::1", "localhost", null, Closed),
            ("none", "localhost", null, Closed), // a socket or an in-process server: nobody knows
            ("127.0.0.1", "evil.example", null, Closed), // DNS that points to us
            ("127.0.0.1", "localhost.evil.example", null, Closed),
            ("127.0.0.1", "192.168.1.5", null, Closed),
            ("127.0.0.1", "localhost", "X-Forwarded-For: 127.0.0.1", Closed), // a proxy on this machine
            ("127.0.0.1", "localhost", "x-forwarded-host: localhost", Closed),
            ("127.0.0.1", "localhost", "X-Forwarded-Prefix: /a", Closed),
            ("127.0.0.1", "localhost", "Forwarded: for=127.0.0.1", Closed),
            ("127.0.0.1", "localhost", "X-Real-IP: 127.0.0.1", Closed),
            ("127.0.0.1", "localhost", "X-Original-For: 127.0.0.1", Closed),
            ("127.0.0.1", "localhost", "Via: 1.1 proxy", Closed),
            ("127.0.0.1", "localhost", "CF-Connecting-IP: 1.2.3.4", Closed),
            ("127.0.0.1", "localhost", "X-Requested-With: page", Open),
        ];
        await using var host = await DashboardHost.StartAsync();
        foreach (var (peer, name, header, expected) in matrix)
        {
            var headers = new List<(string, string)> { ("Test-Peer", peer) };
            headers.AddRange(name is null ? [] : [("Host", name)]);
            headers.AddRange(header is null ? [] : [(header.Split(": ")[0], header.Split(": ")[1])]);
            using var answer = await host.SendAsync("GET", "cdclake/api/v1/pipelines", [.. headers]);
            Assert.True(answer.StatusCode == expected, $"{peer} {name} {header}: {answer.StatusCode}, expected {expected}");
        }
    }

    [Fact]
    public async Task No_endpoint_is_open_to_others()
    {
        await using var host = await DashboardHost.StartAsync(o => o.ActionPolicy = "all");
        var endpoints = host.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        Assert.True(endpoints.Count > 25, $"{endpoints.Count} endpoints");
        foreach (var endpoint in endpoints)
        {
            var path = endpoint.RoutePattern.RawText!.Replace("{pipeline}", "sales", StringComparison.Ordinal).Replace("{table}", "view(items)", StringComparison.Ordinal).Replace("{**rest}", "x/y", StringComparison.Ordinal);
            var method = endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods[0];
            using var answer = await host.SendAsync(method, path.TrimStart('/'), method == "POST" ? "{}" : null, ("Test-Peer", "10.0.0.7"), ("CdcLake-Action", "1"));
            Assert.True(answer.StatusCode == Closed, $"{method} {path}: {answer.StatusCode}");
            Assert.DoesNotContain("items", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        Assert.DoesNotContain(host.Sales.Events, e => e.Area == "Hosting");
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("paul", Closed)]
    [InlineData("olga", Open)]
    public async Task A_policy_decides_instead_where_there_is_one(string? user, HttpStatusCode expected)
    {
        await using var host = await DashboardHost.StartAsync(map: d => d.RequireAuthorization("operators"));
        (string, string)[] from = [("Test-Peer", "10.0.0.7"), ("Host", "shop.example"), ("X-Forwarded-For", "1.2.3.4"), .. user is null ? Array.Empty<(string, string)>() : [("Test-User", user)]];
        foreach (var path in new[] { "cdclake/", "cdclake/api/v1/pipelines" })
        {
            using var answer = await host.SendAsync("GET", path, from);
            Assert.Equal(expected, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Allowing_everybody_opens_nothing_also_beside_a_policy()
    {
        await using var host = await DashboardHost.StartAsync(map: d => d.RequireAuthorization("operators").AllowAnonymous());
        using var answer = await host.SendAsync("GET", "cdclake/", ("Test-Peer", "10.0.0.7"));
        Assert.Equal(Closed, answer.StatusCode);
    }

    [Fact]
    public async Task Who_is_refused_is_told_why_as_page_or_as_json()
    {
        await using var host = await DashboardHost.StartAsync();
        using var page = await host.SendAsync("GET", "cdclake/", ("Test-Peer", "10.0.0.7"), ("Accept", "text/html"));
        Assert.Contains("RequireAuthorization(policy)", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        using var json = await host.SendAsync("GET", "cdclake/api/v1/pipelines", ("Test-Peer", "10.0.0.7"));
        Assert.Equal("application/problem+json", json.Content.Headers.ContentType!.MediaType);
    }

    [Theory]
    [InlineData("Production", false, 1)]
    [InlineData("Production", true, 0)]
    [InlineData("Development", false, 0)]
    public async Task A_dashboard_in_production_without_a_policy_warns_once(string environment, bool hasPolicy, int warnings)
    {
        await using var host = await DashboardHost.StartAsync(environment: environment, map: d => _ = hasPolicy ? d.RequireAuthorization("all") : d);
        for (var i = 0; i < 3; i++)
        {
            using var answer = await host.SendAsync("GET", "cdclake/", ("Test-User", "olga"));
            Assert.Equal(Open, answer.StatusCode);
        }

        Assert.Equal(warnings, host.Logs.GetSnapshot().Count(r => r.Id.Id == 8000));
    }

    [Fact]
    public async Task Answers_may_not_be_framed_sniffed_kept_or_run_scripts_of_others()
    {
        await using var host = await DashboardHost.StartAsync();
        foreach (var path in new[] { "cdclake/", "cdclake/api/v1/pipelines", "cdclake/nowhere" })
        {
            using var answer = await host.SendAsync("GET", path);
            Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.False(answer.Headers.Contains("Set-Cookie"));
        }
    }

    [Theory]
    [InlineData("Server=db;User ID=cdc;Password=s3cret;SSL Mode=None", "Server=db;User ID=cdc;Password=***;SSL Mode=None")]
    [InlineData("pwd = 'a b;c' and more", "pwd = *** and more")]
    [InlineData("mysql://cdc:s3cret@db:3306/x", "mysql://***@db:3306/x")]
    [InlineData("\"s3.secret-access-key\": \"abc\", \"x\": 1", "\"s3.secret-access-key\": ***, \"x\": 1")]
    [InlineData("Authorization: Bearer ey.J.x", "Authorization: ***")]
    [InlineData("Table appdb.sales has no column password_hash.", "Table appdb.sales has no column password_hash.")]
    [InlineData("at 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77", "at 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77")]
    public void Texts_leave_without_secrets(string text, string expected) => Assert.Equal(expected, RedactedText.Of(text));

    [Fact]
    public async Task Errors_and_plans_of_pipelines_leave_without_secrets()
    {
        await using var host = await DashboardHost.StartAsync(pipelines: p => p.AddPipeline("bad", _ => Runtime.ScriptedPipeline.Replica(
            new Runtime.ScriptedSource([Runtime.ScriptedEpoch.Insert(1, 1)], endless: true, fault: s => { if (s == "stream 1") { throw new ObjectStoreException("refused for Server=db;Password=s3cret"); } }),
            [new Runtime.MemoryTarget("bad", new Runtime.MemoryCluster("bad"))],
            name: "bad")));
        await Hosting.HandleWaiting.WaitForStatusAsync(host.Services.GetRequiredService<IPipelineRegistry>()["bad"], s => s.State == PipelineState.Failed);
        foreach (var path in new[] { "pipelines", "pipelines/bad", "pipelines/bad/events", "pipelines/bad/plan" })
        {
            var text = (await host.GetAsync("cdclake/api/v1/" + path)).GetRawText();
            Assert.DoesNotContain("s3cret", text, StringComparison.Ordinal);
        }

        Assert.Contains("Password=***", (await host.GetAsync("cdclake/api/v1/pipelines/bad")).GetRawText(), StringComparison.Ordinal);
    }
}
