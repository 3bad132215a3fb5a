using System.Globalization;
using System.Net;
using System.Text;
using CdcLake.Simulation.Scheduling;
using CdcLake.Testing;
using CdcLake.Testing.StarRocks.Http;
using Microsoft.AspNetCore.Http;

namespace CdcLake.Simulation.Servers.StarRocks;

/// <summary>Frontends and backends over HTTP as one process reaches them: no socket, but on each hop a request that may go wrong.</summary>
/// <param name="server">Outlives all processes.</param>
/// <param name="node">Who asks.</param>
internal sealed class LoadsOfNode(StarRocksServer server, Node node) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(CancellationToken.None).ConfigureAwait(false);
        var call = Call.Of(ContextOf(request)) ?? throw new SimulationException($"StarRocks has no path {request.RequestUri}.");
        var writes = call.Verb is not ("state" or "error-log");
        var isTwice = writes && Count(FaultKind.Twice, 0.01);
        var fault = Fault(call, request.RequestUri!);
        var answer = await node.Scheduler.AskAsync(
            node, TextOf(request.RequestUri!, call), writes, () => Carry(request.RequestUri!, call, body, fault, isTwice), why => new HttpRequestException($"{why} by StarRocks."), cancellationToken, isPrompt: !server.KeepsProcessesApart).ConfigureAwait(false);
        var response = new HttpResponseMessage((HttpStatusCode)answer.StatusCode) { Content = new StringContent(answer.Body, Encoding.UTF8, answer.ContentType), RequestMessage = request };
        response.Headers.Location = answer.Location is { } next ? new Uri(next) : null;
        return response;
    }

    private Reply Carry(Uri address, Call call, byte[] body, FakeStarRocksFault fault, bool isTwice)
    {
        Reply? answer = null;
        for (var i = 0; i < (isTwice ? 2 : 1); i++)
        {
            answer = server.PlaceOf(address) is { } place ? server.Answer(call, place, body, fault) : throw new HttpRequestException($"Nobody listens at {address.Authority}.");
        }

        if (call is { Verb: "stream-load", Table: "cdclake_positions" } && call.Label[^1] is 'c' or 'o')
        {
            server.Take(call.Label, node);
        }

        return answer ?? throw new HttpRequestException($"{address.Authority} went away.");
    }

    private FakeStarRocksFault Fault(Call call, Uri address)
    {
        var isBackend = address.Host.StartsWith("be", StringComparison.Ordinal);
        if (Count(FaultKind.Busy, 0.02))
        {
            return node.Scheduler.Random.Next(2) == 0 ? FakeStarRocksFault.Refuse : FakeStarRocksFault.ServerError;
        }

        if (!isBackend && call.Verb is "stream-load" or "load" or "begin" && Count(FaultKind.Refuse, 0.01))
        {
            return FakeStarRocksFault.RedirectToDead;
        }

        if (isBackend && call.Verb is "stream-load" or "load" && Count(FaultKind.Forget, 0.01))
        {
            return FakeStarRocksFault.DieInBody;
        }

        return call.Verb is "stream-load" or "commit" && Count(FaultKind.Late, 0.05) ? FakeStarRocksFault.PublishLate : FakeStarRocksFault.None;
    }

    private bool Count(FaultKind kind, double probability)
    {
        var happens = node.Scheduler.Chance(probability);
        if (happens)
        {
            node.Scheduler.Count(kind);
        }

        return happens;
    }

    private static string TextOf(Uri address, Call call)
    {
        var label = call.Label.Length > 24 ? call.Label[^24..] : call.Label;
        return string.Create(CultureInfo.InvariantCulture, $"{call.Verb} {call.Table} {label} at {address.Host.Split('.')[0]}");
    }

    private static DefaultHttpContext ContextOf(HttpRequestMessage request)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = request.Method.Method;
        context.Request.Path = new PathString(request.RequestUri!.AbsolutePath);
        context.Request.QueryString = new QueryString(request.RequestUri.Query);
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            context.Request.Headers[name] = values.ToString();
        }

        return context;
    }
}
