using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace CdcLake.AspNetCore.Api;

/// <summary>
/// New numbers for open pages, as server-sent events: <c>pipelines</c> as <c>listPipelines</c> gives them, and of one pipeline <c>status</c> as <c>getPipeline</c>, and <c>events</c>, those that are
/// new. Ends with the application, which otherwise would wait for every open page.
/// </summary>
internal sealed class LiveOperation(CdcLakeDashboardOptions options, TimeProvider clock, CancellationToken stopping)
{
    private int _open;

    public ApiOperation Operation => new("GET", "/live", "follow", "Server-sent events: pipelines, and of one pipeline status and events, each as the operations of these names give them", FollowAsync)
    {
        Query = [new("pipeline", "string", "Name of a pipeline to follow in detail")],
        ContentType = "text/event-stream",
    };

    private async Task FollowAsync(HttpContext context)
    {
        var followed = context.Text("pipeline") is { } name
            ? context.Registry().Find(name) ?? throw new ApiException(StatusCodes.Status404NotFound, "There is no such pipeline.", "api/v1/pipelines lists them.")
            : null;
        try
        {
            if (Interlocked.Increment(ref _open) > options.MaxLivePages)
            {
                context.Response.Headers.RetryAfter = "10";
                throw new ApiException(StatusCodes.Status503ServiceUnavailable, "Too many pages are open.", "Close some, or let CdcLakeDashboardOptions.MaxLivePages allow more.");
            }

            context.Response.ContentType = "text/event-stream";
            context.Response.Headers["X-Accel-Buffering"] = "no"; // a proxy must not keep them
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            await SendAsync(context, followed, end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The application ends; the page asks again until it is back.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private async Task SendAsync(HttpContext context, IPipelineHandle? followed, CancellationToken cancellationToken)
    {
        var json = DashboardJson.Redacted;
        var buffer = new ArrayBufferWriter<byte>();
        var last = 0L;
        while (true)
        {
            Write(buffer, "pipelines"u8, PipelineOperations.Summaries(context), json.IReadOnlyListPipelineSummary);
            if (followed is not null)
            {
                Write(buffer, "status"u8, followed.Status, json.PipelineStatus);
                IReadOnlyList<PipelineEvent> news = [.. followed.Events.TakeWhile(e => e.Number > last)];
                if (news.Count > 0)
                {
                    last = news[0].Number;
                    Write(buffer, "events"u8, news, json.IReadOnlyListPipelineEvent);
                }
            }

            await context.Response.Body.WriteAsync(buffer.WrittenMemory, cancellationToken).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
            buffer.ResetWrittenCount();
            await Task.Delay(options.RefreshInterval, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    // JSON has no line breaks, so that one line holds it.
    private static void Write<T>(ArrayBufferWriter<byte> buffer, ReadOnlySpan<byte> name, T value, JsonTypeInfo<T> type)
    {
        buffer.Write("event: "u8);
        buffer.Write(name);
        buffer.Write("\ndata: "u8);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = type.Options.Encoder }))
        {
            JsonSerializer.Serialize(writer, value, type);
        }

        buffer.Write("\n\n"u8);
    }
}
