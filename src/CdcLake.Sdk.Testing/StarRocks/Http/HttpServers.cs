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
    private readonly Cluster _cluster;
    private readonly Faults _faults;
    private readonly Servers _servers;
    private readonly WebApplication _server;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<int> _frontends;
    private readonly List<int> _backends;
    private readonly X509Certificate2? _certificate;

    public HttpServers(Cluster cluster, Faults faults)
    {
        _cluster = cluster;
        _faults = faults;
        _servers = new Servers(cluster, AddressOf);
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

    private string AddressOf(Place place) => Address((place.IsBackend ? _backends : _frontends)[place.Number]);

    private string Address(int port) => string.Create(CultureInfo.InvariantCulture, $"{(_certificate is null ? "http" : "https")}://127.0.0.1:{port}");

    private async Task ServeAsync(HttpContext context)
    {
        var port = context.Connection.LocalPort;
        var place = _backends.IndexOf(port) is >= 0 and var backend ? new Place(true, backend) : new Place(false, _frontends.IndexOf(port));
        if (Call.Of(context) is not { } call)
        {
            await SendAsync(context, new Reply(404, "Not Found") { ContentType = "text/plain" }).ConfigureAwait(false);
            return;
        }

        if (_servers.IsDown(place))
        {
            context.Abort();
            return;
        }

        var fault = _faults.Next(call, place.IsBackend ? "backend" : "frontend");
        try
        {
            await ServeAsync(call, place, fault).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or BadHttpRequestException)
        {
            context.Abort(); // the client went away, or the test is over
        }
    }

    private async Task ServeAsync(Call call, Place place, FakeStarRocksFault fault)
    {
        if (fault == FakeStarRocksFault.DropBefore)
        {
            call.Context.Abort();
            return;
        }

        if (fault == FakeStarRocksFault.DieInBody && place.IsBackend)
        {
            await DieAsync(call, place).ConfigureAwait(false);
            return;
        }

        var reply = _servers.BeforeBody(call, place, fault)
            ?? _servers.AskBackend(call, place.Number, call.Verb is "stream-load" or "load" ? await ReadAsync(call).ConfigureAwait(false) : default, fault);
        if (fault == FakeStarRocksFault.DropAfter)
        {
            call.Context.Abort();
            return;
        }

        if (fault == FakeStarRocksFault.Late)
        {
            await Task.Delay(_cluster.Options.Lateness, _stop.Token).ConfigureAwait(false);
        }

        await SendAsync(call.Context, reply).ConfigureAwait(false);
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

    private async Task DieAsync(Call call, Place place)
    {
        var half = new byte[Math.Max(1, (call.Context.Request.ContentLength ?? 0) / 2)];
        await call.Context.Request.Body.ReadAtLeastAsync(half, half.Length, throwOnEndOfStream: false, call.Context.RequestAborted).ConfigureAwait(false);
        _servers.Die(place);
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
