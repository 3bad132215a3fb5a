using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using Microsoft.Playwright;

namespace CdcLake.IntegrationTests.Browser;

/// <summary>The dashboard while pipelines read a server: an initial snapshot on its way, a sink that is too slow, and a reset that is meant.</summary>
public sealed class DashboardLiveTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const int Rows = 20_000;

    public sealed record Item(int Id, int Qty);

    [ServerFact(TestServers.MySql, Chromium.Variable)]
    public async Task A_snapshot_shows_how_far_it_is_and_a_reset_takes_another()
    {
        await using var database = await ItemsAsync("seen_snapshot");
        using var folder = new TemporaryFolder();
        var table = IcebergCatalog.FileSystem(folder["warehouse"]).Table("shop.items");
        var mysql = new MySqlSource(database.ConnectionString, o => o.SnapshotRowsPerSecond = Rows / 4);
        await using var app = await DashboardApp.StartAsync(
            cdc => cdc.AddPipeline("items", _ => Pipeline.FromMySqlBinlog(mysql.Table<Item>($"{database.Name}.items")).ToIceberg(table, i => i.Id).Build("items", o => o.CheckpointFolder = folder["checkpoints"])),
            o => o.ActionPolicy = DashboardApp.Operators);
        await using var visit = await chromium.VisitAsync(app.Page);
        await visit.GoAsync("", ".card .snapshot-line");
        await visit.GoAsync("p/items", "h2:has-text('Initial snapshot')");
        await visit.SeeAsync("p:has-text('rows ·'):has-text('left')"); // rows so far, pace, and when it will be done
        await visit.SeeAsync($"td:has-text('{database.Name}.items')");
        Assert.Equal([], await visit.AuditAsync());
        await Screenshots.SaveAsync(visit, "live-snapshot");
        await visit.SeeAsync($"text=Done: {Rows.ToString("N0", CultureInfo.InvariantCulture)} rows of 1 table");
        await visit.SeeAsync("h1 .chip:has-text('Streaming')");

        var before = (await table.InspectAsync()).Snapshots.Max(s => s.SequenceNumber);
        await database.ExecuteAsync("UPDATE items SET qty = 7 WHERE id <= 10");
        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Reset" }).ClickAsync();
        await visit.Page.Locator("dialog input").FillAsync("items");
        await visit.Page.Locator("dialog button[type=submit]").ClickAsync();
        await visit.SeeAsync("h1 .chip:has-text('Snapshotting')");
        Assert.Equal(Rows, await table.Scan<Item>().ReadAsync().CountAsync()); // readers have what was there
        await visit.SeeAsync("h1 .chip:has-text('Streaming')");
        await visit.GoAsync("p/items/events", "text=reset by an operator");
        Assert.Equal([], visit.Complaints);
        var state = await table.InspectAsync();
        Assert.True(state.Snapshots.Max(s => s.SequenceNumber) > before, "The reset committed nothing.");
        var rows = await table.Scan<Item>().ReadAsync().ToListAsync();
        Assert.Equal((Rows, 10), (rows.Count, rows.Count(r => r.Qty == 7)));
    }

    [ServerFact(TestServers.MySql, Chromium.Variable)]
    public async Task A_sink_that_is_too_slow_shows_as_backpressure_before_it_and_not_behind()
    {
        await using var database = await ItemsAsync("seen_pressure");
        using var folder = new TemporaryFolder();
        using var sink = new GatedSink();
        var mysql = new MySqlSource(database.ConnectionString);
        await using var app = await DashboardApp.StartAsync(
            cdc => cdc.AddPipeline("items", _ => Pipeline.FromMySqlBinlog(mysql.Table<Item>($"{database.Name}.items")).To(sink, i => i.Id).Build("items", o =>
            {
                o.CheckpointFolder = folder["checkpoints"];
                o.EpochRows = 100;
            })),
            _ => { });
        await using var visit = await chromium.VisitAsync(app.Page);
        await visit.GoAsync("p/items", "h1 .chip:has-text('Streaming')");
        sink.Close();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 60; i++) // more than the channel before a sink holds
            {
                await database.ExecuteAsync("UPDATE items SET qty = qty + 1");
            }
        });
        await visit.SeeAsync(".graph .node:has-text('blocked')");
        await visit.SeeAsync(".graph .node.bad");
        Assert.Equal([], await visit.AuditAsync());
        await Screenshots.SaveAsync(visit, "live-backpressure");
        sink.Open();
        await writing;
        await app.Pipelines["items"].WaitForLatestAsync();
        await visit.Page.Locator(".graph .node.bad").First.WaitForAsync(new() { State = WaitForSelectorState.Detached });
        Assert.Equal([], visit.Complaints);
    }

    private static async Task<MySqlDatabase> ItemsAsync(string prefix)
    {
        var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), prefix);
        await database.ExecuteAsync(
            "CREATE TABLE items (id INT PRIMARY KEY, qty INT NOT NULL)",
            "SET SESSION cte_max_recursion_depth = 1000000",
            $"INSERT INTO items WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < {Rows}) SELECT i, 1 FROM n",
            "ANALYZE TABLE items");
        return database;
    }

    /// <summary>Takes nothing while it is closed.</summary>
    private sealed class GatedSink : ISink<Item>, IDisposable
    {
        private readonly SemaphoreSlim _gate = new(1);

        public string Name => "gated";

        public void Close() => _gate.Wait();

        public void Open() => _gate.Release();

        public Task<string?> OpenAsync(string pipeline, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

        public async Task CommitAsync(SinkCommit<Item> commit, CancellationToken cancellationToken)
        {
            await _gate.WaitAsync(cancellationToken);
            _gate.Release();
        }

        public void Dispose() => _gate.Dispose();
    }
}
