// dotnet run --project samples/AspNetDashboard                               replays a recorded log, and shows it on http://localhost:5080/cdclake
// dotnet run --project samples/AspNetDashboard -- --mysql "Server=…;User ID=…;Password=…"          follows a server
// More: --warehouse DIR keeps the tables and goes on there; --RowsPerSecond N is the pace of the replay; --TracesOnConsole true.
using AspNetDashboard;
using CdcLake;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton<Shop>();
builder.Services.AddCdcLake(builder.Configuration.GetSection("CdcLake"))
    .AddPipeline("sales-by-product", services => services.GetRequiredService<Shop>().SalesByProduct())
    .AddPipeline("revenue-by-day", services => services.GetRequiredService<Shop>().RevenueByDay());
builder.Services.AddHealthChecks().AddCdcLake(degradedLag: TimeSpan.MaxValue); // the lag of a recorded log is its age
builder.Services.AddAuthorizationBuilder().AddPolicy("operators", p => p.RequireAssertion(_ => true)); // whoever may see the page may act

var telemetry = builder.Services.AddOpenTelemetry()
    .WithMetrics(m => m.AddMeter(CdcLakeTelemetry.MeterName)
        .AddConsoleExporter((_, reader) => reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = 60_000));
if (builder.Configuration.GetValue<bool>("TracesOnConsole"))
{
    telemetry.WithTracing(t => t.AddSource(CdcLakeTelemetry.ActivitySourceName).AddConsoleExporter());
}

var app = builder.Build();
app.MapHealthChecks("/health");
app.MapCdcLakeDashboard("/cdclake", o => o.ActionPolicy = "operators");
app.MapGet("/", () => Results.LocalRedirect("~/cdclake/"));
app.MapGet("/top", (Shop shop) => shop.Totals.Current.OrderByDescending(r => r.TotalRevenue).Take(10)); // a view is a table in this process
await app.RunAsync(); // Ctrl-C, docker stop and Kubernetes drain: what was read is committed
