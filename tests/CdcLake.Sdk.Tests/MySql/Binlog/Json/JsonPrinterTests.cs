using System.Text;
using CdcLake.MySql.Binlog.Json;
using CdcLake.Testing.Tables;

namespace CdcLake.Tests.MySql.Binlog.Json;

/// <summary>What a server prints for the same documents is compared by the integration tests; here are the forms, and damage.</summary>
public sealed class JsonPrinterTests
{
    private static readonly object?[] Everything =
    [
        null, true, false, (short)-7, (ushort)65535, -70000, 4_000_000_000u, long.MinValue, ulong.MaxValue, 1.5, "a\"\\\b\t\n\f\r\u0001\u001f/é😀",
        new (string, object?)[] { ("", 1L), ("k", new object?[] { "deep", new (string, object?)[] { ("x", null) } }) },
        ((byte)15, new byte[] { 0xCA, 0xFE }),
    ];

    private const string EverythingText =
        "[null, true, false, -7, 65535, -70000, 4000000000, -9223372036854775808, 18446744073709551615, 1.5, " +
        "\"a\\\"\\\\\\b\\t\\n\\f\\r\\u0001\\u001f/é😀\", {\"\": 1, \"k\": [\"deep\", {\"x\": null}]}, \"base64:type15:yv4=\"]";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Documents_are_printed_as_the_server_does(bool isLarge) => Assert.Equal(EverythingText, Print(JsonDocuments.Of(Everything, isLarge)));

    [Fact]
    public void No_bytes_at_all_are_null() => Assert.Equal("null", Print([]));

    [Theory]
    [InlineData(0.0, "0.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(5.0, "5.0")]
    [InlineData(-120.0, "-120.0")]
    [InlineData(0.1, "0.1")]
    [InlineData(12345.678, "12345.678")]
    [InlineData(1e-7, "0.0000001")]
    [InlineData(1.25e-15, "0.00000000000000125")]
    [InlineData(1e-16, "1e-16")]
    [InlineData(1.5e-16, "1.5e-16")]
    [InlineData(999999999999999.0, "999999999999999.0")]
    [InlineData(1e15, "1e15")]
    [InlineData(-1234567890123456789.0, "-1.2345678901234568e18")]
    [InlineData(1.7976931348623157e308, "1.7976931348623157e308")]
    [InlineData(5e-324, "5e-324")]
    public void Doubles_have_the_fewest_digits_in_the_form_of_the_server(double value, string expected) => Assert.Equal(expected, Print(JsonDocuments.Of(value)));

    // As a server wrote them: the precision counts whole groups of nine digits before the point.
    [Theory]
    [InlineData("0B028000000132", "1.50")]
    [InlineData("0E0580000000000000", "0.00000")]
    [InlineData("09007FFFFFF8", "-7")]
    [InlineData("421E7A0A1F00C4653600C4653600C4653600C4653600C4653600C4653600FC18", "-99999999999999999999999999999999999.999999999999999999999999999999")]
    public void Decimals_have_all_their_digits(string hex, string expected) => Assert.Equal(expected, Print(JsonDocuments.Of(((byte)246, Convert.FromHexString(hex)))));

    [Theory]
    [InlineData(10, "0000000000FEB819", "\"2026-01-31\"")]
    [InlineData(11, "0000000000000000", "\"00:00:00.000000\"")]
    [InlineData(11, "FFFFFFFFFFFFFFFF", "\"-00:00:00.000001\"")]
    public void Times_are_printed_with_six_digits_and_dates_without_a_time(byte type, string hex, string expected) =>
        Assert.Equal(expected, Print(JsonDocuments.Of((type, Convert.FromHexString(hex)))));

    [Fact]
    public void Long_bytes_are_broken_into_lines_of_base64() =>
        Assert.Equal($"\"base64:type252:{new string('A', 76)}\\nAAAA\"", Print(JsonDocuments.Of(((byte)252, new byte[60]))));

    [Fact]
    public void Damaged_documents_are_refused_in_bounded_time_and_memory()
    {
        var random = new Random(7);
        var printer = new JsonPrinter();
        var refused = 0;
        foreach (var isLarge in new[] { false, true })
        {
            var whole = JsonDocuments.Of(Everything, isLarge);
            for (var round = 0; round < 20_000; round++)
            {
                var bytes = whole[..random.Next(1, whole.Length + 1)];
                for (var hits = random.Next(1, 4); hits > 0; hits--)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }

                try
                {
                    Assert.InRange(printer.Print(bytes).Length, 1, 20 * whole.Length);
                }
                catch (MySqlProtocolException)
                {
                    refused++;
                }
            }
        }

        Assert.InRange(refused, 10_000, 40_000);
    }

    [Fact]
    public void Containers_deeper_than_the_server_allows_are_refused()
    {
        object? value = null;
        for (var depth = 0; depth < JsonPrinter.MaxDepth; depth++)
        {
            value = new object?[] { value };
        }

        Assert.StartsWith("[[[[", Print(JsonDocuments.Of(value)), StringComparison.Ordinal);
        Assert.Throws<MySqlProtocolException>(() => Print(JsonDocuments.Of(new object?[] { value })));
    }

    [Fact]
    public void Printing_allocates_nothing_once_the_buffer_is_large_enough()
    {
        var printer = new JsonPrinter();
        var document = JsonDocuments.Of(Everything);
        var length = printer.Print(document).Length;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            length += printer.Print(document).Length;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(length > 0);
    }

    private static string Print(byte[] document) => Encoding.UTF8.GetString(new JsonPrinter().Print(document));
}
