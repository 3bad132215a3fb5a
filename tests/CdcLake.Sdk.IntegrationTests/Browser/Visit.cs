using System.Text.Json;
using Microsoft.Playwright;

namespace CdcLake.IntegrationTests.Browser;

/// <summary>A visitor of the dashboard: where he is, what the console said, and whether what he sees is sound.</summary>
internal sealed class Visit : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly Uri _dashboard;
    private readonly List<string> _complaints = [];

    public Visit(IBrowserContext context, IPage page, Uri dashboard)
    {
        (_context, Page, _dashboard) = (context, page, dashboard);
        page.Console += (_, message) => Complain(message.Type is "error" or "warning", $"console: {message.Text} {message.Location}");
        page.PageError += (_, error) => Complain(true, $"script: {error}");
        page.Request += (_, request) => Complain(!request.Url.StartsWith(dashboard.ToString(), StringComparison.Ordinal), $"asks {request.Url}");
        page.Response += (_, response) => Complain(response.Status >= 400, $"{response.Status} for {response.Url}");
    }

    public IPage Page { get; }

    /// <summary>Errors of the console, failed requests, and requests to other places.</summary>
    public IReadOnlyList<string> Complaints
    {
        get
        {
            lock (_complaints)
            {
                return [.. _complaints];
            }
        }
    }

    /// <summary>Goes to a page of the dashboard, and waits until it shows what it is about.</summary>
    public async Task GoAsync(string address, string shows)
    {
        await Page.GotoAsync(new Uri(_dashboard, "#/" + address).ToString());
        await SeeAsync(shows);
    }

    /// <summary>Waits for something to be seen.</summary>
    public Task SeeAsync(string selector) => Page.Locator(selector).First.WaitForAsync();

    /// <summary>What <c>audit.js</c> finds on the page as it is now.</summary>
    public async Task<IReadOnlyList<string>> AuditAsync()
    {
        var found = await Page.EvaluateAsync<JsonElement>(Audit);
        return [.. found.EnumerateArray().Select(f => f.GetString()!)];
    }

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private static string Audit { get; } = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "audit.js"));

    private void Complain(bool isOne, string text)
    {
        if (isOne)
        {
            lock (_complaints)
            {
                _complaints.Add(text);
            }
        }
    }
}
