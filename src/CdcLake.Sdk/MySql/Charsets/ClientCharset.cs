using System.Text;

namespace CdcLake.MySql.Charsets;

/// <summary>
/// The character set in which a client sent its statements. What is no character of it becomes <see cref="Uncertain"/>, so that nobody takes a name for
/// another one.
/// </summary>
internal sealed class ClientCharset
{
    /// <summary>Stands in decoded text for a character that is not known for certain.</summary>
    public const char Uncertain = '\uFFFD';

    private readonly string _name;
    private readonly TextConverter? _converter;

    private ClientCharset(string name)
    {
        _name = name;
        _converter = TextConverter.Of(name);
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
        if (_converter is not null)
        {
            return _converter.Decode(bytes, Uncertain);
        }

        return MySqlCharsets.IsUtf8(_name) || _name == MySqlCharsets.Binary || Ascii.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : DecodeAscii(bytes);
    }

    private static string DecodeAscii(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var b in bytes)
        {
            text.Append(b < 0x80 ? (char)b : Uncertain);
        }

        return text.ToString();
    }
}
