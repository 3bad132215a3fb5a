using System.Net;
using System.Text;
using System.Text.Json;
using CdcLake.AspNetCore.Api;
using CdcLake.AspNetCore.Data;
using CdcLake.Tests.Hosting;

namespace CdcLake.Tests.AspNetCore;

/// <summary>Rows of views and tables on the dashboard.</summary>
public sealed class DashboardTablesTests(ReadyDashboard dashboard) : IClassFixture<ReadyDashboard>
{
    private const string Tables = "cdclake/api/v1/pipelines/sales/tables";
    private const string Items = Tables + "/iceberg(shop.items)";

    [Fact]
    public async Task Tables_and_views_tell_their_columns_sizes_and_snapshots()
    {
        var host = dashboard.Host;
        var all = await host.GetAsync(Tables);
        Assert.Equal(["view(items)", "iceberg(shop.items)"], all.EnumerateArray().Select(t => t.GetProperty("name").GetString()));
        Assert.All(all.EnumerateArray(), t => Assert.Equal(3, t.GetProperty("rows").GetInt64()));
        var table = all[1];
        Assert.Equal([("id", "int", "number"), ("qty", "long", "number")], table.GetProperty("columns").EnumerateArray().Select(c => (c.GetProperty("name").GetString(), c.GetProperty("type").GetString(), c.GetProperty("kind").GetString())));
        Assert.True(table.GetProperty("bytes").GetInt64() > 0 && table.GetProperty("files").GetInt64() > 0);
        Assert.EndsWith(":1-3", table.GetProperty("position").GetString(), StringComparison.Ordinal);
        Assert.Single(table.GetProperty("snapshots").EnumerateArray(), s => s.GetProperty("isCurrent").GetBoolean());
    }

    [Theory]
    [InlineData("view(items)", "sort=Qty&order=desc&limit=2", "[[3,70],[2,20]]", 3, false)]
    [InlineData("iceberg(shop.items)", "sort=qty&order=desc&limit=2", "[[3,70],[2,20]]", 3, false)]
    [InlineData("iceberg(shop.items)", "sort=id&offset=1", "[[2,20],[3,70]]", 3, false)]
    [InlineData("iceberg(shop.items)", "limit=2", null, 2, true)]
    [InlineData("view(items)", "limit=1&offset=5", "[]", 3, false)]
    public async Task Rows_are_sorted_and_paged(string table, string query, string? rows, int read, bool isCut)
    {
        var host = dashboard.Host;
        var answer = await host.GetAsync($"{Tables}/{Uri.EscapeDataString(table)}/rows?{query}");
        Assert.Equal((read, isCut), (answer.GetProperty("readRows").GetInt32(), answer.GetProperty("isCut").GetBoolean()));
        Assert.Equal(rows ?? answer.GetProperty("rows").GetRawText(), answer.GetProperty("rows").GetRawText());
    }

    [Fact]
    public async Task Rows_are_those_of_a_snapshot_or_of_a_gtid_set()
    {
        var host = dashboard.Host;
        var snapshots = (await host.GetAsync(Items)).GetProperty("snapshots").EnumerateArray().ToList();
        foreach (var snapshot in snapshots)
        {
            var id = snapshot.GetProperty("id").GetString();
            var gtid = snapshot.GetProperty("gtid").GetString()!;
            var number = int.Parse(gtid.Split('-')[^1], System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(number, (await host.GetAsync($"{Items}/rows?snapshot={id}")).GetProperty("rows").GetArrayLength());
            Assert.Equal(number, (await host.GetAsync($"{Items}/rows?gtid={Uri.EscapeDataString(gtid)}")).GetProperty("rows").GetArrayLength());
            Assert.Equal(number, (await host.GetAsync($"{Items}/chart?agg=count&snapshot={id}")).GetProperty("points")[0].GetProperty("y").GetInt32());
        }
    }

    [Theory]
    [InlineData("x=id&y=qty", "3:70 2:20 1:10")]
    [InlineData("x=id&y=qty&sort=x", "1:10 2:20 3:70")]
    [InlineData("x=id&y=qty&top=1", "3:70")]
    [InlineData("y=qty&agg=sum", "null:100")]
    [InlineData("y=qty&agg=min", "null:10")]
    [InlineData("y=qty&agg=max", "null:70")]
    [InlineData("agg=count", "null:3")]
    [InlineData("x=id&y=id&agg=avg&sort=x", "1:1 2:2 3:3")]
    public async Task Charts_add_up(string query, string expected)
    {
        var host = dashboard.Host;
        var answer = await host.GetAsync($"{Items}/chart?{query}");
        Assert.Equal(expected, string.Join(' ', answer.GetProperty("points").EnumerateArray().Select(p => $"{p.GetProperty("x").GetRawText()}:{p.GetProperty("y").GetRawText()}")));
    }

    [Theory]
    [InlineData("rows?limit=0")]
    [InlineData("rows?limit=1001")]
    [InlineData("rows?limit=1e3")]
    [InlineData("rows?limit=-1")]
    [InlineData("rows?limit=99999999999999999999")]
    [InlineData("rows?offset=50001")]
    [InlineData("rows?limit=5&limit=6")]
    [InlineData("rows?sort=none")]
    [InlineData("rows?sort=HUGE")]
    [InlineData("rows?order=up")]
    [InlineData("rows?snapshot=abc")]
    [InlineData("rows?gtid=abc")]
    [InlineData("rows?gtid=HUGE")]
    [InlineData("chart?x=none&y=qty")]
    [InlineData("chart?x=id")]
    [InlineData("chart?x=id&y=qty&agg=median")]
    [InlineData("chart?x=id&y=qty&top=501")]
    [InlineData("chart?x=%00&y=qty")]
    public async Task Parameters_that_cannot_be_followed_are_named(string query)
    {
        var host = dashboard.Host;
        using var answer = await host.SendAsync("GET", $"{Items}/{query.Replace("HUGE", new string('a', 5000), StringComparison.Ordinal)}");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.StartsWith("The parameter ", json.RootElement.GetProperty("title").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_that_is_gone_and_an_older_state_of_a_view_are_not_there()
    {
        var host = dashboard.Host;
        using var gone = await host.SendAsync("GET", $"{Items}/rows?snapshot=42");
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
        using var view = await host.SendAsync("GET", $"{Tables}/view(items)/rows?snapshot=42");
        Assert.Equal(HttpStatusCode.BadRequest, view.StatusCode);
    }

    [Fact]
    public async Task Rows_stay_inside_where_the_application_wants_it()
    {
        await using var host = await DashboardHost.StartAsync(o => o.ShowRows = false);
        await host.Sales.WaitForStatusAsync(s => s.Sinks[1].Commits > 0);
        foreach (var path in new[] { "rows", "chart?agg=count" })
        {
            using var answer = await host.SendAsync("GET", $"{Items}/{path}");
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }

        Assert.Equal(2, (await host.GetAsync(Tables)).GetArrayLength());
    }

    [Fact]
    public async Task A_table_that_is_not_there_yet_is_said_to_come()
    {
        using var folder = new TemporaryFolder();
        var table = IcebergCatalog.FileSystem(folder.Path).Table("shop.none");
        await using var host = await DashboardHost.StartAsync(pipelines: p => p.AddPipeline(
            "later", _ => Pipeline.FromMySqlBinlog(new MySqlSource("Server=localhost").Table<Runtime.ScriptedPipeline.Item>("shop.none")).ToIceberg(table, key: i => i.Id).Build("later"), o => o.Enabled = false));
        var later = await host.GetAsync("cdclake/api/v1/pipelines/later/tables");
        Assert.StartsWith("Nothing was committed yet", later[0].GetProperty("problem").GetString(), StringComparison.Ordinal);
        using var rows = await host.SendAsync("GET", "cdclake/api/v1/pipelines/later/tables/iceberg(shop.none)/rows");
        Assert.Equal(HttpStatusCode.NotFound, rows.StatusCode);
    }

    [Theory]
    [InlineData(1, "1")]
    [InlineData(9007199254740993L, "\"9007199254740993\"")]
    [InlineData(-9007199254740992L, "-9007199254740992")]
    [InlineData(1.5, "1.5")]
    [InlineData(double.NaN, "\"NaN\"")]
    [InlineData(true, "true")]
    [InlineData(null, "null")]
    [InlineData("Käse \"x\"", "\"Käse \\\"x\\\"\"")]
    public void Cells_keep_what_json_cannot_round(object? value, string expected) => Assert.Equal(expected, Written(value));

    [Fact]
    public void Cells_of_other_types_are_text()
    {
        Assert.Equal("\"12.50\"", Written(12.50m));
        Assert.Equal("\"2026-03-01 10:00:00.5\"", Written(new DateTime(2026, 3, 1, 10, 0, 0, 500)));
        Assert.Equal("\"2026-03-01 09:00:00Z\"", Written(new DateTimeOffset(2026, 3, 1, 10, 0, 0, TimeSpan.FromHours(1))));
        Assert.Equal("\"2026-03-01\"", Written(new DateOnly(2026, 3, 1)));
        Assert.Equal("\"00FF\"", Written(new byte[] { 0, 255 }));
        Assert.Equal(4097, JsonDocument.Parse(Written(new string('x', 10_000))).RootElement.GetString()!.Length);
    }

    [Fact]
    public void Sums_leave_nulls_out_and_decimals_exact()
    {
        var rows = new ResultRows([new TableColumn("x", "string", "text"), new TableColumn("y", "decimal(10, 2)", "number")], [["a", 0.1m], ["a", 0.2m], [null, 5m], ["b", null], ["", 1m]], IsCut: false);
        var (points, categories) = new ChartQuery("x", "y", "sum", ByValue: true, Top: 10).Draw(rows);
        Assert.Equal(4, categories);
        Assert.Equal(new (string?, double?)[] { (null, 5), ("", 1), ("a", 0.3), ("b", null) }, points.Select(p => ((string?)p.X, p.Y)));
        Assert.Equal([0d, 1, 1, 2], new ChartQuery("x", "y", "count", ByValue: false, Top: 10).Draw(rows).Points.Select(p => p.Y!.Value).Order());
    }

    private static string Written(object? value)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Cells.Write(json, value);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
