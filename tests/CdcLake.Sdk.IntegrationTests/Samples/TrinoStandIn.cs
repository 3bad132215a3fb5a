using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace CdcLake.IntegrationTests.Samples;

/// <summary>
/// Trino's statement protocol for the queries of <c>verify.sh</c>: an answer comes in several pages, of which the first has no rows. The rows are those of the real tables, as read by
/// <paramref name="read"/>, which Iceberg's Java library stands behind.
/// </summary>
/// <param name="read">Rows of a table with its catalog, as in <c>iceberg.demo.sales_by_product</c>.</param>
internal sealed partial class TrinoStandIn(Func<string, Task<IReadOnlyList<JsonElement>>> read) : IAsyncDisposable
{
    private readonly List<string[][]> _answers = [];
    private WebApplication? _app;

    public string Address => _app!.Urls.First();

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.MapPost("/v1/statement", (Delegate)AcceptAsync);
        _app.MapGet("/v1/statement/executing/{id:int}/{page:int}", Page);
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }
    }

    private async Task<IResult> AcceptAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var statement = await reader.ReadToEndAsync();
        var query = Query().Match(statement);
        if (!query.Success || !context.Request.Headers.ContainsKey("X-Trino-User"))
        {
            return Results.Text($$$"""{"id":"1","error":{"message":"line 1:1: mismatched input in {{{JsonEncodedText.Encode(statement)}}}","errorCode":1},"stats":{"state":"FAILED"}}""", "application/json");
        }

        var rows = await read(query.Groups["table"].Value);
        var matching = rows.Where(r => !query.Groups["column"].Success || r.GetProperty(query.Groups["column"].Value).ToString() == query.Groups["value"].Value);
        string[][] answer = query.Groups["columns"].Value == "COUNT(*) > 0"
            ? [[matching.Any() ? "true" : "false"]]
            : [.. matching.Select(r => query.Groups["columns"].Value.Split(", ").Select(c => Value(r.GetProperty(c))).ToArray())];
        int id;
        lock (_answers)
        {
            _answers.Add(answer);
            id = _answers.Count - 1;
        }

        return Results.Text($$$"""{"id":"{{{id}}}","infoUri":"{{{Address}}}/ui","nextUri":"{{{Address}}}/v1/statement/executing/{{{id}}}/0","stats":{"state":"QUEUED"},"warnings":[]}""", "application/json");
    }

    private IResult Page(int id, int page)
    {
        string[][] answer;
        lock (_answers)
        {
            answer = _answers[id];
        }

        var data = page == 1 && answer.Length > 0 ? $"\"data\":[{string.Join(',', answer.Select(r => $"[{string.Join(',', r)}]"))}]," : "";
        var next = page < 2 ? $"\"nextUri\":\"{Address}/v1/statement/executing/{id}/{page + 1}\"," : "";
        return Results.Text($$$"""{"id":"{{{id}}}",{{{next}}}"columns":[{"name":"c","type":"bigint","typeSignature":{"rawType":"bigint","arguments":[]}}],{{{data}}}"stats":{"state":"RUNNING"}}""", "application/json");
    }

    private static string Value(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.GetRawText().Contains('.', StringComparison.Ordinal)
        ? $"\"{value.GetRawText()}\"" // Trino gives decimals as texts
        : value.GetRawText();

    [GeneratedRegex(@"^SELECT (?<columns>.+) FROM (?<table>\w+\.\w+\.\w+)(?: WHERE (?<column>\w+) = '(?<value>[^']*)')?$")]
    private static partial Regex Query();
}
