using CdcLake.IntegrationTests.Fixtures;
using Microsoft.Playwright;

namespace CdcLake.IntegrationTests.Browser;

/// <summary>The dashboard of the sample in a real browser: every page, in both themes, from a small telephone to a wide screen.</summary>
public sealed class DashboardPagesTests(Chromium chromium) : IClassFixture<Chromium>
{
    private static readonly (string Address, string Shows)[] Pages =
    [
        ("", ".card .spark"),
        ("p/sales-by-product", ".graph .node"),
        ("p/sales-by-product/data", ".bars-row, .line-chart"),
        ("p/revenue-by-day/data?kind=line&x=day&table=iceberg(demo.revenue_by_day)", ".line-chart"),
        ("p/sales-by-product/sinks", ".columns"),
        ("p/sales-by-product/checkpoints", ".panel"),
        ("p/sales-by-product/events", ".events li"),
        ("p/sales-by-product/plan", "pre"),
    ];

    [ServerFact(Chromium.Variable)]
    public async Task Every_page_is_sound_in_both_themes_at_every_width()
    {
        await using var program = await DashboardProgram.StartAsync("--RowsPerSecond", "400");
        var faults = new List<string>();
        foreach (var theme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await using var visit = await chromium.VisitAsync(program.Page, theme);
            foreach (var (address, shows) in Pages)
            {
                await visit.GoAsync(address, shows);
                foreach (var width in new[] { 320, 768, 1280, 1920 })
                {
                    await visit.Page.SetViewportSizeAsync(width, 800);
                    faults.AddRange((await visit.AuditAsync()).Select(f => $"#/{address} {theme} {width}: {f}"));
                    await Screenshots.SaveAsync(visit, $"{Array.FindIndex(Pages, p => p.Address == address)}-{theme}-{width}");
                }
            }

            faults.AddRange(visit.Complaints.Select(c => $"{theme}: {c}"));
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults.Distinct().Take(40)));
        Assert.Equal(0, await program.TerminateAsync()); // drains
    }

    [ServerFact(Chromium.Variable)]
    public async Task A_visitor_finds_the_way_by_clicks_and_by_keys()
    {
        await using var program = await DashboardProgram.StartAsync("--RowsPerSecond", "2000");
        await using var visit = await chromium.VisitAsync(program.Page);
        var page = visit.Page;
        await visit.GoAsync("", ".card");
        await page.Keyboard.PressAsync("Tab"); // skip link, brand, crumbs, theme, first card
        await page.GetByRole(AriaRole.Link, new() { Name = "sales-by-product" }).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await visit.SeeAsync(".graph .node");
        Assert.Equal("sales-by-product · CdcLake", await page.TitleAsync());

        await page.GetByRole(AriaRole.Link, new() { Name = "Data", Exact = true }).ClickAsync();
        await visit.SeeAsync("h2:has-text('TotalRevenue by ProductSku')"); // of the view
        await page.GetByLabel("Table", new() { Exact = true }).SelectOptionAsync("iceberg(demo.sales_by_product)");
        await visit.SeeAsync("h2:has-text('total_revenue by product_sku')"); // what Superset shows of it
        await page.GetByRole(AriaRole.Button, new() { Name = "Line", Exact = true }).ClickAsync();
        await visit.SeeAsync(".line-chart");
        await page.GetByRole(AriaRole.Button, new() { Name = "Number" }).ClickAsync();
        await visit.SeeAsync(".huge");
        await page.GetByRole(AriaRole.Button, new() { Name = "Bars" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "total_qty" }).ClickAsync();
        await visit.SeeAsync("th[aria-sort=ascending]:has-text('total_qty')");
        await page.GetByRole(AriaRole.Button, new() { Name = "Next", Exact = true }).ClickAsync();
        await visit.SeeAsync("text=51–");
        await page.GetByLabel("Snapshot", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Index = 2 });
        await visit.SeeAsync("button:has-text('Back to now')");
        Assert.Contains("snapshot=", page.Url, StringComparison.Ordinal);
        await page.ReloadAsync(); // the address says it all
        await visit.SeeAsync("button:has-text('Back to now')");
        await visit.SeeAsync(".bars-row");

        await page.GetByRole(AriaRole.Button, new() { Name = "Theme: system" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Theme: light" }).ClickAsync();
        Assert.Equal("dark", await page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
        Assert.Empty(visit.Complaints);
        Assert.Equal(0, await program.TerminateAsync());
    }

    [ServerFact(Chromium.Variable)]
    public async Task An_operator_pauses_and_resumes_and_does_not_reset_by_mistake()
    {
        await using var program = await DashboardProgram.StartAsync("--RowsPerSecond", "100");
        await using var visit = await chromium.VisitAsync(program.Page);
        var page = visit.Page;
        await visit.GoAsync("p/sales-by-product", ".graph .node");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await visit.SeeAsync("h1 .chip:has-text('Paused')");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await visit.SeeAsync("h1 .chip:has-text('Streaming')");
        await page.GetByRole(AriaRole.Button, new() { Name = "Reset" }).ClickAsync();
        var confirm = page.Locator("dialog button[type=submit]");
        Assert.True(await confirm.IsDisabledAsync());
        await page.Locator("dialog input").FillAsync("sales-by-produc");
        Assert.True(await confirm.IsDisabledAsync());
        await page.Locator("dialog input").FillAsync("sales-by-product");
        Assert.False(await confirm.IsDisabledAsync());
        await page.Keyboard.PressAsync("Escape");
        await visit.SeeAsync("h1 .chip:has-text('Streaming')");
        Assert.Empty(await visit.AuditAsync());
        Assert.Empty(visit.Complaints);

        await program.TerminateAsync();
        await visit.SeeAsync(".connection.lost"); // and says so instead of showing old numbers as new ones
    }
}
