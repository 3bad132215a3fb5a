using CdcLake.AspNetCore.Api;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CdcLake.AspNetCore.Access;

/// <summary>What stands before every endpoint: who may come in, what a browser may do with the answer, and what is said when something fails.</summary>
internal sealed class Gate(IHostEnvironment? environment, ILogger log)
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private int _isTold;

    public RequestDelegate Guard(RequestDelegate next) => async context =>
    {
        Harden(context.Response.Headers);
        try
        {
            Admit(context);
            await next(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            await AnswerAsync(context, error).ConfigureAwait(false);
        }
    };

    private static void Harden(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
    }

    private void Admit(HttpContext context)
    {
        var metadata = context.GetEndpoint()?.Metadata;
        var isAuthorized = metadata is not null
            && (metadata.GetMetadata<IAuthorizeData>() is not null || metadata.GetMetadata<AuthorizationPolicy>() is not null)
            && metadata.GetMetadata<IAllowAnonymous>() is null; // then nobody has looked at the policy
        if (isAuthorized)
        {
            return;
        }

        if (environment?.IsDevelopment() != true && Interlocked.Exchange(ref _isTold, 1) == 0)
        {
            DashboardLog.Closed(log);
        }

        if (!Loopback.Is(context))
        {
            throw new ApiException(
                StatusCodes.Status403Forbidden,
                "This dashboard is open to the machine that it runs on, and to nobody else.",
                "The application opens it for others by an authorization policy: app.MapCdcLakeDashboard().RequireAuthorization(policy). A proxy on the same machine counts as somebody else.");
        }
    }

    private Task AnswerAsync(HttpContext context, Exception error)
    {
        switch (error)
        {
            case ApiException known:
                return Answers.ProblemAsync(context, known);
            case CdcLakeException of:
                return Answers.ProblemAsync(context, new ApiException(StatusCodes.Status502BadGateway, of.Message, $"The table, or the store that it lies in, did not answer as it should ({of.GetType().Name})."));
            default:
                DashboardLog.Failed(log, error, context.Request.Path);
                return Answers.ProblemAsync(context, new ApiException(StatusCodes.Status500InternalServerError, "The dashboard could not answer.", "The application's log has the error, event 8002."));
        }
    }
}
