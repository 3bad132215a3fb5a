using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;
using MySqlConnector;

namespace CdcLake.IntegrationTests.MySql;

public sealed class LoginTests
{
    private const string Ca = TestServers.MySqlCa;
    private const string Socket = "CDCLAKE_TEST_MYSQL_SOCKET";

    private static string Server => TestServers.Get(TestServers.MySql);

    [ServerTheory(TestServers.MySql)]
    [InlineData("", "SSL Mode=None")]
    [InlineData("a", "SSL Mode=None;Allow Public Key Retrieval=true")]
    [InlineData("a", "SSL Mode=Preferred")]
    [InlineData("ünïcödé-пароль", "SSL Mode=Required")]
    [InlineData("ünïcödé-пароль", "SSL Mode=None;Allow Public Key Retrieval=true")]
    [InlineData("a;b='c\"d", "SSL Mode=Required")]
    [InlineData("twenty bytes and some more than that, up to two hundred: 0123456789012345678901234567890123456789", "SSL Mode=None;AllowPublicKeyRetrieval=true")]
    [InlineData("twenty bytes and some more than that, up to two hundred: 0123456789012345678901234567890123456789", "SSL Mode=Required")]
    public async Task Password_works_with_a_cold_and_with_a_warm_cache(string password, string mode)
    {
        await using var account = await Account.CreateAsync(password);
        for (var i = 0; i < 2; i++)
        {
            await using var connection = await ConnectAsync($"{account.ConnectionString};{mode}");
            Assert.StartsWith(account.Name, await connection.ReadTextAsync("SELECT CURRENT_USER()", default), StringComparison.Ordinal);
        }

        await using var session = await MySqlDatabase.ConnectAsync($"{account.ConnectionString};{mode}");
        await using var beside = await session.OpenWireAsync(TimeProvider.System, "test", default);
        Assert.StartsWith(account.Name, await beside.ReadTextAsync("SELECT CURRENT_USER()", default), StringComparison.Ordinal);
    }

    [ServerTheory(TestServers.MySql)]
    [InlineData("SSL Mode=Required")]
    [InlineData("SSL Mode=None;Allow Public Key Retrieval=true")]
    public async Task Account_of_the_older_plugin_logs_in_with_both_clients(string mode)
    {
        await using var account = await Account.CreateAsync("ünïcödé", plugin: "sha256_password");
        await using var session = await MySqlDatabase.ConnectAsync($"{account.ConnectionString};{mode}");
        await using var wire = await session.OpenWireAsync(TimeProvider.System, "test", default);
        Assert.StartsWith(account.Name, await wire.ReadTextAsync("SELECT CURRENT_USER()", default), StringComparison.Ordinal);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Cold_cache_in_clear_needs_permission_and_a_warm_one_does_not()
    {
        await using var account = await Account.CreateAsync("geheim");
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => ConnectAsync($"{account.ConnectionString};SSL Mode=None"));
        Assert.Contains("Allow Public Key Retrieval", error.Message, StringComparison.Ordinal);
        await (await ConnectAsync($"{account.ConnectionString};SSL Mode=Required")).DisposeAsync();
        await using var connection = await ConnectAsync($"{account.ConnectionString};SSL Mode=None");
        Assert.False(connection.IsEncrypted);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Servers_key_from_a_file_needs_no_permission()
    {
        await using var account = await Account.CreateAsync("geheim");
        await using var admin = await MySqlDatabase.ConnectAsync(Server);
        var file = Path.GetTempFileName();
        try
        {
            var status = await admin.QueryAsync("SHOW STATUS LIKE 'Caching_sha2_password_rsa_public_key'", default);
            await File.WriteAllTextAsync(file, status[0, 1]);
            await using var connection = await ConnectAsync($"{account.ConnectionString};SSL Mode=None;Server RSA Public Key File={file}");
            Assert.False(connection.IsEncrypted);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [ServerTheory(TestServers.MySql)]
    [InlineData("None;Allow Public Key Retrieval=true", false)]
    [InlineData("Preferred", true)]
    [InlineData("Required", true)]
    [InlineData("Required;TLS Version=TLS 1.2", true)]
    [InlineData("Required;TLS Version=TLS 1.3", true)]
    public async Task Ssl_mode_decides_about_encryption(string mode, bool encrypted)
    {
        await using var connection = await ConnectAsync($"{Server};SSL Mode={mode}");
        Assert.Equal(encrypted, connection.IsEncrypted);
        var cipher = await connection.ReadTextAsync("SELECT VARIABLE_VALUE FROM performance_schema.session_status WHERE VARIABLE_NAME = 'Ssl_cipher'", default);
        Assert.Equal(encrypted, cipher!.Length > 0);
    }

    [ServerFact(TestServers.MySql, Ca)]
    public async Task Verify_ca_accepts_the_authority_it_is_told()
    {
        await using var connection = await ConnectAsync($"{Server};SSL Mode=VerifyCA;SSL CA={TestServers.Get(Ca)}");
        Assert.True(connection.IsEncrypted);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Verify_ca_refuses_an_authority_the_machine_does_not_know()
    {
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => ConnectAsync($"{Server};SSL Mode=VerifyCA;SSL CA="));
        Assert.Contains("SSL CA", error.Message, StringComparison.Ordinal);
    }

    [ServerFact(TestServers.MySql, Ca)]
    public async Task Verify_full_refuses_a_certificate_of_another_name()
    {
        var error = await Assert.ThrowsAsync<MySqlServerException>(
            () => ConnectAsync($"{Server};SSL Mode=VerifyFull;SSL CA={TestServers.Get(Ca)}"));
        Assert.Contains("does not name this host", error.Message, StringComparison.Ordinal);
    }

    [ServerFact(TestServers.MySql, Socket)]
    public async Task Unix_socket_needs_no_encryption()
    {
        await using var account = await Account.CreateAsync("geheim");
        await using var connection = await ConnectAsync($"Server={TestServers.Get(Socket)};User ID={account.Name};Password=geheim");
        Assert.False(connection.IsEncrypted);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Wrong_password_is_an_error_that_names_the_account_and_not_the_password()
    {
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => ConnectAsync($"{Server};Password=not-it-either"));
        Assert.Equal(1045, error.Code);
        Assert.False(error.IsTransient);
        Assert.Contains("cdc", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not-it-either", error.ToString(), StringComparison.Ordinal);
    }

    [ServerTheory(TestServers.MySql)]
    [InlineData("Server=host.invalid", "host.invalid")]
    [InlineData("Port=1", ":1")]
    public async Task Wrong_host_is_an_error_that_names_it(string change, string expected)
    {
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => ConnectAsync($"{Server};{change}"));
        Assert.True(error.IsTransient);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Unknown_database_is_an_error_that_names_the_keyword()
    {
        var error = await Assert.ThrowsAsync<MySqlServerException>(() => ConnectAsync($"{Server};Database=there_is_none"));
        Assert.Equal(1049, error.Code);
        Assert.Contains("Database in the connection string", error.Message, StringComparison.Ordinal);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Data_source_of_the_application_serves_both_clients_with_its_fresh_password()
    {
        await using var account = await Account.CreateAsync("fresh-password");
        var builder = new MySqlDataSourceBuilder($"{account.ConnectionString};Password=");
        builder.UsePeriodicPasswordProvider((_, _) => new ValueTask<string>("fresh-password"), TimeSpan.FromHours(1), TimeSpan.FromSeconds(1));
        await using var dataSource = builder.Build();
        var options = MySqlConnectionOptions.Of(dataSource);
        await using var session = await ServerSession.OpenAsync(options, options.Hosts[0], default);
        await using var wire = await session.OpenWireAsync(TimeProvider.System, "test", default);
        Assert.StartsWith(account.Name, await wire.ReadTextAsync("SELECT CURRENT_USER()", default), StringComparison.Ordinal);
    }

    private static Task<WireConnection> ConnectAsync(string connectionString) =>
        WireConnection.OpenAsync(MySqlConnectionOptions.Parse(connectionString), TimeProvider.System, "test", default);
}
