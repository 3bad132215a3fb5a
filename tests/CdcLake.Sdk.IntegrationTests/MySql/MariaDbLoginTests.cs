using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Each kind of login of MariaDB, by both clients. The plugins are those that the server of the lab has.</summary>
public sealed class MariaDbLoginTests
{
    [ServerTheory(TestServers.MariaDb)]
    [InlineData("mysql_native_password", "ünïcödé-пароль", "SSL Mode=None")]
    [InlineData("mysql_native_password", "a", "SSL Mode=Required")]
    [InlineData("ed25519", "ünïcödé-пароль", "SSL Mode=None")]
    [InlineData("ed25519", "a;b='c", "SSL Mode=Required")]
    [InlineData("parsec", "ünïcödé-пароль", "SSL Mode=None")]
    [InlineData("parsec", "twenty bytes and some more than that, up to two hundred: 0123456789012345678901234567890123456789", "SSL Mode=Required")]
    public async Task Account_logs_in_with_both_clients(string plugin, string password, string mode)
    {
        var server = TestServers.Get(TestServers.MariaDb);
        if (plugin != "mysql_native_password")
        {
            await InstallAsync(server, plugin);
        }

        await using var account = await Account.CreateAsync(password, server, plugin);
        for (var time = 0; time < 3; time++)
        {
            await using var session = await MySqlDatabase.ConnectAsync($"{account.ConnectionString};{mode}");
            await using var wire = await session.OpenWireAsync(TimeProvider.System, "test", default);
            Assert.StartsWith(account.Name, await wire.ReadTextAsync("SELECT CURRENT_USER()", default), StringComparison.Ordinal);
            Assert.Equal(mode.EndsWith("Required", StringComparison.Ordinal), wire.IsEncrypted);
        }

        var error = await Assert.ThrowsAsync<MySqlServerException>(() => MySqlDatabase.ConnectAsync($"{account.ConnectionString};Password=wrong;{mode}"));
        Assert.Equal(1045, error.Code);
    }

    private static async Task InstallAsync(string server, string plugin)
    {
        await using var admin = await MySqlDatabase.ConnectAsync(server);
        try
        {
            await admin.ExecuteAsync($"INSTALL SONAME 'auth_{plugin}'", default);
        }
        catch (MySqlServerException error) when (error.Message.Contains("already installed", StringComparison.OrdinalIgnoreCase))
        {
            // In an earlier run.
        }
    }
}
