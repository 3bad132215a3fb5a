using CdcLake.IntegrationTests.Fixtures;

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
    public Task Wrong_setup_is_told_with_what_where_why_and_what_to_do(string name) => WrongSetupRun.TellAsync(server.ConnectionString, WrongSetups.All.Single(s => s.Name == name));

    [ServerFact(TestServers.MySql)]
    public async Task Server_as_it_should_be_has_nothing_but_information()
    {
        await using var database = await WrongSetupRun.NewDatabaseAsync(server.ConnectionString, "good");
        Assert.All(await WrongSetupRun.CheckAsync(database, $"{database.Name}.t"), f => Assert.Equal(MySqlFindingSeverity.Information, f.Severity));
    }

    [ServerFact(TestServers.MySql)]
    public async Task Settings_of_a_start_are_told_too()
    {
        var other = new PrivateMySqlServer();
        await other.InitializeAsync();
        try
        {
            await using var database = await MySqlDatabase.CreateAsync(other.ConnectionString, "starts");
            await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)", "CHANGE REPLICATION SOURCE TO SOURCE_HOST='nowhere.invalid', SOURCE_AUTO_POSITION=1");
            await other.RestartAsync("--binlog-ignore-db=secret --log-replica-updates=OFF --skip-replica-start=ON");
            var findings = await WrongSetupRun.CheckAsync(database, $"{database.Name}.t");
            var filter = Assert.Single(findings, f => f.Code == "log.filter");
            Assert.Contains("binlog-ignore-db=secret", filter.Problem, StringComparison.Ordinal);
            Assert.Contains("configuration and restart", filter.Fix, StringComparison.Ordinal);
            var replica = Assert.Single(findings, f => f.Code == "setting.log_replica_updates");
            Assert.Contains("log_replica_updates=ON", replica.Fix, StringComparison.Ordinal);
            await other.RestartAsync("--skip-log-bin");
            var log = Assert.Single(await WrongSetupRun.CheckAsync(database, $"{database.Name}.t"), f => f.Code == "setting.log_bin");
            Assert.Contains("log_bin=binlog", log.Fix, StringComparison.Ordinal);
            await WrongSetupRun.RunsUnlessErrorAsync(database, $"{database.Name}.t", log);
            await other.RestartAsync();
        }
        finally
        {
            await other.DisposeAsync();
        }
    }
}
