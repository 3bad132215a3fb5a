using CdcLake.MySql;
using CdcLake.MySql.Gtids;

namespace CdcLake.Tests.MySql.Gtids;

public sealed class DomainSetTests
{
    private const string Uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    [Theory]
    [InlineData("0-1-77", "0-1-77", "0-1-77")]
    [InlineData("7-2-5, 0-1-77", "0-1-77,7-2-5", "0-1-77,7-2-5")]
    [InlineData("0-1-96:98-3-100", "0-1-96:98-3-100", "0-1-96")]
    [InlineData("0:98-3-100", "0:98-3-100", "")]
    [InlineData("4294967295-4294967295-9223372036854775806", "4294967295-4294967295-9223372036854775806", "4294967295-4294967295-9223372036854775806")]
    public void Text_is_read_and_printed_as_MariaDb_does(string text, string printed, string positions)
    {
        var set = GtidSet.Parse(text);
        Assert.Equal(printed, set.ToString());
        Assert.Equal(positions, set.Positions);
        Assert.Equal(set, GtidSet.Parse(printed));
        Assert.True(set.IsOfDomains);
    }

    [Theory]
    [InlineData("0-1")]
    [InlineData("0-1-0")]
    [InlineData("0-1-x")]
    [InlineData("0-4294967296-1")]
    [InlineData("0-1-5:7-1")]
    [InlineData("0")]
    [InlineData("0-1-77," + Uuid + ":1")]
    [InlineData(Uuid + ":1,0-1-77")]
    public void Text_that_is_no_set_is_refused(string text) => Assert.Null(GtidSet.TryParse(text));

    [Fact]
    public void Transaction_stands_for_all_before_it_but_those_that_are_held_back()
    {
        var builder = new GtidSetBuilder(GtidSet.Parse("0-1-100"));
        builder.Hold(Gtid.OfDomain(0, 1, 103)); // 101 and 102 were never used
        builder.Hold(Gtid.OfDomain(0, 1, 104));
        Assert.Equal("0-1-100", builder.ToSet().ToString());
        builder.Add(Gtid.OfDomain(0, 2, 105));
        builder.Add(Gtid.OfDomain(0, 2, 108));
        Assert.Equal("0-1-100:105-2-108", builder.ToSet().ToString());
        Assert.False(builder.Contains(Gtid.OfDomain(0, 1, 103)));
        Assert.True(builder.Contains(Gtid.OfDomain(0, 1, 106)));
        Assert.True(builder.IsBehind(Gtid.OfDomain(0, 1, 100)));
        Assert.False(builder.IsBehind(Gtid.OfDomain(0, 1, 106)));
        builder.Add(Gtid.OfDomain(0, 1, 104));
        Assert.Equal("0-1-100:104-2-108", builder.ToSet().ToString());
        builder.Add(Gtid.OfDomain(0, 1, 103));
        Assert.Equal("0-2-108", builder.ToSet().ToString());
        Assert.Equal(108UL, builder.Count);
    }

    [Fact]
    public void What_is_held_back_stays_so_after_a_restart()
    {
        var builder = new GtidSetBuilder(GtidSet.Parse("0-1-100:105-2-108"));
        builder.Hold(Gtid.OfDomain(0, 1, 103));
        builder.Hold(Gtid.OfDomain(0, 1, 104));
        builder.Add(Gtid.OfDomain(0, 1, 104));
        Assert.False(builder.Contains(Gtid.OfDomain(0, 1, 103)));
        Assert.Equal("0-1-100:104-2-108", builder.ToSet().ToString());
    }

    [Fact]
    public void Sets_are_compared_domain_by_domain()
    {
        var set = GtidSet.Parse("0-1-100,3-1-5");
        Assert.True(set.Covers(GtidSet.Parse("0-2-99")));
        Assert.False(set.Covers(GtidSet.Parse("0-1-101")));
        Assert.False(set.Covers(GtidSet.Parse("4-1-1")));
        Assert.Equal("0:100-1-100,3-1-5", set.Subtract(GtidSet.Parse("0-1-99")).ToString());
        Assert.Equal("0-2-120,3-1-5", set.Union(GtidSet.Parse("0-2-120")).ToString());
        Assert.True(set.IsPartlyOf("1"));
        Assert.False(set.IsPartlyOf("2"));
    }

    [Fact]
    public void Names_of_two_kinds_of_servers_do_not_mix()
    {
        var builder = new GtidSetBuilder(GtidSet.Parse("0-1-1"));
        var error = Assert.Throws<MySqlProtocolException>(() => builder.Add(GtidSet.Parse(Uuid + ":1")));
        Assert.Contains("MySQL and of MariaDB", error.Message, StringComparison.Ordinal);
    }
}
