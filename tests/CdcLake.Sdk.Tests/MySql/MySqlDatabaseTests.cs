namespace CdcLake.Tests.MySql;

public sealed class MySqlDatabaseTests
{
    private static readonly MySqlSource Server = new("Server=localhost;User ID=cdc");

    [Theory]
    [InlineData("", "", "orders", true)]
    [InlineData("", "tmp_*", "tmp_1", false)]
    [InlineData("", "tmp_*", "TMP_1", false)]
    [InlineData("", "tmp_*", "my_tmp_1", true)]
    [InlineData("order*", "", "orders", true)]
    [InlineData("order*", "", "customers", false)]
    [InlineData("order*,customers", "", "customers", true)]
    [InlineData("order*", "*_old", "orders_old", false)]
    [InlineData("t?", "", "t1", true)]
    [InlineData("t?", "", "t12", false)]
    [InlineData("", "_*_gho,_*_del", "_orders_gho", false)]
    public void Patterns_say_which_tables_are_meant(string included, string excluded, string table, bool expected) =>
        Assert.Equal(expected, Server.Database("shop").Include(Parts(included)).Exclude(Parts(excluded)).Selection.Takes(table));

    [Fact]
    public void Text_names_database_and_patterns()
    {
        Assert.Equal("shop.*", Server.Database("shop").ToString());
        Assert.Equal("shop.a*, shop.b without a_1, tmp_*", Server.Database("shop").Include("a*").Exclude("a_1").Include("b").Exclude("tmp_*").ToString());
    }

    [Fact]
    public void Files_have_no_databases() => Assert.Throws<InvalidOperationException>(() => MySqlSource.FromFiles("binlog.000001").Database("shop"));

    [Fact]
    public void Pipeline_without_a_sink_is_refused() =>
        Assert.Throws<InvalidOperationException>(() => Pipeline.FromMySqlBinlog(Server.Database("shop")).Build("shop"));

    [Fact]
    public void Pipeline_that_was_built_takes_no_more_sinks()
    {
        var lake = IcebergCatalog.FileSystem("warehouse");
        var stream = Pipeline.FromMySqlBinlog(Server.Database("shop")).ToIceberg(lake.Namespace("raw"));
        _ = stream.Build("shop");
        Assert.Throws<InvalidOperationException>(() => stream.ToIceberg(lake.Namespace("more")));
        Assert.Throws<InvalidOperationException>(() => stream.Build("again"));
    }

    private static string[] Parts(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries);
}
