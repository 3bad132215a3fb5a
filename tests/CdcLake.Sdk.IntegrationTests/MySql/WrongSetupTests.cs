using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>A server with performance_schema, where sessions can be seen.</summary>
public sealed class WatchedServer() : PrivateMySqlServer("--performance-schema=ON --sync-binlog=1 --innodb-flush-log-at-trx-commit=1");

/// <summary>
/// Wrong set-ups of a real server, one after the other: each is found with what, where, why and what to do; what is an error also keeps a pipeline from running, in the same words; and when
/// it is put right the finding is gone.
/// </summary>
public sealed class WrongSetupTests(WatchedServer server) : IClassFixture<WatchedServer>
{
    public static TheoryData<string> Names => [.. WrongSetups.All.Select(s => s.Name)];

    [ServerTheory(TestServers.MySql)]
    [MemberData(nameof(Names))]
    public async Task Wrong_setup_is_told_with_what_where_why_and_what_to_do(string name)
    {
        var setup = WrongSetups.All.Single(s => s.Name == name);
        await using var database = await NewDatabaseAsync("setup");
        var table = WrongSetup.Fill(setup.Table, database);
        Assert.DoesNotContain(await CheckAsync(database, $"{database.Name}.t"), f => f.Code == setup.Code && f.Code != "setting.time_zone");
        await using var other = await database.ConnectAsync();
        try
        {
            await database.ExecuteAsync([.. setup.Arrange.Select(s => WrongSetup.Fill(s, database))]);
            if (setup.Session is { } session)
            {
                await other.ExecuteAsync(session, default);
            }

            var findings = await CheckAsync(database, table);
            var finding = Assert.Single(findings, f => f.Code == setup.Code);
            Assert.Equal(setup.Severity, finding.Severity);
            Assert.Contains(WrongSetup.Fill(setup.What, database), finding.Problem, StringComparison.Ordinal);
            Assert.Contains(setup.Why, finding.Reason, StringComparison.Ordinal);
            Assert.Equal(setup.Code.Split('.')[0] is "table" or "column" || setup.Code is "grant.select" or "replica.filter" ? table : database.Options.Endpoint, finding.Where);
            if (setup.Fix is { } fix)
            {
                Assert.Contains(WrongSetup.Fill(fix, database), finding.Fix, StringComparison.Ordinal);
            }
            else
            {
                Assert.Null(finding.Fix);
            }

            Assert.Equal(findings.OrderByDescending(f => f.Severity), findings);
            await RunsUnlessErrorAsync(database, table, finding);
        }
        finally
        {
            await database.ExecuteAsync([.. setup.Restore.Select(s => WrongSetup.Fill(s, database))]);
        }
    }

    [ServerFact(TestServers.MySql)]
    public async Task Server_as_it_should_be_has_nothing_but_information()
    {
        await using var database = await NewDatabaseAsync("good");
        Assert.All(await CheckAsync(database, $"{database.Name}.t"), f => Assert.Equal(MySqlFindingSeverity.Information, f.Severity));
    }

    [ServerFact(TestServers.MySql)]
    public async Task Settings_of_a_start_are_told_too()
    {
        await using var other = new RestartedServer();
        await other.InitializeAsync();
        await using (var database = await MySqlDatabase.CreateAsync(other.ConnectionString, "starts"))
        {
            await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)", "CHANGE REPLICATION SOURCE TO SOURCE_HOST='nowhere.invalid', SOURCE_AUTO_POSITION=1");
            await other.RestartAsync("--binlog-ignore-db=secret --log-replica-updates=OFF --skip-replica-start=ON");
            var findings = await CheckAsync(database, $"{database.Name}.t");
            var filter = Assert.Single(findings, f => f.Code == "log.filter");
            Assert.Contains("binlog-ignore-db=secret", filter.Problem, StringComparison.Ordinal);
            Assert.Contains("configuration and restart", filter.Fix, StringComparison.Ordinal);
            var replica = Assert.Single(findings, f => f.Code == "setting.log_replica_updates");
            Assert.Contains("log_replica_updates=ON", replica.Fix, StringComparison.Ordinal);
            await other.RestartAsync("--skip-log-bin");
            var log = Assert.Single(await CheckAsync(database, $"{database.Name}.t"), f => f.Code == "setting.log_bin");
            Assert.Contains("log_bin=binlog", log.Fix, StringComparison.Ordinal);
            await RunsUnlessErrorAsync(database, $"{database.Name}.t", log);
            await other.RestartAsync();
        }

        await ((IAsyncLifetime)other).DisposeAsync();
    }

    private async Task<MySqlDatabase> NewDatabaseAsync(string prefix)
    {
        var database = await MySqlDatabase.CreateAsync(server.ConnectionString, prefix);
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)", $"GRANT SELECT ON performance_schema.* TO {database.QuotedAccount}");
        return database;
    }

    private static Task<IReadOnlyList<MySqlFinding>> CheckAsync(MySqlDatabase database, string table) => new MySqlSource(database.ConnectionString).CheckAsync([table]);

    // The run has the same words: of the description of a table, or of the first look at its rows.
    private static async Task RunsUnlessErrorAsync(MySqlDatabase database, string table, MySqlFinding finding)
    {
        if (finding.Severity != MySqlFindingSeverity.Error || finding.Code is "table.system" or "table.engine")
        {
            return; // what a system table or an engine is found by comes with the first event, or the snapshot
        }

        var source = new MySqlBinlogSource(database.Options, "setup", new MySqlSourceOptions(), TimeProvider.System);
        var error = await Assert.ThrowsAnyAsync<CdcLakeException>(() => source.DescribeAsync([table], default));
        Assert.Contains(finding.Problem, error.Message, StringComparison.Ordinal);
        Assert.Contains(finding.Fix ?? "", error.Message, StringComparison.Ordinal);
    }

    private sealed class RestartedServer : PrivateMySqlServer, IAsyncDisposable
    {
        ValueTask IAsyncDisposable.DisposeAsync() => ValueTask.CompletedTask;
    }
}
