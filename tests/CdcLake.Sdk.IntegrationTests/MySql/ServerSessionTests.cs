using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;
using CdcLake.Testing;

namespace CdcLake.IntegrationTests.MySql;

public sealed class ServerSessionTests
{
    [ServerFact(TestServers.MySql)]
    public async Task Values_come_as_MySQL_spells_them()
    {
        await using var session = await MySqlDatabase.ConnectAsync(TestServers.Get(TestServers.MySql));
        var result = await session.QueryAsync(
            "SELECT 1 AS a, NULL AS b, 'zażółć' AS c, CAST('-12.50' AS DECIMAL(40,2)) AS d, TIMESTAMP'2026-01-02 03:04:05.120' AS e, DATE'2026-01-02' AS f, "
            + "TIME'-100:02:03.5' AS g, 18446744073709551615 AS h, X'41' AS i", default);
        Assert.Equal("1,,zażółć,-12.50,2026-01-02 03:04:05.120,2026-01-02,-100:02:03.5,18446744073709551615,A", string.Join(",", result.Rows[0]));
        Assert.Equal("zażółć", result[0, "C"]);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Refused_statement_leaves_the_session_usable()
    {
        await using var session = await MySqlDatabase.ConnectAsync(TestServers.Get(TestServers.MySql));
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => session.QueryAsync("SELEC 1", default));
        Assert.Equal((1064, false), (error.Code, error.IsTransient));
        Assert.Contains("SELEC 1", error.Message, StringComparison.Ordinal);
        Assert.Equal("1", (await session.QueryAsync("SELECT 1", default))[0, 0]);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Cancellation_ends_a_running_query_promptly()
    {
        await using var session = await MySqlDatabase.ConnectAsync(TestServers.Get(TestServers.MySql));
        using var cancel = new CancellationTokenSource();
        var query = session.QueryAsync("SELECT SLEEP(30)", cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => query.WaitAsync(TimeSpan.FromSeconds(5)));
    }

    [ServerFact(TestServers.MySql)]
    public async Task Killed_session_is_a_transient_error_ever_after()
    {
        await using var session = await MySqlDatabase.ConnectAsync(TestServers.Get(TestServers.MySql));
        await using var other = await MySqlDatabase.ConnectAsync(TestServers.Get(TestServers.MySql));
        await other.ExecuteAsync($"KILL {(await session.QueryAsync("SELECT CONNECTION_ID()", default))[0, 0]}", default);
        for (var i = 0; i < 2; i++)
        {
            Assert.True((await Assert.ThrowsAsync<MySqlServerException>(() => session.QueryAsync("SELECT 1", default))).IsTransient);
        }
    }

    [ServerFact(TestServers.MySql)]
    public async Task Silent_server_is_a_transient_error_after_the_read_timeout()
    {
        await using var proxy = RecordingProxy.MySql(TestServers.Get(TestServers.MySql));
        proxy.Script = f => f.IsFromServer ? f.SilentAfter(f.Connection == 0 ? 20_000 : 0) : ProxyAction.Pass;
        var options = MySqlConnectionOptions.Parse(proxy.ConnectionString) with { ReadTimeout = TimeSpan.FromSeconds(1) };
        await using var session = await ServerSession.OpenAsync(options, options.Hosts[0], default);
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => session.QueryAsync("SELECT REPEAT('x', 30000)", default).WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.True(error.IsTransient);
    }
}
