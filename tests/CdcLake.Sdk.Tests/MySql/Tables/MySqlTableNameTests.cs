using CdcLake.MySql.Tables;

namespace CdcLake.Tests.MySql.Tables;

public sealed class MySqlTableNameTests
{
    [Theory]
    [InlineData("appdb.sales", "appdb", "sales")]
    [InlineData("sales", "main", "sales")]
    [InlineData("`app.db`.`sa``les`", "app.db", "sa`les")]
    [InlineData("appdb.`x.y`", "appdb", "x.y")]
    public void Name_is_split_at_the_first_dot_outside_backticks(string text, string database, string table)
    {
        var name = MySqlTableName.Parse(text, "main");
        Assert.Equal((database, table), (name.Database, name.Table));
        Assert.Equal(name, MySqlTableName.Parse(name.Quoted, null));
        Assert.Equal(name, MySqlTableName.Parse(name.ToString(), null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("db.")]
    [InlineData(".t")]
    [InlineData("`open")]
    [InlineData("`a`b")]
    [InlineData("`a`.`b`.c")]
    [InlineData("appdb.sales.2026")]
    public void Wrong_names_are_errors(string text) => Assert.Throws<SchemaMismatchException>(() => MySqlTableName.Parse(text, null));

    [Fact]
    public void Name_without_database_needs_a_default() =>
        Assert.Contains("names no database", Assert.Throws<SchemaMismatchException>(() => MySqlTableName.Parse("t", null)).Message, StringComparison.Ordinal);

    [Fact]
    public void Literals_escape_quotes_and_backslashes() => Assert.Equal(@"'a''b\\c'", MySqlTableName.Literal(@"a'b\c"));
}
