using CdcLake.Connectors;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;
using CdcLake.Testing;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Connections that are cut or go silent at any place of logins and snapshots.</summary>
public sealed class BadConnectionTests
{
    private static readonly MySqlSourceOptions Impatient = new()
    {
        FirstRetryDelay = TimeSpan.FromMilliseconds(1), MaxRetryDelay = TimeSpan.FromMilliseconds(20), ReadTimeout = TimeSpan.FromSeconds(1),
    };

    [ServerFact(TestServers.MySql)]
    public async Task Login_cut_anywhere_is_tried_again()
    {
        await using var database = await CreateAsync("cutlogin", rows: 2);

        // After the connection that describes the tables: sessions that are cut, then sessions that pass and whose second connection is cut, then none.
        await using var proxy = RecordingProxy.MySql(database.ConnectionString);
        proxy.Script = f => f.IsFromServer ? f.Connection switch
        {
            0 or > 90 => ProxyAction.Pass,
            <= 30 => f.CutAfter(20 + (f.Connection * 130)),
            _ when f.Connection % 2 == 1 => ProxyAction.Pass,
            _ => f.CutAfter(20 + ((f.Connection - 30) * 40)),
        } : ProxyAction.Pass;
        await using var run = await SourceRun.StartAsync(MySqlConnectionOptions.Parse(proxy.ConnectionString), "cutlogin", [$"{database.Name}.t"], settings: Impatient);
        await run.WaitForFirstEpochAsync();
        Assert.Equal(["1|x", "2|x"], run.Contents.Rows(0));
        Assert.True(proxy.Cuts > 20, $"only {proxy.Cuts} cuts");
    }

    [ServerFact(TestServers.MySql)]
    public async Task Login_that_gets_no_answer_is_tried_again()
    {
        await using var database = await CreateAsync("silentlogin", rows: 2);
        await using var proxy = RecordingProxy.MySql(database.ConnectionString);
        proxy.Script = f => f is { IsFromServer: true, Connection: 1 or 3 } ? f.SilentAfter(100) : ProxyAction.Pass;
        await using var run = await SourceRun.StartAsync(
            MySqlConnectionOptions.Parse($"{proxy.ConnectionString};Connection Timeout=1"), "silentlogin", [$"{database.Name}.t"], settings: Impatient);
        await run.WaitForFirstEpochAsync();
        Assert.Equal(["1|x", "2|x"], run.Contents.Rows(0));
        Assert.Equal(2, proxy.Cuts);
    }

    [ServerTheory(TestServers.MySql)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connection_lost_while_rows_are_read_is_a_transient_error(bool silent)
    {
        await using var database = await CreateAsync(silent ? "silentrows" : "cutrows", rows: 100_000);
        await using var proxy = RecordingProxy.MySql(database.ConnectionString);
        proxy.Script = f => f is not { IsFromServer: true, Connection: 2 } ? ProxyAction.Pass : silent ? f.SilentAfter(1_000_000) : f.CutAfter(1_000_000); // describe, control, view
        var run = await SourceRun.StartAsync(MySqlConnectionOptions.Parse(proxy.ConnectionString), "lostrows", [$"{database.Name}.t"], settings: Impatient);
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => run.Completion.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.True(error.IsTransient);
        Assert.Equal(1, proxy.Cuts);
        Assert.True(run.Contents.Changes > 0);
        Assert.Empty(run.Contents.Epochs);
    }

    private static async Task<MySqlDatabase> CreateAsync(string name, int rows)
    {
        var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), name);
        await database.ExecuteAsync(
            "CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(200))",
            "SET SESSION cte_max_recursion_depth=1000000",
            $"INSERT INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i+1 FROM n WHERE i < {rows}) SELECT i, REPEAT('x', {(rows > 10 ? 100 : 1)}) FROM n");
        return database;
    }
}
