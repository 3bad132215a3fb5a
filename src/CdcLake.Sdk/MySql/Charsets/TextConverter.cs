using System.Collections.Concurrent;
using System.Text;

namespace CdcLake.MySql.Charsets;

/// <summary>
/// Turns text of one character set into UTF-8, character by character as the server does it. What the set does not define is told, never replaced. Immutable; one for all users.
/// </summary>
internal abstract class TextConverter
{
    /// <summary>Most bytes of UTF-8 that one byte becomes.</summary>
    public const int MaxGrowth = 3;

    private static readonly ConcurrentDictionary<string, TextConverter> Known = new(StringComparer.Ordinal);

    /// <summary>True when bytes below 0x80, standing alone, are ASCII.</summary>
    public abstract bool IsAsciiSuperset { get; }

    /// <summary>The converter of a character set; null for those that are UTF-8 already, and for those that are not known.</summary>
    /// <param name="charset">MySQL's name.</param>
    public static TextConverter? Of(string charset)
    {
        if (charset.Length == 0 || charset == MySqlCharsets.Binary || MySqlCharsets.IsUtf8(charset))
        {
            return null;
        }

        return Known.TryGetValue(charset, out var known) ? known : Create(charset) is { } made ? Known.GetOrAdd(charset, made) : null;
    }

    /// <summary>Converts as much as is defined.</summary>
    /// <param name="text">Text of the character set.</param>
    /// <param name="utf8">At least <see cref="MaxGrowth"/> times as long.</param>
    /// <param name="written">Bytes of UTF-8.</param>
    /// <returns>Bytes of <paramref name="text"/> that were converted: less than all when what follows is no character.</returns>
    public abstract int Convert(ReadOnlySpan<byte> text, Span<byte> utf8, out int written);

    /// <summary>The text; each byte that belongs to no character becomes <paramref name="replacement"/>.</summary>
    public string Decode(ReadOnlySpan<byte> text, char replacement)
    {
        var utf8 = new byte[text.Length * MaxGrowth];
        var result = new StringBuilder(text.Length);
        while (!text.IsEmpty)
        {
            text = text[Convert(text, utf8, out var written)..];
            result.Append(Encoding.UTF8.GetString(utf8, 0, written));
            if (!text.IsEmpty)
            {
                result.Append(replacement);
                text = text[1..];
            }
        }

        return result.ToString();
    }

    private static TextConverter? Create(string charset) => charset switch
    {
        "utf16" => new Utf16Converter(isBigEndian: true, hasSurrogates: true),
        "utf16le" => new Utf16Converter(isBigEndian: false, hasSurrogates: true),
        "ucs2" => new Utf16Converter(isBigEndian: true, hasSurrogates: false),
        "utf32" => new Utf32Converter(),
        _ => CharsetTables.Load(charset) is not { } tables ? null
            : tables.Double.Length == 0 ? new SingleByteConverter(tables.Single)
            : new MultiByteConverter(tables),
    };
}
