using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using CdcLake.AspNetCore.Access;
using Microsoft.AspNetCore.Http;

namespace CdcLake.AspNetCore.Api;

/// <summary>What can be read of pipelines.</summary>
internal sealed class PipelineOperations(CdcLakeDashboardOptions options, ActionRights actions, History history, TimeProvider clock)
{
    private static readonly string Version = typeof(PipelineOperations).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";
    private static readonly DashboardJson Json = DashboardJson.Redacted;

    public IEnumerable<ApiOperation> All =>
    [
        Get("/about", "getAbout", "What the dashboard is and allows", Json.About, AboutAsync),
        Get("/pipelines", "listPipelines", "All pipelines of the application, in the order in which they were added", Json.IReadOnlyListPipelineSummary, c => Task.FromResult(Summaries(c))),
        Of("", "getPipeline", "What a pipeline is doing: PipelineStatus", Json.PipelineStatus, p => p.Status),
        Of("/graph", "getGraph", "Its stages with rates, backpressure and state; the inputs of each name where they come from", Json.IReadOnlyListStageStatus, p => p.Status.Stages),
        Of("/sinks", "listSinks", "What its sinks have made visible", Json.IReadOnlyListSinkStatus, p => p.Status.Sinks),
        Of("/checkpoints", "listCheckpoints", "Its last checkpoints, newest first", Json.IReadOnlyListCheckpointStatus, p => p.Status.Checkpoints),
        Of("/history", "getHistory", "Its numbers of the last five minutes, oldest first", Json.IReadOnlyListSample, p => history.Of(p.Name)),
        Of("/plan", "getPlan", "Its plan", Json.PlanText, p => new PlanText(p.Explain())),
        Get("/pipelines/{pipeline}/events", "listEvents", "What happened last, newest first", Json.IReadOnlyListPipelineEvent, EventsAsync) with
        {
            Query = [new("after", "integer", "Only events with a greater number; all that are kept when it is missing")],
        },
    ];

    /// <summary>The answer of <c>listPipelines</c>.</summary>
    public static IReadOnlyList<PipelineSummary> Summaries(HttpContext context) => [.. context.Registry().Pipelines.Select(p => PipelineSummary.Of(p.Status))];

    private static ApiOperation Of<T>(string path, string id, string summary, JsonTypeInfo<T> type, Func<IPipelineHandle, T> read) =>
        Get("/pipelines/{pipeline}" + path, id, summary, type, c => Task.FromResult(read(c.Pipeline())));

    private static ApiOperation Get<T>(string path, string id, string summary, JsonTypeInfo<T> type, Func<HttpContext, Task<T>> read) =>
        new("GET", path, id, summary, async c => await Answers.JsonAsync(c, await read(c).ConfigureAwait(false), type).ConfigureAwait(false)) { Response = type };

    private static Task<IReadOnlyList<PipelineEvent>> EventsAsync(HttpContext context)
    {
        var after = context.Id("after") ?? 0;
        return Task.FromResult<IReadOnlyList<PipelineEvent>>([.. context.Pipeline().Events.Where(e => e.Number > after)]);
    }

    private async Task<About> AboutAsync(HttpContext context)
    {
        var right = await actions.OfAsync(context).ConfigureAwait(false);
        return new About(Version, right.Succeeded, options.ShowRows, options.ReadRows, (int)options.RefreshInterval.TotalMilliseconds, clock.GetUtcNow(), Environment.MachineName);
    }
}
