using CdcLake.MySql.Tables;

namespace CdcLake.Tests.MySql.Tables;

public sealed class ReplicaFiltersTests
{
    [Theory]
    [InlineData("", "", false)]
    [InlineData("Replicate_Do_DB", "shop,other", false)]
    [InlineData("Replicate_Do_DB", "other", true)]
    [InlineData("Replicate_Ignore_DB", "shop", true)]
    [InlineData("Replicate_Ignore_DB", "other", false)]
    [InlineData("Replicate_Do_Table", "shop.sales", false)]
    [InlineData("Replicate_Do_Table", "shop.products", true)]
    [InlineData("Replicate_Ignore_Table", "shop.sales", true)]
    [InlineData("Replicate_Ignore_Table", "mysql.rds_history,mysql.rds_sysinfo", false)]
    [InlineData("Replicate_Wild_Do_Table", "shop.%", false)]
    [InlineData("Replicate_Wild_Do_Table", "shop.p%", true)]
    [InlineData("Replicate_Wild_Ignore_Table", "sh_p.%", true)]
    [InlineData("Replicate_Wild_Ignore_Table", @"sh\_p.%", false)]
    [InlineData("Replicate_Wild_Ignore_Table", "%.products", false)]
    public void Table_is_left_out_as_the_rules_say(string column, string value, bool expected) =>
        Assert.Equal(expected, ReplicaFilters.Of(name => name == column ? value : "").LeaveOut(new MySqlTableName("shop", "sales")));

    [Fact]
    public void Rules_of_what_to_take_come_before_those_of_what_to_leave_out()
    {
        var filters = ReplicaFilters.Of(name => name switch { "Replicate_Do_Table" => "shop.sales", "Replicate_Ignore_Table" => "shop.sales", _ => null });
        Assert.False(filters.LeaveOut(new MySqlTableName("shop", "sales")));
        Assert.True(filters.LeaveOut(new MySqlTableName("shop", "products")));
    }
}
