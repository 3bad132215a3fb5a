using CdcLake.Testing.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace CdcLake.IntegrationTests.Trino;

/// <summary>The client that the tests of Trino ask with follows the protocol, before an endpoint in the process that plays it.</summary>
public sealed class TrinoClientTests
{
    [Fact]
    public async Task A_result_comes_in_pages_and_busy_servers_are_asked_again()
    {
        await using var server = new Endpoint(
            (200, """{"id":"q1","nextUri":"{0}/v1/statement/queued/q1/1","stats":{"state":"QUEUED"}}"""),
            (503, "busy"),
            (200, """{"id":"q1","nextUri":"{0}/v1/statement/executing/q1/2","columns":[{"name":"id","type":"bigint"},{"name":"price","type":"decimal(10,2)"}],"data":[[2,"0.50"]],"stats":{"state":"RUNNING"}}"""),
            (502, ""),
            (200, """{"id":"q1","nextUri":"{0}/v1/statement/executing/q1/3","columns":[{"name":"id","type":"bigint"},{"name":"price","type":"decimal(10,2)"}],"data":[[1,"9.90"],[3,null]],"stats":{"state":"RUNNING"}}"""),
            (200, """{"id":"q1","stats":{"state":"FINISHED"}}"""));
        using var trino = new TrinoClient(server.Uri, TimeProvider.System);
        var result = await trino.QueryAsync("SELECT id, price FROM t");
        Assert.Equal(["id", "price"], result.Columns);
        Assert.Equal(["1|9.90", "2|0.50", "3|NULL"], result.Lines);
        Assert.Equal(
            [
                "POST /v1/statement cdclake UTC SELECT id, price FROM t", "GET /v1/statement/queued/q1/1 cdclake UTC ", "GET /v1/statement/queued/q1/1 cdclake UTC ",
                "GET /v1/statement/executing/q1/2 cdclake UTC ", "GET /v1/statement/executing/q1/2 cdclake UTC ", "GET /v1/statement/executing/q1/3 cdclake UTC ",
            ],
            server.Requests);
    }

    [Fact]
    public async Task An_error_with_status_200_is_one()
    {
        await using var server = new Endpoint((200, """{"id":"q1","error":{"message":"line 1:15: Table 'x' does not exist","errorCode":46,"errorName":"TABLE_NOT_FOUND","errorType":"USER_ERROR"},"stats":{"state":"FAILED"}}"""));
        using var trino = new TrinoClient(server.Uri, TimeProvider.System);
        var error = await Assert.ThrowsAsync<TrinoException>(() => trino.QueryAsync("SELECT * FROM x"));
        Assert.StartsWith("TABLE_NOT_FOUND: line 1:15", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(503)]
    public async Task Another_status_is_an_error_and_patience_has_an_end(int status)
    {
        await using var server = new Endpoint((status, "no"), (status, "no"), (status, "no"));
        using var trino = new TrinoClient(server.Uri, TimeProvider.System) { Patience = TimeSpan.FromMilliseconds(1) };
        var error = await Assert.ThrowsAsync<TrinoException>(() => trino.QueryAsync("SELECT 1"));
        Assert.Contains($"answered {status}: no", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Gives answers in their order, <c>{0}</c> in them its own address.</summary>
    private sealed class Endpoint : IAsyncDisposable
    {
        private readonly Queue<(int Status, string Body)> _answers;
        private readonly WebApplication _server;

        public Endpoint(params (int Status, string Body)[] answers)
        {
            _answers = new(answers);
            _server = KestrelHost.Start(AnswerAsync);
            Uri = new Uri(_server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        }

        public Uri Uri { get; }

        public List<string> Requests { get; } = [];

        public ValueTask DisposeAsync() => _server.DisposeAsync();

        private async Task AnswerAsync(HttpContext context)
        {
            using var reader = new StreamReader(context.Request.Body);
            var statement = await reader.ReadToEndAsync();
            Requests.Add($"{context.Request.Method} {context.Request.Path} {context.Request.Headers["X-Trino-User"]} {context.Request.Headers["X-Trino-Time-Zone"]} {statement}");
            var (status, body) = _answers.Dequeue();
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(body.Replace("{0}", Uri.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal));
        }
    }
}
