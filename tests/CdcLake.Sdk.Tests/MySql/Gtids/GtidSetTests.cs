using CdcLake.MySql;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Gtids;

namespace CdcLake.Tests.MySql.Gtids;

public sealed class GtidSetTests
{
    private const string A = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
    private const string B = "4cc32f18-e5a2-11f1-a992-02fc00000001";

    [Theory]
    [InlineData("", "")]
    [InlineData(A + ":1", A + ":1")]
    [InlineData(A + ":1-5:7:9-10", A + ":1-5:7:9-10")]
    [InlineData(A + ":5-7:1-3:4", A + ":1-7")]
    [InlineData(" " + B + ":2,\n" + A + ":1 - 3 ", A + ":1-3," + B + ":2")]
    [InlineData(A + ":1-65:mytag:1", A + ":1-65:mytag:1")]
    [InlineData(A + ":b:2:A:1", A + ":a:1:b:2")]
    [InlineData(A + ":1," + A + ":x:1," + A + ":2", A + ":1-2:x:1")]
    [InlineData("3E11FA4771CA11E19E33C80AA9429562:1", A + ":1")]
    [InlineData(A + ":7-5", "")]
    public void Text_is_read_and_printed_as_MySQL_does(string text, string printed) => Assert.Equal(printed, GtidSet.Parse(text).ToString());

    [Theory]
    [InlineData("x")]
    [InlineData(A)]
    [InlineData(A + ":")]
    [InlineData(A + ":0")]
    [InlineData(A + ":1-")]
    [InlineData(A + ":-1")]
    [InlineData(A + ":1:9x")]
    [InlineData(A + ":9223372036854775807")]
    [InlineData(A + ":a234567890123456789012345678901234:1")]
    public void Text_that_is_no_set_is_refused(string text)
    {
        Assert.Throws<MySqlProtocolException>(() => GtidSet.Parse(text));
        Assert.Null(GtidSet.TryParse(text));
    }

    [Fact]
    public void Holes_stay()
    {
        var set = GtidSet.Parse(A + ":1-7:9-10");
        Assert.False(set.Contains(new Gtid(new GtidSource(0x3e11fa4771ca11e1, 0x9e33c80aa9429562), "", 8)));
        Assert.False(set.Covers(GtidSet.Parse(A + ":8")));
        Assert.Equal(A + ":1-7:9-10," + B + ":1", set.Union(GtidSet.Parse(B + ":1")).ToString());
    }

    [Fact]
    public void Version_1_of_an_empty_set_is_read()
    {
        Assert.True(GtidSet.Decode([1, 0, 0, 0, 0, 0, 0, 1]).IsEmpty);
        Assert.True(GtidSet.Decode(new byte[8]).IsEmpty);
    }

    [Fact]
    public void Version_0_is_written_without_tags_and_1_with_them()
    {
        var plain = GtidSet.Parse(A + ":1-5").Encode();
        Assert.Equal(
            "01000000000000003E11FA4771CA11E19E33C80AA94295620100000000000000" + "01000000000000000600000000000000", Convert.ToHexString(plain));
        var tagged = GtidSet.Parse(A + ":1:t:2").Encode();
        Assert.Equal("0102000000000001", Convert.ToHexString(tagged[..8]));
        Assert.Equal(A + ":1:t:2", GtidSet.Decode(tagged).ToString());
    }

    [Fact]
    public void Version_2_is_recognised_and_refused()
    {
        var error = Assert.Throws<MySqlProtocolException>(() => GtidSet.Decode([2, 0, 0, 0, 0, 0, 0, 2]));
        Assert.Contains("version 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Position_comes_back_from_its_properties()
    {
        var position = new MySqlPosition(GtidSet.Parse(A + ":1-5:t:1"), "binlog.000002", 5_000_000_000);
        var back = MySqlPosition.Parse(position.Properties);
        Assert.Equal((position.ToString(), position.File, position.Offset), (back.ToString(), back.File, back.Offset));
        Assert.True(back.Covers(new MySqlPosition(GtidSet.Parse(A + ":2"))));
        Assert.False(new MySqlPosition(GtidSet.Empty).Covers(back));
        var empty = MySqlPosition.Parse(new MySqlPosition(GtidSet.Empty).Properties);
        Assert.True(empty.Executed.IsEmpty);
        Assert.All(empty.Properties, p => Assert.NotEmpty(p.Value));
        Assert.Throws<CheckpointException>(() => MySqlPosition.Parse(new Dictionary<string, string>()));
        Assert.Throws<CheckpointException>(() => MySqlPosition.Parse(new Dictionary<string, string> { ["gtid"] = "nonsense" }));
    }
}
