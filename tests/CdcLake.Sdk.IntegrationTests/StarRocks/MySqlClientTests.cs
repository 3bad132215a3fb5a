using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.Testing;

namespace CdcLake.IntegrationTests.StarRocks;

/// <summary>MySQL's own command line, which lies beside its <c>mysqlbinlog</c>, logs in to the stand-in, as users of StarRocks do.</summary>
public sealed class MySqlClientTests
{
    private const string MySqlBinlog = "CDCLAKE_TEST_MYSQLBINLOG";

    [ServerTheory(MySqlBinlog)]
    [InlineData("3.3.5", "secret")]
    [InlineData("4.0.2", "")]
    public async Task The_mysql_command_line_logs_in_and_reads(string version, string password)
    {
        await using var server = new FakeStarRocks(o => (o.Version, o.Password) = (version, password));
        var port = server.ConnectionString.Split(';').First(p => p.StartsWith("Port=", StringComparison.Ordinal))["Port=".Length..];
        var programs = Path.GetDirectoryName(TestServers.Get(MySqlBinlog))!;
        var plugins = Path.Combine(programs, "../../root/mysql/usr/lib/mysql/plugin"); // mysql_native_password is one since 9.0
        var said = await ChildProcess.RunAsync(
            Path.Combine(programs, "mysql"),
            [
                "--no-defaults", "-h127.0.0.1", $"-P{port}", "-uroot", $"--password={password}", $"--plugin-dir={plugins}", "-N", "-e",
                """
                CREATE DATABASE analytics; USE analytics;
                CREATE TABLE users (id BIGINT NOT NULL, name VARCHAR(20)) PRIMARY KEY (id) DISTRIBUTED BY HASH(id) PROPERTIES ("replication_num" = "1");
                SHOW TABLES; SELECT current_version(); SELECT COUNT(*) FROM users; SELECT @@version_comment LIMIT 1
                """,
            ]);
        Assert.Equal(["users", $"{version} fa4ea2c", "0", $"StarRocks version {version}"], said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }
}
