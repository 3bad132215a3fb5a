using System.Net;
using CdcLake.Tests.Hosting;

namespace CdcLake.Tests.AspNetCore;

/// <summary>Who may act on pipelines by the dashboard, and what comes of it.</summary>
public sealed class DashboardActionTests
{
    [Theory]
    [InlineData(null, null, HttpStatusCode.Forbidden)]
    [InlineData(null, "olga", HttpStatusCode.Forbidden)]
    [InlineData("operators", null, HttpStatusCode.Unauthorized)]
    [InlineData("operators", "paul", HttpStatusCode.Forbidden)]
    [InlineData("operators", "olga", HttpStatusCode.OK)]
    [InlineData("all", null, HttpStatusCode.OK)]
    public async Task Actions_need_a_policy_that_the_user_meets(string? policy, string? user, HttpStatusCode expected)
    {
        await using var host = await DashboardHost.StartAsync(o => o.ActionPolicy = policy);
        await host.Sales.WaitForStatusAsync(s => s.Sinks[1].Commits > 0);
        (string, string)[] from = user is null ? [] : [("Test-User", user)];
        using var about = await host.SendAsync("GET", "cdclake/api/v1/about", from);
        Assert.Contains($"\"canAct\":{(expected == HttpStatusCode.OK ? "true" : "false")}", await about.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var answer = await host.ActAsync("pause", headers: from);
        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal(expected == HttpStatusCode.OK, host.Sales.Status.State == PipelineState.Paused);
    }

    [Fact]
    public async Task Every_action_does_what_it_says()
    {
        await using var host = await DashboardHost.StartAsync(o => o.ActionPolicy = "operators");
        await host.Sales.WaitForStatusAsync(s => TestPosition.Short(s.Sinks[1].Position) == "3");
        await ActAsync("checkpoint", null);
        await ActAsync("pause", "Paused");
        using var refused = await host.ActAsync("checkpoint", headers: [("Test-User", "olga")]);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        await ActAsync("resume", null);
        await ActAsync("restart", null);
        using var reset = await host.ActAsync("reset", "{\"confirm\":\"sales\"}", [("Test-User", "olga")]);
        Assert.Contains("reads scripted, of which there is no snapshot", await reset.Content.ReadAsStringAsync(), StringComparison.Ordinal); // asked, and refused with the reason
        Assert.Equal(HttpStatusCode.Conflict, reset.StatusCode);
        await host.Sales.WaitForStatusAsync(s => s.State != PipelineState.Stopped && TestPosition.Short(s.Position ?? s.Sinks[1].Position) == "3"); // and goes on as it was
        Assert.Contains(host.Logs.GetSnapshot(), r => r.Id.Id == 8001 && r.Message == "olga asks pipeline sales to reset by the dashboard");
        Assert.Contains(host.Sales.Events, e => e.Id == 7005);

        async Task ActAsync(string action, string? state, string body = "{}")
        {
            using var answer = await host.ActAsync(action, body, [("Test-User", "olga")]);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode, text);
            Assert.StartsWith($"{{\"action\":\"{action}\",\"state\":\"{state}", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Requests_that_another_site_makes_in_a_users_name_are_refused()
    {
        (string What, (string, string)[] Headers, bool IsRefused)[] cases =
        [
            ("a tool", [("CdcLake-Action", "1")], false),
            ("the page", [("CdcLake-Action", "1"), ("Sec-Fetch-Site", "same-origin"), ("Origin", "https://outside.example")], false), // a proxy has another name
            ("an old browser", [("CdcLake-Action", "1"), ("Origin", "OWN")], false),
            ("a form", [("Content-Type", "application/x-www-form-urlencoded"), ("CdcLake-Action", "1")], true),
            ("a form that looks like JSON", [("Content-Type", "text/plain"), ("CdcLake-Action", "1")], true),
            ("no header", [], true),
            ("another site", [("CdcLake-Action", "1"), ("Sec-Fetch-Site", "cross-site")], true),
            ("a neighbour", [("CdcLake-Action", "1"), ("Sec-Fetch-Site", "same-site")], true),
            ("typed", [("CdcLake-Action", "1"), ("Sec-Fetch-Site", "none")], true),
            ("another site, old browser", [("CdcLake-Action", "1"), ("Origin", "https://evil.example")], true),
            ("a sandbox", [("CdcLake-Action", "1"), ("Origin", "null")], true),
        ];
        await using var host = await DashboardHost.StartAsync(o => o.ActionPolicy = "all");
        foreach (var (what, headers, isRefused) in cases)
        {
            using var answer = await host.SendAsync(
                "POST", "cdclake/api/v1/pipelines/sales/resume", "{}", [.. headers.Select(h => h.Item2 == "OWN" ? (h.Item1, host.Client.BaseAddress!.GetLeftPart(UriPartial.Authority)) : h)]);
            Assert.True(answer.StatusCode == (isRefused ? HttpStatusCode.Forbidden : HttpStatusCode.OK), $"{what}: {answer.StatusCode}");
        }

        Assert.Equal(cases.Count(c => c.IsRefused), host.Logs.GetSnapshot().Count(r => r.Id.Id == 8003));
    }

    [Theory]
    [InlineData("reset", "{}", HttpStatusCode.BadRequest)]
    [InlineData("reset", "{\"confirm\":\"sale\"}", HttpStatusCode.BadRequest)]
    [InlineData("reset", "{\"confirm\":[\"sales\"]}", HttpStatusCode.BadRequest)]
    [InlineData("reset", "[\"sales\"]", HttpStatusCode.BadRequest)]
    [InlineData("pause", "{", HttpStatusCode.BadRequest)]
    [InlineData("pause", "HUGE", HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("destroy", "{}", HttpStatusCode.MethodNotAllowed)]
    public async Task What_cannot_be_followed_changes_nothing(string action, string body, HttpStatusCode expected)
    {
        await using var host = await DashboardHost.StartAsync(o => o.ActionPolicy = "all");
        await host.Sales.WaitForStatusAsync(s => s.Sinks[1].Commits > 0);
        using var answer = await host.ActAsync(action, body == "HUGE" ? $"{{\"x\":\"{new string('x', 5000)}\"}}" : body);
        Assert.Equal(expected, answer.StatusCode);
        Assert.DoesNotContain(host.Sales.Events, e => e.Area == "Hosting");
    }

    [Fact]
    public async Task A_policy_that_is_not_defined_is_an_error_of_the_application()
    {
        await using var host = await DashboardHost.StartAsync(o => o.ActionPolicy = "nobody-defined-this");
        using var answer = await host.ActAsync("pause");
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Contains(host.Logs.GetSnapshot(), r => r.Id.Id == 8002 && r.Exception!.Message.Contains("nobody-defined-this", StringComparison.Ordinal));
    }
}
