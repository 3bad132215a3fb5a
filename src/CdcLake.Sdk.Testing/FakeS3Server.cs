using System.Collections.Concurrent;
using CdcLake.Storage;
using CdcLake.Storage.Locations;
using CdcLake.Testing.S3;
using CdcLake.Testing.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace CdcLake.Testing;

/// <summary>
/// An object store that speaks S3, in the process of a test: one bucket in memory over HTTP, path style, signatures of version 4 and checksums checked, conditional puts, ranges, multipart uploads,
/// bulk deletes, listings by pages, and a script that lets any request go wrong. What it does not know it refuses, so that nothing passes by accident. Safe for concurrent use.
/// </summary>
public sealed class FakeS3Server : IAsyncDisposable
{
    /// <summary>Access key of the one account.</summary>
    public const string Key = "fakekey";

    /// <summary>Secret access key of the account, by which signatures are checked.</summary>
    public const string Secret = "fakesecret-fakesecret";

    /// <summary>The one bucket.</summary>
    public const string Bucket = "lake";

    private readonly WebApplication _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _calls = new();
    private int _count;

    /// <summary>Starts it on a free port of the loopback interface.</summary>
    public FakeS3Server()
    {
        _server = KestrelHost.Start(ServeAsync);
        Endpoint = _server.Urls.Single();
    }

    /// <summary>Its address: <c>http://127.0.0.1:4711</c>.</summary>
    public string Endpoint { get; }

    /// <summary>Names of all objects, in order.</summary>
    public IReadOnlyList<string> Keys => Objects.Keys;

    /// <summary>Uploads in parts that were neither completed nor aborted, for which a provider asks money.</summary>
    public int OpenUploads => Objects.OpenUploads;

    /// <summary>Names of one page of a listing.</summary>
    /// <value>Default: 7, so that small tests have several pages.</value>
    public int PageSize
    {
        get => Objects.PageSize;
        set => Objects.PageSize = value;
    }

    /// <summary>Whether a put with If-None-Match is refused where there is an object; some stores that speak S3 overwrite it.</summary>
    /// <value>Default: true.</value>
    public bool KeepsConditions
    {
        get => Objects.KeepsConditions;
        set => Objects.KeepsConditions = value;
    }

    internal S3Objects Objects { get; } = new(Bucket);

    /// <summary>Operations in the order they came, such as <c>PutObject t/metadata/v1.metadata.json</c>.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    /// <summary>Decides what happens to a request, given its number from 1 and its operation as <see cref="Calls"/> has it. Called by several requests at a time.</summary>
    /// <value>Default: nothing goes wrong.</value>
    public Func<int, string, FakeS3Fault> Script { get; set; } = (_, _) => FakeS3Fault.None;

    /// <summary>Session token that requests must carry; null for any.</summary>
    public string? SessionToken { get; set; }

    /// <summary>What a client needs to reach it: endpoint, account and path style, without pauses between attempts.</summary>
    public S3Options Options => new()
    {
        Endpoint = Endpoint, PathStyleAccess = true, AccessKeyId = Key, SecretAccessKey = Secret, RetryMinWait = TimeSpan.Zero, RetryMaxWait = TimeSpan.Zero,
        MultipartPartSizeBytes = 5 << 20, RequestTimeout = TimeSpan.FromSeconds(30),
    };

    /// <summary>A store at a place in the bucket.</summary>
    internal IObjectStore Store(string prefix = "warehouse", Action<S3Options>? configure = null)
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

    /// <summary>Ends it, and all requests.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ServeAsync(HttpContext context)
    {
        var request = await S3Request.ReadAsync(context).ConfigureAwait(false);
        _calls.Enqueue(request.ToString());
        try
        {
            await AnswerAsync(context, request, Script(Interlocked.Increment(ref _count), request.ToString())).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            context.Abort(); // the client went away, or the test is over
        }
    }

    private async Task AnswerAsync(HttpContext context, S3Request request, FakeS3Fault fault)
    {
        if (fault is FakeS3Fault.CutBefore or FakeS3Fault.SilentBefore)
        {
            await LeaveAsync(context, cut: fault == FakeS3Fault.CutBefore).ConfigureAwait(false);
            return;
        }

        var answer = fault switch
        {
            FakeS3Fault.SlowDown => S3Answer.Error(503, "SlowDown"),
            FakeS3Fault.InternalError => S3Answer.Error(500, "InternalError"),
            FakeS3Fault.ExpiredToken => S3Answer.Error(400, "ExpiredToken"),
            _ => S3Signature.Objection(request, Key, Secret, SessionToken) ?? Objects.Answer(request),
        };
        if (fault is FakeS3Fault.CutAfter or FakeS3Fault.SilentAfter)
        {
            await LeaveAsync(context, cut: fault == FakeS3Fault.CutAfter).ConfigureAwait(false);
        }
        else
        {
            await SendAsync(context, Change(answer, fault), cut: fault == FakeS3Fault.CutBody).ConfigureAwait(false);
        }
    }

    private static S3Answer Change(S3Answer answer, FakeS3Fault fault) => fault switch
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
            await Task.Delay(Timeout.Infinite, end.Token).ConfigureAwait(false); // the client gives up first
        }

        context.Abort();
    }

    private static async Task SendAsync(HttpContext context, S3Answer answer, bool cut)
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
            await response.Body.WriteAsync(answer.Body.AsMemory(0, cut ? answer.Body.Length / 2 : answer.Body.Length)).ConfigureAwait(false);
            await response.Body.FlushAsync().ConfigureAwait(false);
        }

        if (cut)
        {
            context.Abort();
        }
    }
}
