using CdcLake.Testing;
using static CdcLake.Tests.Testing.SalesPipeline;

namespace CdcLake.Tests.Testing;

/// <summary>Tables in memory take, refuse and give back what MySQL would.</summary>
public sealed class HarnessTableTests
{
    private const string Users = """
        CREATE TABLE IF NOT EXISTS `testdb`.`users` (
          `id` INT UNSIGNED NOT NULL AUTO_INCREMENT,
          `mail` VARCHAR(20) NOT NULL COLLATE utf8mb4_0900_ai_ci COMMENT 'a, b',
          `kind` ENUM('Guest','Member') NOT NULL DEFAULT 'Guest',
          `credit` DECIMAL(10,2) NULL DEFAULT -1.50,
          `code` CHAR(4) CHARACTER SET latin1,
          `created` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
          PRIMARY KEY (`id`), UNIQUE KEY `by_mail` (`mail`(10)), CONSTRAINT `c` CHECK ((`credit` > -100))
        ) ENGINE=InnoDB AUTO_INCREMENT=17 DEFAULT CHARSET=utf8mb4
        """;

    [Fact]
    public async Task A_declared_table_gives_what_its_columns_keep()
    {
        await using var harness = await PipelineHarness.StartAsync(Replica(), o => o.CreateTable(Users));
        await harness.Table("testdb.users").InsertAsync(Row(("mail", "ada@example.org"), ("credit", 9.995m), ("code", "A  "), ("created", new DateTime(2026, 1, 1).AddTicks(15_678))));
        await harness.Table<NewUser>("testdb.users").InsertAsync(new("bob@example.org", UserKind.Member));
        var rows = await harness.RowsAsync<User>("lakehouse.users");
        Assert.Equal(new User(1, "ada@example.org", "Guest", 10.00m, "A", new DateTime(2026, 1, 1).AddMilliseconds(2)), rows[0]);
        Assert.Equal((2, "Member", -1.50m, null), (rows[1].Id, rows[1].Kind, rows[1].Credit, rows[1].Code));
        Assert.Equal(2L, harness.Table("testdb.users").Read()[1]["id"]);
    }

    [Fact]
    public async Task Text_keys_are_equal_as_their_collation_says()
    {
        var statement = "CREATE TABLE testdb.users (mail VARCHAR(20) PRIMARY KEY, name TEXT)";
        await using var harness = await PipelineHarness.StartAsync(Replica(), o => o.CreateTable(statement));
        var users = harness.Table("testdb.users");
        await users.InsertAsync(Row(("mail", "ada@example.org")));
        var error = await Assert.ThrowsAsync<TableRowException>(() => users.InsertAsync(Row(("mail", "ADA@example.org"))));
        Assert.Equal(TableRowError.DuplicateKey, error.Error);
        await users.UpdateAsync(Row(("mail", "Ada@example.org"), ("name", "Ada")));
        Assert.Equal("Ada@example.org", users.Read()[0]["mail"]);
    }

    [Fact]
    public async Task Keys_that_are_taken_or_missing_are_named()
    {
        await using var harness = await PipelineHarness.StartAsync(Build());
        await harness.Products().InsertAsync(new(1, "KET-1", "Kettle"));
        await RefusedAsync(TableRowError.DuplicateKey, "appdb.products has a row with id = 1 already", () => harness.Products().InsertAsync(new(1, "X", "x")));
        await RefusedAsync(TableRowError.MissingRow, "appdb.products has no row with id = 2 to update", () => harness.Products().UpdateAsync(new(2, "X", "x")));
        await RefusedAsync(TableRowError.MissingRow, "to delete", () => harness.Products().DeleteAsync(new(2, "X", "x")));
    }

    [Fact]
    public async Task Tables_and_columns_that_do_not_exist_are_named_with_those_that_do()
    {
        await using var harness = await PipelineHarness.StartAsync(Build());
        await RefusedAsync(TableRowError.UnknownTable, "Nearest: appdb.products", () => Task.FromResult(harness.Table<Product>("appdb.product")));
        await RefusedAsync(TableRowError.UnknownColumn, "\"Colour\"", () => Task.FromResult(harness.Table<Coloured>("appdb.products")));
        await RefusedAsync(TableRowError.UnknownColumn, "\"prize\"", () => harness.Table("appdb.sales").InsertAsync(Row(("prize", 1))));
        await RefusedAsync(TableRowError.UnknownTable, "CREATE TABLE testdb.users", () => PipelineHarness.StartAsync(Replica()));
    }

    [Theory]
    [InlineData("mail", "a text of more than twenty characters", "it holds 20 characters")]
    [InlineData("mail", null, "NOT NULL")]
    [InlineData("kind", "Admin", "its labels are Guest, Member")]
    [InlineData("id", 4294967296, "it ranges from 0 to 4294967295")]
    [InlineData("credit", 123456789.0, "8 digits before the point")]
    [InlineData("created", true, "does not become a datetime(3)")]
    public async Task Values_that_do_not_fit_are_refused(string column, object? value, string mention)
    {
        await using var harness = await PipelineHarness.StartAsync(Replica(), o => o.CreateTable(Users));
        var row = new Dictionary<string, object?> { ["mail"] = "x" };
        row[column] = value;
        await RefusedAsync(TableRowError.BadValue, mention, () => harness.Table("testdb.users").InsertAsync(row));
    }

    [Theory]
    [InlineData("DROP TABLE a.b", "CREATE TABLE")]
    [InlineData("CREATE TABLE users (id INT PRIMARY KEY)", "lacks its database")]
    [InlineData("CREATE TABLE a.b (id INT GENERATED ALWAYS AS (1))", "\"GENERATED\" of column id")]
    [InlineData("CREATE TABLE a.b (id WHATEVER)", "the type of column id")]
    [InlineData("CREATE TABLE a.b (id INT, PRIMARY KEY (key_id))", "key_id")]
    public void Statements_that_are_not_understood_are_refused(string sql, string mention)
    {
        var error = Assert.Throws<TableRowException>(() => new PipelineHarnessOptions().CreateTable(sql));
        Assert.Equal(TableRowError.BadDefinition, error.Error);
        Assert.Contains(mention, error.Message, StringComparison.Ordinal);
    }

    private static async Task RefusedAsync(TableRowError error, string mention, Func<Task> write)
    {
        var thrown = await Assert.ThrowsAsync<TableRowException>(write);
        Assert.Equal(error, thrown.Error);
        Assert.Contains(mention, thrown.Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, object?> Row(params (string Column, object? Value)[] values) => values.ToDictionary(v => v.Column, v => v.Value);

    private static Pipeline Replica() => Pipeline
        .FromMySqlBinlog(new MySqlSource("Server=nowhere.invalid;User ID=cdc").Table("testdb.users"))
        .ToIceberg(IcebergCatalog.FileSystem("/nowhere").Table("lakehouse.users"))
        .Build("users");

    private enum UserKind
    {
        Guest,
        Member,
    }

    private sealed record NewUser(string Mail, UserKind Kind);

    private sealed record User(long Id, string Mail, string Kind, decimal? Credit, string? Code, DateTime Created);

    private sealed record Coloured(int Id, string Sku, string Name, string Colour);
}
