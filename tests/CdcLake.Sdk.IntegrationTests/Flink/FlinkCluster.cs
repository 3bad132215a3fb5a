using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;

namespace CdcLake.IntegrationTests.Flink;

/// <summary>Flink of the lab, started for the tests of a collection and stopped behind them.</summary>
public sealed class FlinkCluster : IAsyncLifetime
{
    /// <summary>The tests that share it, one after the other.</summary>
    public const string Collection = "Flink";

    private string? _gateway;

    /// <summary>The lab's server as Flink reaches it: Java's driver does not take the authority of the lab's certificate from a PEM file.</summary>
    public static string MySql => Environment.GetEnvironmentVariable(TestServers.MySql)!;

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

/// <summary>Ties the tests to one <see cref="FlinkCluster"/>.</summary>
[CollectionDefinition(FlinkCluster.Collection)]
public sealed class FlinkClusterDefinition : ICollectionFixture<FlinkCluster>;
