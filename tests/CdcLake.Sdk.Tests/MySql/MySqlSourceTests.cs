using MySqlConnector;

namespace CdcLake.Tests.MySql;

public sealed class MySqlSourceTests
{
    [Fact]
    public void Start_in_the_log_is_refused_for_files()
    {
        var error = Assert.Throws<ArgumentException>(() => MySqlSource.FromFiles(["binlog.000001"], o => o.StartAt = MySqlStart.AtPosition("binlog.000001", 157)));
        Assert.Contains("StartAt = binlog.000001:157", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_source_of_the_application_names_the_server()
    {
        using var dataSource = new MySqlDataSource("Server=db;Port=3307;User ID=cdc;Password=geheim");
        Assert.Equal("db:3307", new MySqlSource(dataSource).ToString());
    }

    [Theory]
    [InlineData("appdb.sales", "appdb.sales")]
    [InlineData("`appdb`.sales", "appdb.sales")]
    [InlineData("`a.b`.`c.d`", "`a.b`.`c.d`")]
    [InlineData("appdb.`odd``name`", "appdb.`odd``name`")]
    public void Table_names_have_one_spelling(string text, string expected) => Assert.Equal(expected, new MySqlSource("Server=db").Table(text).Name);
}
