using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>Servers that cannot be reached, do not let us in, or do not log what is needed: the error says what to do, and nothing is written.</summary>
[Collection(ServerPair.Collection)]
public sealed class BadServerTests(ServerPair servers) : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private LabServer Server => servers.Source;

    public async Task InitializeAsync()
    {
        if (TestServers.ReasonToSkip([TestServers.MySql]) is null)
        {
            await Server.ResetAsync();
            await new ShopWriters(Server, LiveShop.Database, seed: 0).CreateAsync();
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose() => _folder.Dispose();

    [ServerFact(TestServers.MySql)]
    public Task Closed_port_is_waited_for_and_named() => WaitsAsync($"Server={Server.Host};Port=1;User ID=cdc;Password=x", $"{Server.Host}:1");

    [ServerFact(TestServers.MySql)]
    public Task Unknown_host_is_waited_for_and_named() => WaitsAsync("Server=no-such-host.invalid;User ID=cdc;Password=x", "no-such-host.invalid");

    [ServerFact(TestServers.MySql)]
    public async Task Wrong_password_names_the_user_and_not_the_password()
    {
        var error = await RefusesAsync(Server.ConnectionFor("cdc", "wrong-secret"));
        Contains(error, "cdc");
        Assert.DoesNotContain("wrong-secret", error, StringComparison.Ordinal);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Unknown_keyword_names_the_nearest() => Contains(await RefusesAsync($"{Server.CaptureString};Pasword=x"), "Password");

    [ServerTheory(TestServers.MySql)]
    [InlineData("GRANT SELECT ON shop.* TO", "REPLICATION SLAVE")]
    [InlineData("GRANT REPLICATION SLAVE, REPLICATION CLIENT, XA_RECOVER_ADMIN ON *.* TO", "SELECT")]
    public async Task Missing_grant_comes_with_its_statement(string grant, string missing)
    {
        await using var connection = await Server.OpenAsync();
        await connection.RunAsync("DROP USER IF EXISTS 'poor'@'%'", "CREATE USER 'poor'@'%' IDENTIFIED BY 'poor-pass'", $"{grant} 'poor'@'%'");
        var error = await RefusesAsync(Server.ConnectionFor("poor", "poor-pass"));
        await connection.RunAsync("DROP USER 'poor'@'%'");
        Contains(error, "GRANT");
        Contains(error, missing);
    }

    [ServerTheory(TestServers.MySql)]
    [InlineData("binlog_format", "STATEMENT", "ROW")]
    [InlineData("binlog_row_image", "MINIMAL", "FULL")]
    [InlineData("binlog_row_metadata", "MINIMAL", "FULL")]
    public async Task Wrong_setting_comes_with_the_statement_that_fixes_it(string variable, string wrong, string right)
    {
        await using var connection = await Server.OpenAsync();
        await connection.RunAsync($"SET GLOBAL {variable} = {wrong}");
        string error;
        try
        {
            error = await RefusesAsync(Server.CaptureString);
        }
        finally
        {
            await connection.RunAsync($"SET GLOBAL {variable} = {right}");
        }

        Assert.Matches($@"SET (PERSIST|GLOBAL) {variable} ?= ?'?{right}", error);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Server_without_GTIDs_is_refused_with_the_way_to_turn_them_on()
    {
        await using var connection = await Server.OpenAsync();
        await connection.RunAsync("SET GLOBAL gtid_mode = ON_PERMISSIVE", "SET GLOBAL gtid_mode = OFF_PERMISSIVE", "SET GLOBAL gtid_mode = OFF");
        string error;
        try
        {
            error = await RefusesAsync(Server.CaptureString);
        }
        finally
        {
            await connection.RunAsync("SET GLOBAL gtid_mode = OFF_PERMISSIVE", "SET GLOBAL gtid_mode = ON_PERMISSIVE", "SET GLOBAL gtid_mode = ON");
        }

        Contains(error, "gtid_mode");
    }

    [ServerTheory(TestServers.MySql)]
    [InlineData("DROP TABLE sales", "shop.sales")]
    [InlineData("ALTER TABLE sales DROP COLUMN price", "price")]
    [InlineData("ALTER TABLE sales MODIFY qty VARCHAR(20) NOT NULL", "qty")]
    [InlineData("ALTER TABLE products MODIFY name VARBINARY(255) NOT NULL", "name")]
    public async Task Table_or_column_that_is_not_as_needed_is_named(string statement, string mention)
    {
        await using var connection = await Server.OpenAsync(LiveShop.Database);
        await connection.RunAsync(statement);
        Contains(await RefusesAsync(Server.CaptureString), mention);
    }

    private static void Contains(string error, string part) => Assert.Contains(part, error, StringComparison.OrdinalIgnoreCase);

    /// <summary>A server that is not up yet, or whose name nobody knows yet, is no reason to end; the sample says what it waits for.</summary>
    private async Task WaitsAsync(string connection, string mention)
    {
        await using var run = Quickstart.Start("--mysql", connection, "--database", LiveShop.Database, "--warehouse", _folder["warehouse"]);
        await run.LineAsync(l => l.StartsWith("retrying ", StringComparison.Ordinal) && l.Contains(mention, StringComparison.Ordinal), $"line that names {mention}");
    }

    private async Task<string> RefusesAsync(string connection)
    {
        var warehouse = _folder["warehouse"];
        var error = await Quickstart.RefusesAsync("--mysql", connection, "--database", LiveShop.Database, "--warehouse", warehouse);
        Assert.Empty(LakeTable.Sales(warehouse).Snapshots());
        return error;
    }
}
