using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CdcLake.Testing.Rest;
using CdcLake.Testing.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace CdcLake.Testing;

/// <summary>
/// An Iceberg REST catalog in the process of a test, over HTTP: configuration, namespaces, tables, commits with their requirements, commits of several tables in one act, pages, ETags, tokens by
/// OAuth2, and a script that lets any request go wrong. Tables' metadata are in memory; files are written by clients where the warehouse is. Safe for concurrent use.
/// </summary>
public sealed class FakeRestCatalog : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly RestCatalogHandler _handler;
    private readonly HttpMessageInvoker _invoker;
    private readonly RestTokens _tokens;
    private readonly ConcurrentQueue<string> _requests = new();
    private int _count;

    /// <summary>Starts it on a free port of the loopback interface.</summary>
    /// <param name="warehouse">Where tables are created: <c>s3://lake/warehouse</c>, or a folder as <c>file:///tmp/lake</c>.</param>
    /// <param name="properties">Storage properties that clients are told in the configuration, such as <c>s3.endpoint</c>.</param>
    /// <param name="credential">Id and secret, <c>id:secret</c>, that tokens are given for; null for a catalog without login.</param>
    public FakeRestCatalog(string warehouse, IReadOnlyDictionary<string, string>? properties = null, string? credential = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(warehouse);
        _handler = new RestCatalogHandler(warehouse.TrimEnd('/'));
        _handler.Config["overrides"] = new JsonObject((properties ?? new Dictionary<string, string>()).Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)));
        _invoker = new HttpMessageInvoker(_handler);
        _tokens = new RestTokens(credential);
        _server = KestrelHost.Start(ServeAsync);
        Uri = _server.Urls.Single();
    }

    /// <summary>A catalog whose clients keep their files in a <see cref="FakeS3Server"/>, of which the configuration tells them everything.</summary>
    /// <param name="files">Stays the caller's.</param>
    /// <param name="credential">As above.</param>
    public FakeRestCatalog(FakeS3Server files, string? credential = null)
        : this($"s3://{FakeS3Server.Bucket}/warehouse", PropertiesOf(files), credential)
    {
    }

    /// <summary>Its address: <c>http://127.0.0.1:4711</c>.</summary>
    public string Uri { get; }

    /// <summary>Decides what happens to a request, given its number from 1 and its text as <see cref="Requests"/> has it. Called by several requests at a time.</summary>
    /// <value>Default: nothing goes wrong.</value>
    public Func<int, string, FakeRestCatalogFault> Script { get; set; } = (_, _) => FakeRestCatalogFault.None;

    /// <summary>Requests in the order they came: <c>POST v1/namespaces/demo/tables/sales</c>.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>Items of one page of a listing, for clients that ask for pages.</summary>
    /// <value>Default: all in one.</value>
    public int PageSize
    {
        get => _handler.PageSize;
        set => _handler.PageSize = value;
    }

    /// <summary>Whether a table that has not changed is answered with 304.</summary>
    /// <value>Default: false.</value>
    public bool SendsETags
    {
        get => _handler.SendsETags;
        set => _handler.SendsETags = value;
    }

    /// <summary>The tables and what is known of them.</summary>
    internal RestCatalogHandler Handler => _handler;

    /// <summary>Ends it, and all requests.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync().ConfigureAwait(false);
        _invoker.Dispose();
        _handler.Dispose();
    }

    private static Dictionary<string, string> PropertiesOf(FakeS3Server files)
    {
        ArgumentNullException.ThrowIfNull(files);
        return new Dictionary<string, string>
        {
            ["s3.endpoint"] = files.Endpoint,
            ["s3.path-style-access"] = "true",
            ["s3.access-key-id"] = FakeS3Server.Key,
            ["s3.secret-access-key"] = FakeS3Server.Secret,
            ["client.region"] = "us-east-1",
        };
    }

    private async Task ServeAsync(HttpContext context)
    {
        var text = $"{context.Request.Method} {context.Request.GetEncodedPathAndQuery().TrimStart('/')}";
        _requests.Enqueue(text);
        var fault = Script(Interlocked.Increment(ref _count), text);
        if (fault == FakeRestCatalogFault.CutBefore)
        {
            context.Abort();
            return;
        }

        if (fault == FakeRestCatalogFault.ExpiredToken)
        {
            _tokens.Expire();
        }

        using var refusal = RefusalOf(fault);
        using var response = refusal ?? await _tokens.AnswerAsync(context).ConfigureAwait(false) ?? await CarryOutAsync(context).ConfigureAwait(false);
        if (fault == FakeRestCatalogFault.CutAfter)
        {
            context.Abort();
            return;
        }

        using var unknown = fault == FakeRestCatalogFault.UnknownAfter ? RestCatalogHandler.Error(500, "CommitStateUnknownException") : null;
        await SendAsync(context, unknown ?? response).ConfigureAwait(false);
    }

    private static HttpResponseMessage? RefusalOf(FakeRestCatalogFault fault) => fault switch
    {
        FakeRestCatalogFault.Unavailable => RestCatalogHandler.Error(503, "ServiceUnavailableException"),
        FakeRestCatalogFault.Conflict => RestCatalogHandler.Error(409, "CommitFailedException"),
        FakeRestCatalogFault.UnknownBefore => RestCatalogHandler.Error(500, "CommitStateUnknownException"),
        FakeRestCatalogFault.ExpiredToken => RestCatalogHandler.Error(419, "AuthenticationTimeoutException"),
        _ => null,
    };

    private async Task<HttpResponseMessage> CarryOutAsync(HttpContext context)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), context.Request.GetEncodedUrl());
        if (context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0)
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
            request.Content = new ByteArrayContent(body.ToArray());
        }

        foreach (var (name, value) in context.Request.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value.AsEnumerable());
        }

        return await _invoker.SendAsync(request, context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task SendAsync(HttpContext context, HttpResponseMessage answer)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(h => h.Key is "ETag" or "Content-Type"))
        {
            context.Response.Headers[name] = string.Join(',', values);
        }

        var body = await answer.Content.ReadAsByteArrayAsync(context.RequestAborted).ConfigureAwait(false);
        if (context.Response.StatusCode is not (204 or 304))
        {
            context.Response.ContentLength = body.Length;
            await context.Response.Body.WriteAsync(body, context.RequestAborted).ConfigureAwait(false);
        }
    }
}
