using CdcLake.IntegrationTests.Pipelines;

namespace CdcLake.IntegrationTests.Flink;

/// <summary>Flink of the lab, started for the tests of a collection and stopped behind them.</summary>
public sealed class FlinkCluster : IAsyncLifetime
{
    private string? _gateway;

    /// <summary>The SQL gateway, which is started when it is first asked for: tests that are skipped start nothing.</summary>
    public async Task<FlinkSqlGateway> GatewayAsync()
    {
        if (_gateway is null)
        {
            await ChildProcess.RunAsync("bash", Repository.Lab("flink.sh"), "start");
            var settings = await ChildProcess.RunAsync("bash", Repository.Lab("flink.sh"), "env");
            _gateway = settings.Split('\n').First(l => l.StartsWith("FLINK_GATEWAY=", StringComparison.Ordinal))["FLINK_GATEWAY=".Length..].Trim();
        }

        return new FlinkSqlGateway(_gateway);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_gateway is not null)
        {
            await ChildProcess.RunAsync("bash", Repository.Lab("flink.sh"), "stop");
        }
    }
}
