using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CdcLake.Benchmarks.Children;

/// <summary>What <c>dotnet new web</c> makes, with a pipeline in it or without: the application that ours is compared with has answered a request, too.</summary>
internal static class WebApp
{
    /// <param name="pipeline">Owned; null for an application without one.</param>
    /// <param name="untilTheEnd">Goes on as long as the application shall.</param>
    public static async Task RunAsync(Pipeline? pipeline, Func<Task> untilTheEnd)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        if (pipeline is not null)
        {
            builder.Services.AddCdcLake().AddPipeline(pipeline.Name, _ => pipeline);
        }

        await using var app = builder.Build();
        app.MapGet("/", () => "Hello World!");
        await app.StartAsync();
        await AskAsync(new Uri(app.Urls.Single()).Port);
        ChildProgram.Say("ready", "");
        await untilTheEnd();
        await app.StopAsync();
    }

    // No client of .NET's: it would count as the application's.
    private static async Task AskAsync(int port)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port);
        await using var stream = client.GetStream();
        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(stream, Encoding.ASCII);
        if (!(await reader.ReadToEndAsync()).Contains("Hello World!", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("The application did not answer.");
        }
    }
}
