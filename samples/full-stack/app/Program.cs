// The application of the full stack: two pipelines, their dashboard and health. Everything it connects to is named by its configuration: see docker-compose.yml.
using CdcLake;
using FullStack;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton<Lakehouse>();
builder.Services.AddCdcLake(builder.Configuration.GetSection("CdcLake"))
    .AddPipeline(Lakehouse.Sales, services => services.GetRequiredService<Lakehouse>().SalesByProduct())
    .AddPipeline(Lakehouse.Users, services => services.GetRequiredService<Lakehouse>().UsersReplica());
builder.Services.AddHealthChecks().AddCdcLake();

// Docker's network hides who asks, so the dashboard cannot tell the machine itself from others. Here the published port is open to the machine alone; elsewhere write a real policy.
builder.Services.AddAuthorizationBuilder().AddPolicy("operators", p => p.RequireAssertion(_ => true));

var app = builder.Build();
app.MapHealthChecks("/health");
app.MapCdcLakeDashboard("/cdclake", o => o.ActionPolicy = "operators").RequireAuthorization("operators");
app.MapGet("/", () => Results.LocalRedirect("~/cdclake/"));
await app.RunAsync(); // SIGTERM drains: what was read is committed
