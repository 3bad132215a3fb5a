using System.Net;
using System.Text;
using CdcLake.MySql.Binlog.Columns;

namespace CdcLake.Tests.MySql.Binlog.Columns;

public sealed class AddressDecoderTests
{
    [Theory]
    [InlineData("::", "::")]
    [InlineData("::1", "::1")]
    [InlineData("1::", "1::")]
    [InlineData("2001:db8::ff00:42:8329", "2001:db8::ff00:42:8329")]
    [InlineData("::ffff:192.0.2.128", "::ffff:192.0.2.128")]
    [InlineData("::192.0.2.128", "::192.0.2.128")]
    [InlineData("1:0:0:2:0:0:0:3", "1:0:0:2::3")]
    [InlineData("0:1:0:2:3:4:5:6", "::1:0:2:3:4:5:6")]
    [InlineData("192.0.2.0", "192.0.2.0")]
    public void Address_is_written_as_MariaDb_writes_it(string address, string expected)
    {
        Span<byte> text = stackalloc byte[46];
        var bytes = IPAddress.Parse(address).GetAddressBytes();
        Assert.Equal(expected, Encoding.ASCII.GetString(text[..AddressDecoder.WriteAddress(bytes, text)]));
    }

    [Theory]
    [InlineData("426655440000a45612d3e89b123e4567", "123e4567-e89b-12d3-a456-426655440000")]
    [InlineData("018f8a6e7b5c7def8123456789abcdef", "018f8a6e-7b5c-7def-8123-456789abcdef")]
    [InlineData("00000000000000000000000000000000", "00000000-0000-0000-0000-000000000000")]
    [InlineData("ffffffffffffffffffffffffffffffff", "ffffffff-ffff-ffff-ffff-ffffffffffff")]
    public void Uuid_is_read_in_the_order_of_its_version(string stored, string expected)
    {
        Span<byte> text = stackalloc byte[46];
        Assert.Equal(expected, Encoding.ASCII.GetString(text[..AddressDecoder.WriteUuid(Convert.FromHexString(stored), text)]));
    }
}
