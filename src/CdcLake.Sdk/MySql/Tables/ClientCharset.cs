using System.Text;

namespace CdcLake.MySql.Tables;

// Which .NET code page equals which character set of the server was found by comparing every one- and two-byte sequence on MySQL 9.7. Sets that differ
// in a character or have no code page still tell where a character ends, but not for certain which one it is.

/// <summary>
/// The character set in which a client sent its statements. Its names are decoded only where that is exact: any other character that is not ASCII becomes
/// <see cref="Uncertain"/>, so that nobody takes a name for another one.
/// </summary>
internal sealed class ClientCharset
{
    /// <summary>Stands in decoded text for a character that is not known for certain.</summary>
    public const char Uncertain = '\uFFFD';

    private readonly string _name;
    private readonly Encoding? _encoding;

    private ClientCharset(string name)
    {
        _name = name;
        _encoding = MySqlCharsets.IsUtf8(name) || name == MySqlCharsets.Binary ? Encoding.UTF8 : CodePage(name);
    }

    /// <summary>A set of which nothing is known but that it contains ASCII.</summary>
    public static ClientCharset Unknown { get; } = new("");

    /// <summary>The character set of a collation, as a QUERY event names it.</summary>
    public static ClientCharset Of(int collation) => new(MySqlCharsets.OfCollation(collation));

    /// <summary>Bytes of the character at the start of <paramref name="text"/>; 1 for all sets whose further bytes cannot be taken for ASCII.</summary>
    public int LengthOfFirst(ReadOnlySpan<byte> text)
    {
        if (text[0] < 0x80 || text.Length < 2)
        {
            return 1;
        }

        var (lead, trail) = (text[0], text[1]);
        return _name switch
        {
            "gbk" => lead >= 0x81 && trail is >= 0x40 and not 0x7F ? 2 : 1,
            "big5" => lead is >= 0xA1 and <= 0xF9 && trail is (>= 0x40 and <= 0x7E) or >= 0xA1 ? 2 : 1,
            "sjis" or "cp932" => lead is (>= 0x81 and <= 0x9F) or (>= 0xE0 and <= 0xFC) && trail is >= 0x40 and <= 0xFC and not 0x7F ? 2 : 1,
            "gb18030" => lead >= 0x81 && trail is >= 0x40 and not 0x7F ? 2
                : text.Length >= 4 && trail is >= 0x30 and <= 0x39 && text[2] >= 0x81 && text[3] is >= 0x30 and <= 0x39 ? 4 : 1,
            _ => 1,
        };
    }

    /// <summary>The text; characters that are not known for certain come out as <see cref="Uncertain"/>.</summary>
    public string Decode(ReadOnlySpan<byte> bytes)
    {
        if (Ascii.IsValid(bytes) && _name != "swe7")
        {
            return Encoding.ASCII.GetString(bytes);
        }

        return _name == MySqlCharsets.Latin1 ? MySqlText.Decode(bytes, _name)
            : _encoding is not null ? _encoding.GetString(bytes)
            : DecodeAscii(bytes);
    }

    private string DecodeAscii(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        for (var at = 0; at < bytes.Length; at += LengthOfFirst(bytes[at..]))
        {
            // swe7 has letters in the place of brackets and the like.
            var isAscii = bytes[at] < 0x80 && (_name != "swe7" || char.IsAsciiLetterOrDigit((char)bytes[at]) || bytes[at] is (byte)'_' or (byte)'$' or <= (byte)' ');
            text.Append(isAscii ? (char)bytes[at] : Uncertain);
        }

        return text.ToString();
    }

    private static Encoding? CodePage(string charset)
    {
        var page = charset switch
        {
            "latin2" => 28592,
            "latin5" => 28599,
            "latin7" => 28603,
            "greek" => 28597,
            "koi8r" => 20866,
            "macce" => 10029,
            "gbk" => 936,
            "euckr" => 949,
            "cp850" => 850,
            "cp852" => 852,
            "cp932" => 932,
            "cp1250" => 1250,
            "cp1251" => 1251,
            "cp1256" => 1256,
            "cp1257" => 1257,
            _ => 0,
        };
        return page == 0 ? null : CodePagesEncodingProvider.Instance.GetEncoding(page, EncoderFallback.ReplacementFallback, new DecoderReplacementFallback($"{Uncertain}"));
    }
}
