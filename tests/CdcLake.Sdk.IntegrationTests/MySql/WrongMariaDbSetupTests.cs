using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>A MariaDB server that nothing is wrong with.</summary>
public sealed class RightMariaDbServer() : PrivateMySqlServer("--sync-binlog=1 --innodb-flush-log-at-trx-commit=1", "mariadb");

/// <summary>As <see cref="WrongSetupTests"/>, of MariaDB, in the words that it takes.</summary>
public sealed class WrongMariaDbSetupTests(RightMariaDbServer server) : IClassFixture<RightMariaDbServer>
{
    public static TheoryData<string> Names => [.. WrongMariaDbSetups.All.Select(s => s.Name)];

    [ServerTheory(TestServers.MariaDb)]
    [MemberData(nameof(Names))]
    public Task Wrong_setup_of_MariaDB_is_told_with_what_where_why_and_what_to_do(string name) => WrongSetupRun.TellAsync(server.ConnectionString, WrongMariaDbSetups.All.Single(s => s.Name == name));

    [ServerFact(TestServers.MariaDb)]
    public async Task MariaDB_as_it_should_be_has_nothing_but_information()
    {
        await using var database = await WrongSetupRun.NewDatabaseAsync(server.ConnectionString, "magood");
        Assert.All(await WrongSetupRun.CheckAsync(database, $"{database.Name}.t"), f => Assert.Equal(MySqlFindingSeverity.Information, f.Severity));
    }

    [ServerFact(TestServers.MariaDb)]
    public async Task Settings_of_a_start_of_MariaDB_are_told_too()
    {
        var other = new PrivateMariaDbServer();
        await other.InitializeAsync();
        try
        {
            await using var database = await MySqlDatabase.CreateAsync(other.ConnectionString, "mastarts");
            await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)", "CHANGE MASTER TO MASTER_HOST='nowhere.invalid', MASTER_USER='x'");
            await other.RestartAsync("--binlog-ignore-db=secret --log-slave-updates=OFF --skip-slave-start");
            var findings = await WrongSetupRun.CheckAsync(database, $"{database.Name}.t");
            Assert.Contains("binlog-ignore-db=secret", Assert.Single(findings, f => f.Code == "log.filter").Problem, StringComparison.Ordinal);
            Assert.Contains("log_replica_updates=OFF", Assert.Single(findings, f => f.Code == "setting.log_replica_updates").Problem, StringComparison.Ordinal);
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
