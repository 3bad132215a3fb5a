using System.Text.Json;
using CdcLake.AspNetCore.Access;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CdcLake.AspNetCore.Api;

/// <summary>What operators may do. Each has happened when the answer comes.</summary>
internal sealed class ActionOperations(ActionRights rights, ILogger log)
{
    private const int LongestBody = 4096;

    public IEnumerable<ApiOperation> All =>
    [
        Of("pause", "Commits what was read, and stops until the pipeline is resumed", (p, c) => p.PauseAsync(c)),
        Of("resume", "Goes on after a pause, a failure or the end", (p, c) => p.ResumeAsync(c)),
        Of("checkpoint", "Commits at the next end of an epoch, and checkpoints where there is state", (p, c) => p.CheckpointAsync(c)),
        Of("restart", "Stops, committing what was read, and begins with a new run", (p, c) => p.RestartAsync(c)),
        Of("reset", "Forgets checkpoints and positions, and replaces the content of all targets by a new snapshot", (p, c) => p.ResetAsync(c)) with
        {
            Body = [new("confirm", "string", "The pipeline's name: a reset reads everything anew")],
        },
    ];

    private ApiOperation Of(string name, string summary, Func<IPipelineHandle, CancellationToken, Task> act) => new(
        "POST", $"/pipelines/{{pipeline}}/{name}", name + "Pipeline", summary, c => ActAsync(c, name, act))
    {
        Response = DashboardJson.Redacted.ActionResult,
        Body = [],
    };

    private async Task ActAsync(HttpContext context, string action, Func<IPipelineHandle, CancellationToken, Task> act)
    {
        if (Forgery.ReasonOf(context.Request) is { } reason)
        {
            DashboardLog.Forged(log, context.Request.Path, reason);
            throw new ApiException(StatusCodes.Status403Forbidden, "This request does not come from the dashboard.", $"Send it as application/json with the header {Forgery.Header}, from the same site: {reason}.");
        }

        Require(await rights.OfAsync(context).ConfigureAwait(false));
        var pipeline = context.Pipeline();
        var confirmed = await ConfirmationAsync(context).ConfigureAwait(false);
        if (action == "reset" && confirmed != pipeline.Name)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "A reset has to be confirmed.", $"Send {{\"confirm\": \"{pipeline.Name}\"}}: everything is read anew.");
        }

        DashboardLog.Acts(log, context.User.Identity?.Name ?? "Somebody", pipeline.Name, action);
        try
        {
            await act(pipeline, context.RequestAborted).ConfigureAwait(false);
        }
        catch (InvalidOperationException error)
        {
            throw new ApiException(StatusCodes.Status409Conflict, error.Message, "Look at the state of the pipeline, and try again.");
        }

        await Answers.JsonAsync(context, new ActionResult(action, pipeline.Status.State), DashboardJson.Redacted.ActionResult).ConfigureAwait(false);
    }

    private static void Require(PolicyAuthorizationResult right)
    {
        if (right.Challenged)
        {
            throw new ApiException(StatusCodes.Status401Unauthorized, "Who acts on pipelines has to say who he is.", "Log in to the application first.");
        }

        if (!right.Succeeded)
        {
            throw new ApiException(
                StatusCodes.Status403Forbidden,
                "You may look, but not act.",
                "The application says who may, by a policy: app.MapCdcLakeDashboard(\"/cdclake\", o => o.ActionPolicy = \"operators\"). Without one nobody may.");
        }
    }

    private static async Task<string?> ConfirmationAsync(HttpContext context)
    {
        var body = new byte[LongestBody + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, context.RequestAborted).ConfigureAwait(false);
        if (length > LongestBody)
        {
            throw new ApiException(StatusCodes.Status413PayloadTooLarge, "The body is too large.", "It has at most 4,096 bytes.");
        }

        try
        {
            using var json = JsonDocument.Parse(length == 0 ? "{}"u8.ToArray() : body.AsMemory(0, length));
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("confirm", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
        }
        catch (JsonException)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, "The body is not JSON.", "Send {}.");
        }
    }
}
