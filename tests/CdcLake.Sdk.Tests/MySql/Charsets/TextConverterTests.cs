using System.Text;
using CdcLake.MySql.Charsets;

namespace CdcLake.Tests.MySql.Charsets;

/// <summary>A few characters of each kind of set; the integration tests compare all of them with a server.</summary>
public sealed class TextConverterTests
{
    [Theory]
    [InlineData("latin1", "80E4818D", "€ä\u0081\u008D")]
    [InlineData("latin2", "A1B1", "Ąą")]
    [InlineData("koi8r", "EDD4", "Мт")]
    [InlineData("swe7", "5B5D7B41", "ÄÅäA")]
    [InlineData("gbk", "41D6D0CEC481405C", "A中文丂\\")]
    [InlineData("big5", "A4A4A55C5C", "中功\\")]
    [InlineData("sjis", "835C5CB1", "ソ\\ｱ")]
    [InlineData("cp932", "FC4B8740", "黑①")]
    [InlineData("ujis", "C6FC8EB18FB0A1", "日ｱ丂")]
    [InlineData("eucjpms", "C6FC8EB1ADA1", "日ｱ①")]
    [InlineData("euckr", "C7D1", "한")]
    [InlineData("gb18030", "D6D08130813090308130E3329A35", "中\u0080\U00010000\U0010FFFF")]
    [InlineData("utf16", "00410301D83DDE00", "A\u0301😀")]
    [InlineData("utf16le", "41003DD800DE", "A😀")]
    [InlineData("ucs2", "00414E2D", "A中")]
    [InlineData("utf32", "000000410001F600", "A😀")]
    [InlineData("latin2", "00", "\0")]
    public void Text_becomes_UTF8(string charset, string hex, string expected)
    {
        var (converted, text) = Convert(charset, hex);
        Assert.Equal((hex.Length / 2, expected), (converted, text));
    }

    [Theory]
    [InlineData("cp1257", "4181", 1)]
    [InlineData("gbk", "D6", 0)]
    [InlineData("gbk", "41FF41", 1)]
    [InlineData("ujis", "8FB0", 0)]
    [InlineData("gb18030", "41813081", 1)]
    [InlineData("gb18030", "8431A530", 0)]
    [InlineData("gb18030", "E3329A36", 0)]
    [InlineData("utf16", "0041D800", 2)]
    [InlineData("utf16", "004100", 2)]
    [InlineData("ucs2", "D83DDE00", 0)]
    [InlineData("utf32", "00110000", 0)]
    [InlineData("utf32", "0000D800", 0)]
    public void Conversion_stops_where_there_is_no_character(string charset, string hex, int expected) => Assert.Equal(expected, Convert(charset, hex).Converted);

    [Fact]
    public void Strings_have_a_replacement_where_there_is_no_character() => Assert.Equal("a?中", TextConverter.Of("gbk")!.Decode([(byte)'a', 0xFF, 0xD6, 0xD0], '?'));

    [Theory]
    [InlineData("utf8mb4")]
    [InlineData("utf8mb3")]
    [InlineData("ascii")]
    [InlineData("binary")]
    [InlineData("")]
    [InlineData("ebcdic")]
    public void What_is_UTF8_or_unknown_has_no_converter(string charset) => Assert.Null(TextConverter.Of(charset));

    [Fact]
    public void Every_character_set_of_a_collation_can_be_read() =>
        Assert.All(Enumerable.Range(1, 323).Select(id => MySqlCharsets.OfCollation(id)).Where(c => c.Length > 0 && c != MySqlCharsets.Binary), c => Assert.True(MySqlCharsets.CanRead(c), c));

    private static (int Converted, string Text) Convert(string charset, string hex)
    {
        var bytes = System.Convert.FromHexString(hex);
        var utf8 = new byte[bytes.Length * TextConverter.MaxGrowth];
        var converted = TextConverter.Of(charset)!.Convert(bytes, utf8, out var written);
        return (converted, Encoding.UTF8.GetString(utf8, 0, written));
    }
}
