using CdcLake.MySql.Binlog.Columns;

namespace CdcLake.Tests.MySql.Binlog;

public sealed class GeometryBytesTests
{
    private const string Point = "000000000000F03F0000000000000040"; // x = 1, y = 2

    [Theory]
    [InlineData("00000000" + "0101000000" + Point, "0101000000" + Point)]
    [InlineData("E6100000" + "0101000000" + Point, "0101000020E6100000" + Point)]
    [InlineData("E6100000" + "0107000000" + "01000000" + "0101000000" + Point, "0107000020E6100000" + "01000000" + "0101000000" + Point)]
    public void Reference_system_becomes_part_of_the_geometry(string stored, string expected)
    {
        var bytes = Convert.FromHexString(stored);
        var target = new byte[GeometryBytes.Length(bytes)];
        GeometryBytes.Write(bytes, target);
        Assert.Equal(expected, Convert.ToHexString(target));
    }

    [Theory]
    [InlineData("")]
    [InlineData("E610000001010000")]
    [InlineData("E6100000" + "0001000000" + Point)]
    public void Other_bytes_are_no_geometry(string stored) => Assert.False(GeometryBytes.IsGeometry(Convert.FromHexString(stored)));
}
