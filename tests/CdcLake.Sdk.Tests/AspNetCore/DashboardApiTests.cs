using System.Net;
using System.Text.Json;
using CdcLake.AspNetCore.Api;
using CdcLake.Tests.Hosting;
using CdcLake.Tests.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace CdcLake.Tests.AspNetCore;

/// <summary>What the JSON of the dashboard says of pipelines.</summary>
public sealed class DashboardApiTests
{
    private const string Sales = "cdclake/api/v1/pipelines/sales";

    [Fact]
    public async Task Pipelines_are_listed_and_told_in_detail()
    {
        await using var host = await ReadyAsync();
        var all = await host.GetAsync("cdclake/api/v1/pipelines");
        Assert.Equal(("sales", 2), (all[0].GetProperty("name").GetString(), all[0].GetProperty("sinks").GetInt32()));
        var one = await host.GetAsync(Sales);
        Assert.Equal("sales", one.GetProperty("pipeline").GetString());
        Assert.EndsWith(":1-3", one.GetProperty("sinks")[1].GetProperty("position").GetString(), StringComparison.Ordinal);
        Assert.Equal(["view(items)", "iceberg(shop.items)"], (await host.GetAsync(Sales + "/sinks")).EnumerateArray().Select(k => k.GetProperty("name").GetString()));
        var graph = (await host.GetAsync(Sales + "/graph")).EnumerateArray().ToList();
        Assert.Empty(graph[0].GetProperty("inputs").EnumerateArray());
        Assert.All(graph.Skip(1), s => Assert.Contains(graph, f => f.GetProperty("name").GetString() == s.GetProperty("inputs")[0].GetProperty("from").GetString()));
        Assert.Contains("shop.items", (await host.GetAsync(Sales + "/plan")).GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.True((await host.GetAsync(Sales + "/history")).GetArrayLength() > 0);
        Assert.Equal(JsonValueKind.Array, (await host.GetAsync(Sales + "/checkpoints")).ValueKind);
    }

    [Fact]
    public async Task Events_are_given_from_a_number_on()
    {
        await using var host = await ReadyAsync();
        await host.Sales.PauseAsync();
        var all = (await host.GetAsync(Sales + "/events")).EnumerateArray().Select(e => e.GetProperty("number").GetInt64()).ToList();
        Assert.True(all.Count >= 3);
        var later = (await host.GetAsync($"{Sales}/events?after={all[1]}")).EnumerateArray().Select(e => e.GetProperty("number").GetInt64());
        Assert.Equal([all[0]], later);
    }

    [Fact]
    public async Task Document_describes_every_operation_and_every_member_of_its_answers()
    {
        await using var host = await ReadyAsync();
        var document = await host.GetAsync("cdclake/api/v1/openapi.json");
        Assert.StartsWith("3.1", document.GetProperty("openapi").GetString(), StringComparison.Ordinal);
        var ids = new List<string>();
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                ids.Add(operation.Value.GetProperty("operationId").GetString()!);
                var content = operation.Value.GetProperty("responses").GetProperty("200").GetProperty("content");
                if (operation.Name != "get" || !content.TryGetProperty("application/json", out var json) || !json.GetProperty("schema").TryGetProperty("type", out _))
                {
                    continue;
                }

                var answer = await host.GetAsync("cdclake/api/v1" + path.Name.Replace("{pipeline}", "sales", StringComparison.Ordinal).Replace("{table}", "view(items)", StringComparison.Ordinal));
                RequireDescribed(answer, json.GetProperty("schema"), path.Name);
            }
        }

        Assert.Equal(ids.Distinct().Count(), ids.Count);
        Assert.Empty(new[] { "listPipelines", "getPipeline", "follow", "readRows", "drawChart", "pausePipeline", "resetPipeline" }.Except(ids));
    }

    [Theory]
    [InlineData("pipelines/none")]
    [InlineData("pipelines/none/events")]
    [InlineData("pipelines/sales/tables/none")]
    [InlineData("pipelines/sales/tables/none/rows")]
    [InlineData("live?pipeline=none")]
    [InlineData("nowhere")]
    [InlineData("pipelines/..%2f..%2fetc%2fpasswd")]
    public async Task What_is_not_there_is_said_with_what_there_is(string path)
    {
        await using var host = await DashboardHost.StartAsync();
        using var answer = await host.SendAsync("GET", "cdclake/api/v1/" + path);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(404, json.RootElement.GetProperty("status").GetInt32());
        Assert.NotEqual("", json.RootElement.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Live_numbers_come_as_events_and_end_with_the_application()
    {
        await using var host = await DashboardHost.StartAsync(o => o.RefreshInterval = TimeSpan.FromMilliseconds(100));
        await host.Sales.WaitForStatusAsync(s => s.Sinks[1].Commits > 0);
        using var answer = await host.Client.GetAsync("cdclake/api/v1/live?pipeline=sales", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var seen = new List<string>();
        while (seen.Count(s => s == "status") < 3)
        {
            var name = (await reader.ReadLineAsync())!;
            var data = (await reader.ReadLineAsync())!;
            Assert.Equal("", await reader.ReadLineAsync());
            seen.Add(name["event: ".Length..]);
            using var json = JsonDocument.Parse(data["data: ".Length..]);
            Assert.Equal(seen[^1] == "status" ? JsonValueKind.Object : JsonValueKind.Array, json.RootElement.ValueKind);
        }

        Assert.Single(seen, s => s == "events"); // only what is new
        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(20)); // an open page does not hold it up
    }

    [Fact]
    public async Task More_live_pages_than_allowed_are_refused_until_one_is_closed()
    {
        await using var host = await DashboardHost.StartAsync(o => o.MaxLivePages = 1);
        using (var first = await host.Client.GetAsync("cdclake/api/v1/live", HttpCompletionOption.ResponseHeadersRead))
        {
            using var second = await host.Client.GetAsync("cdclake/api/v1/live", HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable), (first.StatusCode, second.StatusCode));
        }

        for (var begun = TimeProvider.System.GetTimestamp(); ;)
        {
            using var third = await host.Client.GetAsync("cdclake/api/v1/live", HttpCompletionOption.ResponseHeadersRead);
            if (third.StatusCode == HttpStatusCode.OK)
            {
                return;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(30));
        }
    }

    [Fact]
    public void History_keeps_five_minutes_of_two_seconds()
    {
        var clock = new ManualClock();
        using var history = new History(clock);
        history.Start(new OnePipeline());
        for (var i = 0; i < 200; i++)
        {
            history.Look(new OnePipeline());
        }

        Assert.Equal(History.Kept, history.Of("one").Count);
        Assert.Empty(history.Of("other"));
    }

    [Fact]
    public async Task Mapping_without_pipelines_with_parameters_or_with_wrong_options_is_refused()
    {
        await using var bare = WebApplication.CreateSlimBuilder().Build();
        Assert.Contains("AddCdcLake", Assert.Throws<InvalidOperationException>(() => bare.MapCdcLakeDashboard()).Message, StringComparison.Ordinal);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddCdcLake();
        await using var app = builder.Build();
        Assert.Throws<ArgumentException>(() => app.MapCdcLakeDashboard("/{tenant}/cdclake"));
        Assert.Throws<ArgumentOutOfRangeException>(() => app.MapCdcLakeDashboard("/a", o => o.ReadRows = 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => app.MapCdcLakeDashboard("/a", o => o.RefreshInterval = TimeSpan.Zero));
        Assert.Contains("AddAuthorization", Assert.Throws<InvalidOperationException>(() => app.MapCdcLakeDashboard("/a", o => o.ActionPolicy = "operators")).Message, StringComparison.Ordinal);
    }

    private static async Task<DashboardHost> ReadyAsync()
    {
        var host = await DashboardHost.StartAsync();
        await host.Sales.WaitForStatusAsync(s => s.Sinks[1].Commits > 0 && TestPosition.Short(s.Sinks[1].Position) == "3");
        return host;
    }

    private static void RequireDescribed(JsonElement answer, JsonElement schema, string where)
    {
        if (answer.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            foreach (var item in answer.EnumerateArray())
            {
                RequireDescribed(item, items, where + "[]");
            }
        }
        else if (answer.ValueKind == JsonValueKind.Object && schema.TryGetProperty("properties", out var properties))
        {
            foreach (var member in answer.EnumerateObject())
            {
                Assert.True(properties.TryGetProperty(member.Name, out var own), $"{where}.{member.Name} is not described");
                RequireDescribed(member.Value, own, $"{where}.{member.Name}");
            }
        }
    }

    private sealed class OnePipeline : IPipelineRegistry, IPipelineHandle
    {
        public IReadOnlyList<IPipelineHandle> Pipelines => [this];

        public string Name => "one";

        public PipelineStatus Status => new() { Pipeline = "one" };

        public IReadOnlyList<PipelineEvent> Events => [];

        public IReadOnlyList<IcebergTable> Tables => [];

        public IReadOnlyList<IView> Views => [];

        public IPipelineHandle this[string name] => this;

        public IPipelineHandle? Find(string name) => this;

        public string Explain() => "";

        public Task PauseAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task ResumeAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task CheckpointAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task RestartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task ResetAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task WaitForGtidAsync(string gtid, string? sink = null, CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task WaitForLatestAsync(string? sink = null, CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task ReadyAsync(TimeSpan maxLag, CancellationToken cancellationToken = default) => Task.CompletedTask;
    }
}
