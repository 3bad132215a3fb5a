using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CdcLake.Testing.Wire;

/// <summary>Starts HTTP servers in the process: on free ports of the loopback interface, without a log, for bodies of any size at any pace.</summary>
internal static class KestrelHost
{
    /// <param name="serve">Answers requests.</param>
    /// <param name="ports">How many ports it listens on.</param>
    /// <param name="certificate">For HTTPS; null for HTTP.</param>
    public static WebApplication Start(RequestDelegate serve, int ports = 1, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            for (var i = 0; i < ports; i++)
            {
                kestrel.Listen(IPAddress.Loopback, 0, listen => _ = certificate is null ? listen : listen.UseHttps(certificate));
            }

            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
        });
        var server = builder.Build();
        server.Run(context => ServeAsync(context, serve));
        server.Start();
        return server;
    }

    // Nobody reads a log here: what goes wrong in the server itself is told to the client, whose test shows it.
    private static async Task ServeAsync(HttpContext context, RequestDelegate serve)
    {
        try
        {
            await serve(context).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not (OperationCanceledException or IOException) && !context.Response.HasStarted)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            context.Response.ContentType = "text/plain";
            await context.Response.WriteAsync(error.ToString(), context.RequestAborted).ConfigureAwait(false);
        }
    }
}
