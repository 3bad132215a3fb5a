using CdcLake.IntegrationTests.Fixtures;
using Microsoft.Playwright;

namespace CdcLake.IntegrationTests.Browser;

/// <summary>The distribution's Chromium, driven by Playwright; one for a class of tests.</summary>
public sealed class Chromium : IAsyncLifetime
{
    public const string Variable = "CDCLAKE_TEST_CHROMIUM";

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Nothing to do without a browser: the tests skip.</summary>
    public async Task InitializeAsync()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)))
        {
            return;
        }

        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = TestServers.Get(Variable), ChromiumSandbox = false });
    }

    /// <summary>An empty page of a new visitor.</summary>
    internal async Task<Visit> VisitAsync(Uri dashboard, ColorScheme theme = ColorScheme.Light, int width = 1280, int height = 800)
    {
        var context = await _browser!.NewContextAsync(new() { ColorScheme = theme, ViewportSize = new() { Width = width, Height = height }, ReducedMotion = ReducedMotion.Reduce, Locale = "en-GB", TimezoneId = "UTC" });
        context.SetDefaultTimeout(30_000);
        return new Visit(context, await context.NewPageAsync(), dashboard);
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }
}
