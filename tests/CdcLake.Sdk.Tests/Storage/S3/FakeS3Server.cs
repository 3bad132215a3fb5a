using System.Collections.Concurrent;
using System.Net;
using CdcLake.Storage;
using CdcLake.Storage.Locations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CdcLake.Tests.Storage.S3;

/// <summary>How a request goes wrong.</summary>
public enum FakeS3Fault
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>503 SlowDown, not applied.</summary>
    SlowDown,

    /// <summary>500 InternalError, not applied.</summary>
    InternalError,

    /// <summary>400 ExpiredToken, not applied.</summary>
    ExpiredToken,

    /// <summary>The connection is cut before the request is applied.</summary>
    CutBefore,

    /// <summary>Applied, then the connection is cut without an answer.</summary>
    CutAfter,

    /// <summary>Not applied, never answered.</summary>
    SilentBefore,

    /// <summary>Applied, never answered.</summary>
    SilentAfter,

    /// <summary>Applied; the connection is cut in the middle of the answer's content.</summary>
    CutBody,

    /// <summary>Applied; the content of the answer has one byte changed.</summary>
    DamagedBody,

    /// <summary>Applied; the answer has another ETag.</summary>
    WrongETag,
}

/// <summary>
/// The S3 protocol over HTTP in this process, objects in memory: path style, signatures checked, conditional puts, ranges, multipart uploads, listing by pages, and a
/// script that lets any request go wrong. What it does not know it refuses, so that nothing passes by accident.
/// </summary>
internal sealed class FakeS3Server : IAsyncDisposable
{
    public const string Key = "fakekey";
    public const string Secret = "fakesecret-fakesecret";
    public const string Bucket = "lake";
    private readonly WebApplication _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _calls = new();
    private int _count;

    public FakeS3Server()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Listen(IPAddress.Loopback, 0);
            k.Limits.MaxRequestBodySize = null;
        });
        _server = builder.Build();
        _server.Run(ServeAsync);
        _server.Start();
        Endpoint = _server.Urls.Single();
    }

    public string Endpoint { get; }

    public FakeS3Objects Objects { get; } = new(Bucket);

    /// <summary>Operations in the order they came, such as <c>PutObject t/metadata/v1.metadata.json</c>.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    /// <summary>Decides what happens to a request, given its number from 1 and its operation.</summary>
    public Func<int, string, FakeS3Fault> Script { get; set; } = (_, _) => FakeS3Fault.None;

    /// <summary>Session token that requests must carry; null for any.</summary>
    public string? SessionToken { get; set; }

    public S3Options Options => new()
    {
        Endpoint = Endpoint, PathStyleAccess = true, AccessKeyId = Key, SecretAccessKey = Secret, RetryMinWait = TimeSpan.Zero, RetryMaxWait = TimeSpan.Zero,
        MultipartPartSizeBytes = 5 << 20, RequestTimeout = TimeSpan.FromSeconds(30),
    };

    /// <summary>A store at a place in the bucket.</summary>
    public IObjectStore Store(string prefix = "warehouse", Action<S3Options>? configure = null)
    {
        var options = Options;
        configure?.Invoke(options);
        return new ObjectStores(new StorageSettings(options.Freeze()), TimeProvider.System).Folder($"s3://{Bucket}/{prefix}");
    }

    /// <summary>Forgets the calls, and counts from 1 again.</summary>
    public void Reset()
    {
        _calls.Clear();
        _count = 0;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _server.DisposeAsync();
    }

    private async Task ServeAsync(HttpContext context)
    {
        var request = await FakeS3Request.ReadAsync(context);
        _calls.Enqueue(request.ToString());
        try
        {
            await AnswerAsync(context, request, Script(Interlocked.Increment(ref _count), request.ToString()));
        }
        catch (OperationCanceledException)
        {
            context.Abort(); // the client went away, or the test is over
        }
    }

    private async Task AnswerAsync(HttpContext context, FakeS3Request request, FakeS3Fault fault)
    {
        if (fault is FakeS3Fault.CutBefore or FakeS3Fault.SilentBefore)
        {
            await LeaveAsync(context, cut: fault == FakeS3Fault.CutBefore);
            return;
        }

        var answer = fault switch
        {
            FakeS3Fault.SlowDown => FakeS3Answer.Error(503, "SlowDown"),
            FakeS3Fault.InternalError => FakeS3Answer.Error(500, "InternalError"),
            FakeS3Fault.ExpiredToken => FakeS3Answer.Error(400, "ExpiredToken"),
            _ => FakeS3Signature.Objection(request, Key, Secret, SessionToken) ?? Objects.Answer(request),
        };
        if (fault is FakeS3Fault.CutAfter or FakeS3Fault.SilentAfter)
        {
            await LeaveAsync(context, cut: fault == FakeS3Fault.CutAfter);
        }
        else
        {
            await SendAsync(context, Change(answer, fault), cut: fault == FakeS3Fault.CutBody);
        }
    }

    private static FakeS3Answer Change(FakeS3Answer answer, FakeS3Fault fault) => fault switch
    {
        FakeS3Fault.WrongETag when answer.ETag is not null => answer with { ETag = "\"00000000000000000000000000000000\"" },
        FakeS3Fault.DamagedBody when answer.Body.Length > 0 => answer with { Body = [.. answer.Body[..^1], (byte)(answer.Body[^1] ^ 1)] },
        _ => answer,
    };

    private async Task LeaveAsync(HttpContext context, bool cut)
    {
        if (!cut)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, context.RequestAborted);
            await Task.Delay(Timeout.Infinite, end.Token); // the client gives up first
        }

        context.Abort();
    }

    private static async Task SendAsync(HttpContext context, FakeS3Answer answer, bool cut)
    {
        var response = context.Response;
        response.StatusCode = answer.Status;
        response.Headers["x-amz-request-id"] = "fake";
        if (answer.ETag is not null)
        {
            response.Headers.ETag = answer.ETag;
        }

        foreach (var (name, value) in answer.Headers)
        {
            response.Headers[name] = value;
        }

        if (answer.Status != 204)
        {
            response.ContentLength = answer.Body.Length;
        }

        if (context.Request.Method != "HEAD" && answer.Body.Length > 0)
        {
            await response.Body.WriteAsync(answer.Body.AsMemory(0, cut ? answer.Body.Length / 2 : answer.Body.Length));
            await response.Body.FlushAsync();
        }

        if (cut)
        {
            context.Abort();
        }
    }
}
