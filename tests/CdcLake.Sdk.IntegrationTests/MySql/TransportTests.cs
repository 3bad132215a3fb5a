using System.Net;
using System.Runtime.Versioning;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;
using CdcLake.MySql.Wire.Packets;
using MySqlConnector;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Compression, certificates of both sides, and passwords that change, against a real server.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class TransportTests(PrivateMySqlServer server) : IClassFixture<PrivateMySqlServer>
{
    [ServerTheory(TestServers.MySql)]
    [InlineData("zlib", "SSL Mode=Required")]
    [InlineData("zlib", "SSL Mode=None;Allow Public Key Retrieval=true")]
    [InlineData("zstd", "SSL Mode=Required")]
    [InlineData("zstd", "SSL Mode=None;Allow Public Key Retrieval=true")]
    public async Task Statements_of_any_size_travel_compressed(string algorithm, string mode)
    {
        var options = MySqlConnectionOptions.Parse($"{server.ConnectionString};{mode};Use Compression=true") with { Compression = [Enum.Parse<CompressionAlgorithm>(algorithm, ignoreCase: true)] };
        await using var connection = await WireConnection.OpenAsync(options, TimeProvider.System, "test", default);
        Assert.Equal(algorithm, await connection.ReadTextAsync("SELECT VARIABLE_VALUE FROM performance_schema.session_status WHERE VARIABLE_NAME = 'Compression_algorithm'", default));
        foreach (var length in (int[])[0, 1, 60, 70_000, 0xFFFFFF + 5, 40_000_000])
        {
            Assert.Equal($"{length}", await connection.ReadTextAsync($"SELECT LENGTH('{new string('x', length)}')", default));
            Assert.Equal(new string('y', length), await connection.ReadTextAsync($"SELECT REPEAT('y', {length})", default));
        }
    }

    [ServerTheory(TestServers.MySql)]
    [InlineData("zlib")]
    [InlineData("zstd")]
    public async Task Snapshot_and_log_are_the_same_compressed(string algorithm)
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, $"pressed{algorithm}");
        await database.ExecuteAsync(
            "CREATE TABLE t (id INT PRIMARY KEY, s MEDIUMTEXT)", "SET SESSION cte_max_recursion_depth=1000000",
            "INSERT INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i+1 FROM n WHERE i < 20000) SELECT i, CONCAT(REPEAT('z', 100), SHA2(i, 512)) FROM n");
        var options = MySqlConnectionOptions.Parse($"{database.ConnectionString};Use Compression=true") with { Compression = [Enum.Parse<CompressionAlgorithm>(algorithm, ignoreCase: true)] };
        await using var pressed = await SourceRun.StartAsync(options, "pressed", [$"{database.Name}.t"]);
        await using var plain = await SourceRun.StartAsync(database.Options, "plain", [$"{database.Name}.t"]);
        await Task.WhenAll(pressed.WaitForFirstEpochAsync(), plain.WaitForFirstEpochAsync());
        await database.ExecuteAsync("UPDATE t SET s = REVERSE(s) WHERE id % 2 = 0", "INSERT INTO t VALUES (0, REPEAT('m', 1000000))", "DELETE FROM t WHERE id % 3 = 1");
        var end = await SourceRun.PositionAsync(database.Connection);
        await Task.WhenAll(pressed.ReachAsync(end), plain.ReachAsync(end));
        Assert.Equal(plain.Contents.Rows(0), pressed.Contents.Rows(0));
        Assert.Equal((await database.Connection.QueryAsync("SELECT COUNT(*) FROM t", default))[0, 0], $"{pressed.Contents.Rows(0).Count}");
    }

    [ServerFact(TestServers.MySql)]
    public async Task Certificates_of_both_sides_are_judged()
    {
        using var certificates = new TestCertificates();
        var address = IPAddress.Parse(MySqlConnectionOptions.Parse(server.ConnectionString).Hosts[0]);
        var client = certificates.Sign("client");
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "tls");
        await database.ExecuteAsync($"ALTER USER {database.QuotedAccount} REQUIRE SUBJECT '/CN=client'");
        var account = $"{database.ConnectionString};SSL CA={certificates.Authority}";
        try
        {
            await RestartAsync(certificates, certificates.Sign("right", address));
            await AcceptsAsync($"{account};SSL Mode=VerifyFull;SSL Cert={client.Certificate};SSL Key={client.Key}");
            await AcceptsAsync($"{account};SSL Mode=VerifyFull;Certificate File={TestCertificates.ToPfx(client, "pfx-pass")};Certificate Password=pfx-pass");
            await RefusesAsync($"{account};SSL Mode=VerifyFull", "Access denied", "Check User ID and Password");
            var other = certificates.Sign("other");
            await RefusesAsync($"{account};SSL Mode=VerifyFull;SSL Cert={other.Certificate};SSL Key={other.Key}", "Access denied");
            await RefusesAsync($"{account};SSL Mode=VerifyFull;SSL Cert=/nowhere.pem;SSL Key=/nowhere.pem", "/nowhere.pem");

            await RestartAsync(certificates, certificates.Sign("wrong", IPAddress.Parse("192.0.2.1")));
            await RefusesAsync($"{account};SSL Mode=VerifyFull", "does not name this host");
            await RestartAsync(certificates, certificates.Sign("expired", address, until: -1));
            await RefusesAsync($"{account};SSL Mode=VerifyCA", "or it has expired");
        }
        finally
        {
            await server.RestartAsync();
        }
    }

    [ServerFact(TestServers.MySql)]
    public async Task Password_that_is_rotated_is_asked_for_at_each_reconnect()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "rotated");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)");
        var password = "captured";
        var asked = 0;
        var builder = new MySqlDataSourceBuilder($"{database.ConnectionString};Password=");
        builder.UsePeriodicPasswordProvider((_, _) => ValueTask.FromResult(Volatile.Read(ref password)), TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(5));
        await using var dataSource = builder.Build();
        var options = MySqlConnectionOptions.Of(dataSource);
        var provided = options.PasswordCallback!;
        options = options with
        {
            PasswordCallback = context =>
            {
                Interlocked.Increment(ref asked);
                return provided(context);
            },
        };
        await using var run = await SourceRun.StartAsync(options, "rotated", [$"{database.Name}.t"], settings: new MySqlSourceOptions { FirstRetryDelay = TimeSpan.FromMilliseconds(1) });
        await run.WaitForFirstEpochAsync();
        for (var i = 0; i < 3; i++)
        {
            await database.StreamsAsync(); // which another password does not end
            var before = Volatile.Read(ref asked);
            await database.ExecuteAsync($"ALTER USER {database.QuotedAccount} IDENTIFIED BY 'rotated-{i}'");
            await database.KillStreamsAsync();
            while (Volatile.Read(ref asked) == before && !run.Completion.IsCompleted)
            {
                await Task.Delay(5); // until the stream is gone and a login with the old password was tried
            }

            Volatile.Write(ref password, $"rotated-{i}");
            await database.ExecuteAsync($"INSERT INTO t VALUES ({i})");
            await run.ReachAsync(await SourceRun.PositionAsync(database.Connection));
        }

        Assert.Equal(["0", "1", "2"], run.Contents.Rows(0));
    }

    private async Task RestartAsync(TestCertificates certificates, (string Certificate, string Key) own) =>
        await server.RestartAsync($"--ssl-ca={certificates.Authority} --ssl-cert={own.Certificate} --ssl-key={own.Key}");

    private static async Task AcceptsAsync(string connectionString)
    {
        await using var session = await MySqlDatabase.ConnectAsync(connectionString);
        await using var wire = await session.OpenWireAsync(TimeProvider.System, "test", default);
        Assert.True(wire.IsEncrypted);
    }

    private static async Task RefusesAsync(string connectionString, params string[] parts)
    {
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => WireConnection.OpenAsync(MySqlConnectionOptions.Parse(connectionString), TimeProvider.System, "test", default));
        Assert.All(parts, p => Assert.Contains(p, error.Message, StringComparison.Ordinal));
        Assert.False(error.IsTransient);
    }
}
