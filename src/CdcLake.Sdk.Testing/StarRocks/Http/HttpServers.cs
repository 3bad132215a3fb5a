using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using CdcLake.Testing.StarRocks.Model;
using CdcLake.Testing.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace CdcLake.Testing.StarRocks.Http;

/// <summary>
/// All frontends and backends over HTTP: one Kestrel with a port for each. A frontend never reads a body, so that <c>100 Continue</c> comes from the backend alone, and closes the
/// connection after a load.
/// </summary>
internal sealed class HttpServers : IAsyncDisposable
{
    private const string Dead = "http://127.0.0.1:1"; // tcpmux: nothing listens there
    private readonly Cluster _cluster;
    private readonly Faults _faults;
    private readonly Frontend _frontend;
    private readonly Backend _backend;
    private readonly WebApplication _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<int> _frontends;
    private readonly List<int> _backends;
    private readonly X509Certificate2? _certificate;

    public HttpServers(Cluster cluster, Faults faults)
    {
        _cluster = cluster;
        _faults = faults;
        _backend = new Backend(cluster, BackendAddress);
        _frontend = new Frontend(cluster, BackendAddress);
        _certificate = cluster.Options.UsesHttps ? OwnCertificate.Create() : null;
        _server = KestrelHost.Start(ServeAsync, cluster.Options.Frontends + cluster.Options.Backends, _certificate);
        var ports = _server.Urls.Select(u => new Uri(u).Port).ToList();
        (_frontends, _backends) = (ports[..cluster.Options.Frontends], ports[cluster.Options.Frontends..]);
    }

    public IReadOnlyList<string> FrontendAddresses => [.. _frontends.Select(Address)];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
        _certificate?.Dispose();
        _stop.Dispose();
    }

    /// <summary>Null without HTTPS.</summary>
    public string? CertificatePem => _certificate?.ExportCertificatePem();

    private string BackendAddress(int backend) => Address(_backends[backend]);

    private string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"{(_certificate is null ? "http" : "https")}://127.0.0.1:{port}");

    private async Task ServeAsync(HttpContext context)
    {
        var backend = _backends.IndexOf(context.Connection.LocalPort);
        if (Call.Of(context) is not { } call)
        {
            await SendAsync(context, new Reply(404, "Not Found") { ContentType = "text/plain" }).ConfigureAwait(false);
            return;
        }

        if (backend >= 0 && IsDown(backend))
        {
            context.Abort();
            return;
        }

        var fault = _faults.Next(call, backend < 0 ? "frontend" : "backend");
        try
        {
            await ServeAsync(call, backend, fault).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or BadHttpRequestException)
        {
            context.Abort(); // the client went away, or the test is over
        }
    }

    private async Task ServeAsync(Call call, int backend, FakeStarRocksFault fault)
    {
        if (fault == FakeStarRocksFault.DropBefore)
        {
            call.Context.Abort();
            return;
        }

        if (fault == FakeStarRocksFault.DieInBody && backend >= 0)
        {
            await DieAsync(call, backend).ConfigureAwait(false);
            return;
        }

        if (Instead(call, backend, fault) is { } instead)
        {
            await SendAsync(call.Context, instead).ConfigureAwait(false);
            return;
        }

        var reply = backend < 0 ? AskFrontend(call, fault) : await AskBackendAsync(call, backend, fault).ConfigureAwait(false);
        if (fault == FakeStarRocksFault.DropAfter)
        {
            call.Context.Abort();
            return;
        }

        if (fault == FakeStarRocksFault.Late)
        {
            await Task.Delay(_cluster.Options.Lateness, _stop.Token).ConfigureAwait(false);
        }

        var away = fault == FakeStarRocksFault.RedirectToDead && reply.Location is not null;
        await SendAsync(call.Context, away ? Reply.Redirect(Dead + call.PathAndQuery) : reply).ConfigureAwait(false);
    }

    private bool IsDown(int backend)
    {
        lock (_cluster.Lock)
        {
            return _cluster.IsDown(backend);
        }
    }

    private static Reply? Instead(Call call, int backend, FakeStarRocksFault fault) => fault switch
    {
        FakeStarRocksFault.ServerError => new Reply(502, "<html><body>Bad Gateway</body></html>") { ContentType = "text/html" },
        FakeStarRocksFault.Refuse when backend >= 0 => Reply.Of(call.IsTransaction ? "INTERNAL_ERROR" : "Fail", "Service is shutting down, please retry later!"),
        FakeStarRocksFault.Refuse when call.IsTransaction || call.Verb == "stream-load" => Reply.Of("FAILED", "class com.starrocks.common.DdlException: No backend alive."),
        FakeStarRocksFault.Refuse => Reply.Base("FAILED", "1", "FE is not ready"),
        _ => null,
    };

    private Reply AskFrontend(Call call, FakeStarRocksFault fault)
    {
        lock (_cluster.Lock)
        {
            if (_frontend.Check(call) is { } refusal)
            {
                return refusal;
            }

            var isFollower = call.Context.Connection.LocalPort != _frontends[0];
            if (isFollower && call.Verb != "stream-load")
            {
                return Reply.Redirect(Address(_frontends[0]) + call.PathAndQuery);
            }

            return call.Verb switch
            {
                "stream-load" => _frontend.StreamLoad(call),
                "state" => _frontend.State(call),
                "cancel" => _frontend.Cancel(call),
                "error-log" => new Reply(404, "Not Found"),
                _ => _frontend.Transaction(call, fault == FakeStarRocksFault.PublishLate),
            };
        }
    }

    private async Task<Reply> AskBackendAsync(Call call, int backend, FakeStarRocksFault fault)
    {
        if (call.Verb == "error-log")
        {
            lock (_cluster.Lock)
            {
                return _cluster.ErrorLog(call.Label) is { } lines ? new Reply(200, string.Join('\n', lines)) { ContentType = "text/plain" } : new Reply(404, "Not Found");
            }
        }

        if (Objection(call) is { } objection)
        {
            return objection;
        }

        var body = call.Verb is "stream-load" or "load" ? await ReadAsync(call).ConfigureAwait(false) : default;
        var late = fault == FakeStarRocksFault.PublishLate;
        lock (_cluster.Lock)
        {
            return call.Verb switch
            {
                "stream-load" => _backend.StreamLoad(call, backend, body, late),
                "begin" => _backend.Begin(call, backend),
                "load" => _backend.Load(call, backend, body),
                "prepare" => _backend.Prepare(call, backend),
                "commit" => _backend.Commit(call, backend, late),
                "rollback" => _backend.Rollback(call, backend),
                _ => new Reply(404, "Not Found"),
            };
        }
    }

    // A backend lets the frontend judge name and password, and says no with HTTP 200.
    private Reply? Objection(Call call)
    {
        var status = call.IsTransaction ? "INTERNAL_ERROR" : "Fail";
        if (call.Credentials() is not { } who)
        {
            return Reply.Of(status, "no valid Basic authorization");
        }

        return who == (_cluster.Options.User, _cluster.Options.Password) ? null : Reply.Of(status, $"Access denied for {who.User}@127.0.0.1");
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(Call call)
    {
        var context = call.Context;
        if (_cluster.Discards(call.Table))
        {
            await context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted).ConfigureAwait(false);
            return default;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        return body.ToArray();
    }

    private async Task DieAsync(Call call, int backend)
    {
        var half = new byte[Math.Max(1, (call.Context.Request.ContentLength ?? 0) / 2)];
        await call.Context.Request.Body.ReadAtLeastAsync(half, half.Length, throwOnEndOfStream: false, call.Context.RequestAborted).ConfigureAwait(false);
        lock (_cluster.Lock)
        {
            _cluster.LoseBackend(backend);
        }

        call.Context.Abort();
    }

    private static async Task SendAsync(HttpContext context, Reply reply)
    {
        context.Response.StatusCode = reply.StatusCode;
        context.Response.ContentType = reply.ContentType;
        if (reply.Location is not null)
        {
            context.Response.Headers.Location = reply.Location;
        }

        if (reply.StatusCode == 401)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"\"";
        }

        if (context.Request.Headers.ContainsKey("Expect"))
        {
            context.Response.Headers.Connection = "close";
        }

        await context.Response.WriteAsync(reply.Body, context.RequestAborted).ConfigureAwait(false);
    }
}
