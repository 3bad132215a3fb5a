using CdcLake.Tests.Hosting;

namespace CdcLake.Tests.AspNetCore;

/// <summary>A dashboard for tests that only read: its pipeline has committed its three rows.</summary>
public sealed class ReadyDashboard : IAsyncLifetime
{
    internal DashboardHost Host { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Host = await DashboardHost.StartAsync();
        await Host.Sales.WaitForStatusAsync(s => s.Sinks[1].Commits > 0 && TestPosition.Short(s.Sinks[1].Position) == "3");
    }

    public Task DisposeAsync() => Host.DisposeAsync().AsTask();
}
