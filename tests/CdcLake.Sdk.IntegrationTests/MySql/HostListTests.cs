using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Two servers behind one list of hosts, each at an address of its own.</summary>
public sealed class HostListTests(PrivateMySqlServer first, HostListTests.SecondServer second) : IClassFixture<PrivateMySqlServer>, IClassFixture<HostListTests.SecondServer>
{
    private const string Missing = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1";

    [ServerFact(TestServers.MySql)]
    public async Task Host_that_has_purged_the_log_is_passed_over_for_one_that_serves()
    {
        await using var hosts = await HostsAsync();
        var from = await SourceRun.PositionAsync(hosts.Second);
        await PurgeAsync(hosts.First);
        await using var run = await SourceRun.StartAsync(hosts.Options, "hosts", ["hosts.t"], from);
        await hosts.Second.ExecuteAsync("INSERT INTO hosts.t VALUES (2)", default);
        await run.ReachAsync(await SourceRun.PositionAsync(hosts.Second));
        Assert.Equal(["2"], run.Contents.Rows(0));
    }

    [ServerFact(TestServers.MySql)]
    public async Task Hosts_that_cannot_serve_are_all_named_with_their_reasons()
    {
        await using var hosts = await HostsAsync();
        var from = await SourceRun.PositionAsync(hosts.Second);
        await PurgeAsync(hosts.First);
        await hosts.Second.ExecuteAsync("SET GLOBAL binlog_row_image=MINIMAL", default);
        var described = await SourceRun.StartAsync(hosts.Options, "hosts", ["hosts.t"], from); // the first host describes the tables
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => described.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        await hosts.Second.ExecuteAsync("SET GLOBAL binlog_row_image=FULL", default);
        Assert.Contains("127.0.0.2", error.Message, StringComparison.Ordinal);
        Assert.Contains("has purged log files", error.Message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.3", error.Message, StringComparison.Ordinal);
        Assert.Contains("binlog_row_image", error.Message, StringComparison.Ordinal);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Host_that_is_behind_is_passed_over_for_one_that_is_not()
    {
        await using var hosts = await HostsAsync();
        await hosts.Second.ExecuteAsync($"SET gtid_next='{Missing}'", default);
        await hosts.Second.ExecuteAsync("BEGIN", default);
        await hosts.Second.ExecuteAsync("COMMIT", default);
        await hosts.Second.ExecuteAsync("SET gtid_next=AUTOMATIC", default);
        var from = new CdcLake.MySql.Gtids.MySqlPosition(
            (await SourceRun.PositionAsync(hosts.First)).Executed.Union((await SourceRun.PositionAsync(hosts.Second)).Executed));
        var began = TimeProvider.System.GetTimestamp();
        await using var run = await SourceRun.StartAsync(hosts.Options, "hosts", ["hosts.t"], (await SourceRun.PositionAsync(hosts.Second)));
        await hosts.Second.ExecuteAsync("INSERT INTO hosts.t VALUES (3)", default);
        await run.ReachAsync(await SourceRun.PositionAsync(hosts.Second));
        Assert.True(from.Covers(await SourceRun.PositionAsync(hosts.First)));
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(20));
    }

    private static async Task PurgeAsync(ServerSession server)
    {
        await server.RunAsync("INSERT INTO hosts.t VALUES (1)", "FLUSH BINARY LOGS");
        await server.PurgeLogAsync();
    }

    private Task<Hosts> HostsAsync() => Hosts.CreateAsync(first.ConnectionString, second.ConnectionString);

    /// <summary>Another server of its own.</summary>
    public sealed class SecondServer : PrivateMySqlServer;
}
