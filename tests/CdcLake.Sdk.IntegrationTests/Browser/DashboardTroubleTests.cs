using CdcLake.IntegrationTests.Fixtures;
using Microsoft.Playwright;

namespace CdcLake.IntegrationTests.Browser;

/// <summary>What the dashboard shows when there is nothing, or nothing good, to show.</summary>
public sealed class DashboardTroubleTests(Chromium chromium) : IClassFixture<Chromium>
{
    public sealed record Note(long Id);

    [ServerFact(Chromium.Variable)]
    public async Task Pipelines_that_fail_wait_or_have_nothing_yet_say_so_and_what_to_do()
    {
        await using var app = await DashboardApp.StartAsync(
            cdc => cdc
                .AddPipeline("broken", _ => Notes("broken", MySqlSource.FromFiles("/nowhere/binlog.000001")))
                .AddPipeline("unreachable", _ => Notes("unreachable", new MySqlSource("Server=127.0.0.1;Port=9;User ID=cdc;Password=s3cret")))
                .AddPipeline("not-started", _ => Notes("not-started", new MySqlSource("Server=127.0.0.1;Port=9")), o => o.Enabled = false),
            o => o.ShowRows = false);
        foreach (var theme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await using var visit = await chromium.VisitAsync(app.Page, theme);
            await visit.GoAsync("", ".card.bad .banner.bad");
            await visit.SeeAsync(".card.warn .banner.warn");
            await ShowsAsync(visit, "home", theme);
            foreach (var (address, shows) in new[]
            {
                ("p/broken", ".banner.bad"), ("p/broken/events", "text=needs somebody"), ("p/unreachable", "text=Next attempt"), ("p/not-started", "text=No stages yet"), ("p/not-started/events", "text=not enabled"),
                ("p/not-started/checkpoints", "text=No checkpoint yet"), ("p/not-started/sinks", "text=No commit since the start"), ("p/not-started/data", "text=Rows are not shown here"), ("p/not-started/nowhere", "text=There is no such page"),
            })
            {
                await visit.GoAsync(address, shows);
                Assert.Equal(0, await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).CountAsync()); // no policy, no buttons
                Assert.DoesNotContain("s3cret", await visit.Page.ContentAsync(), StringComparison.Ordinal);
                await ShowsAsync(visit, address.Replace('/', '-'), theme);
            }

            Assert.Empty(visit.Complaints);
        }
    }

    [ServerFact(Chromium.Variable)]
    public async Task An_application_without_pipelines_is_told_how_to_add_one_and_a_wrong_name_what_there_is()
    {
        await using var app = await DashboardApp.StartAsync(_ => { }, _ => { });
        await using var visit = await chromium.VisitAsync(app.Page, width: 320);
        await visit.GoAsync("", "text=This application has no pipelines");
        await ShowsAsync(visit, "empty", ColorScheme.Light);
        Assert.Empty(visit.Complaints);
        await visit.GoAsync("p/none", "text=There is no such pipeline");
        await ShowsAsync(visit, "unknown", ColorScheme.Light);
    }

    private static Pipeline Notes(string name, MySqlSource source) => Pipeline
        .FromMySqlBinlog(source.Table<Note>("shop.notes"))
        .ToIceberg(IcebergCatalog.FileSystem(Path.Combine(Path.GetTempPath(), "cdclake-no-such-warehouse")).Table("shop.notes"), key: n => n.Id)
        .Build(name, o => o.CheckpointFolder = Path.Combine(Path.GetTempPath(), "cdclake-no-such-checkpoints"));

    private static async Task ShowsAsync(Visit visit, string name, ColorScheme theme)
    {
        Assert.Equal([], await visit.AuditAsync());
        await Screenshots.SaveAsync(visit, $"trouble-{name}-{theme}");
    }
}
