using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;

namespace CdcLake.IntegrationTests.MySql;

public sealed class PreflightTests(PrivateMySqlServer server) : IClassFixture<PrivateMySqlServer>
{
    [ServerTheory(TestServers.MySql)]
    [InlineData("binlog_row_image", "MINIMAL", "FULL", "SET PERSIST binlog_row_image=FULL")]
    [InlineData("binlog_row_metadata", "MINIMAL", "FULL", "SET PERSIST binlog_row_metadata=FULL")]
    [InlineData("binlog_format", "STATEMENT", "ROW", "SET PERSIST binlog_format=ROW")]
    [InlineData("gtid_mode", "ON_PERMISSIVE", "ON", "SET PERSIST gtid_mode=ON;")]
    public async Task Setting_that_loses_changes_is_refused_with_its_statement(string variable, string wrong, string right, string statement)
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "preflight");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)", $"SET GLOBAL {variable}={wrong}");
        try
        {
            var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => DescribeAsync(database.Options, $"{database.Name}.t"));
            Assert.Contains(statement, error.Message, StringComparison.Ordinal);
            Assert.Contains(variable, error.Message, StringComparison.Ordinal);
        }
        finally
        {
            await database.ExecuteAsync($"SET GLOBAL {variable}={right}");
        }

        Assert.Single(await DescribeAsync(database.Options, $"{database.Name}.t"));
    }

    [ServerFact(TestServers.MySql)]
    public async Task Missing_grants_are_all_named_at_once_and_their_statements_help()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "grants");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)");
        await using var account = await Account.CreateAsync("geheim", server.ConnectionString);
        var options = MySqlConnectionOptions.Parse(account.ConnectionString);

        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => DescribeAsync(options, $"{database.Name}.t"));
        var grant = $"GRANT REPLICATION SLAVE, REPLICATION CLIENT, XA_RECOVER_ADMIN ON *.* TO {account.Quoted}";
        Assert.Contains(grant, error.Message, StringComparison.Ordinal);

        await database.ExecuteAsync(grant);
        error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => DescribeAsync(options, $"{database.Name}.t"));
        grant = $"GRANT SELECT ON `{database.Name}`.`t` TO {account.Quoted}";
        Assert.Contains(grant, error.Message, StringComparison.Ordinal);

        await database.ExecuteAsync(grant);
        var table = Assert.Single(await DescribeAsync(options, $"{database.Name}.t"));
        Assert.Equal([0], table.PrimaryKey);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Unknown_table_names_similar_ones()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "names");
        await database.ExecuteAsync("CREATE TABLE products (id INT PRIMARY KEY)");
        var error = await Assert.ThrowsAsync<SchemaMismatchException>(() => DescribeAsync(database.Options, "product"));
        Assert.Contains($"{database.Name}.products", error.Message, StringComparison.Ordinal);

        // In a database that was not granted, the server does not say whether there is such a table.
        var hidden = await Assert.ThrowsAsync<BinlogUnavailableException>(() => DescribeAsync(database.Options, "nowhere.products"));
        Assert.Contains("GRANT SELECT ON `nowhere`.`products`", hidden.Message, StringComparison.Ordinal);
        Assert.Contains($"{database.Name}.products", hidden.Message, StringComparison.Ordinal);
    }

    [ServerFact(TestServers.MySql)]
    public async Task View_is_refused()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "views");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY)", "CREATE VIEW v AS SELECT * FROM t");
        var error = await Assert.ThrowsAsync<SchemaMismatchException>(() => DescribeAsync(database.Options, "v"));
        Assert.Contains("is a view", error.Message, StringComparison.Ordinal);
    }

    [ServerFact(TestServers.MySql)]
    public async Task Tables_are_described_with_all_columns_and_keys()
    {
        await using var database = await MySqlDatabase.CreateAsync(server.ConnectionString, "describe");
        await database.ExecuteAsync(
            "CREATE TABLE plain (a INT UNSIGNED NOT NULL, b DECIMAL(10,2) NOT NULL, c JSON, d VARCHAR(64) CHARACTER SET latin1 INVISIBLE, PRIMARY KEY (b, a))",
            "CREATE TABLE `odd``name.x` (id INT NOT NULL, UNIQUE KEY (id))",
            "SET SESSION sql_generate_invisible_primary_key=ON",
            "CREATE TABLE hidden (v INT)");
        var tables = await DescribeAsync(database.Options, "plain", "`odd``name.x`", "hidden");
        Assert.Equal(["a uint32 not null", "b decimal(10, 2) not null", "c string", "d string"], tables[0].Schema.Fields.Select(f => f.ToString()));
        Assert.Equal(["int unsigned", "decimal(10,2)", "json", "varchar(64)"], tables[0].NativeTypes);
        Assert.Equal([1, 0], tables[0].PrimaryKey);
        Assert.Empty(tables[0].Unsupported);
        Assert.Equal([0], tables[1].PrimaryKey);
        Assert.Equal(["my_row_id", "v"], tables[2].Schema.Fields.Select(f => f.Name));
        Assert.Equal([0], tables[2].PrimaryKey);
    }

    private static Task<IReadOnlyList<CdcLake.Connectors.SourceTable>> DescribeAsync(MySqlConnectionOptions options, params string[] tables) =>
        new MySqlBinlogSource(options, "preflight", new MySqlSourceOptions(), TimeProvider.System).DescribeAsync(tables, default);
}
