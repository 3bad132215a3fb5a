using System.Text;
using CdcLake.Columnar.Collations;

namespace CdcLake.Expressions.Kernels;

/// <summary>Search of text in text by a collation. Each character is looked at alone, as MySQL's LIKE does: <c>ß</c> is not found in <c>ss</c>, though the two are equal.</summary>
internal static class TextSearch
{
    /// <summary>Bytes at the start of a text that are the same as another one, or −1.</summary>
    public static int LengthOfStart(ReadOnlySpan<byte> text, ReadOnlySpan<byte> search, TextCollation collation)
    {
        var at = 0;
        while (!search.IsEmpty)
        {
            var rest = text[at..];
            if (rest.IsEmpty || !TryTake(ref rest, ref search, collation))
            {
                return -1;
            }

            at = text.Length - rest.Length;
        }

        return at;
    }

    public static bool EndsWith(ReadOnlySpan<byte> text, ReadOnlySpan<byte> search, TextCollation collation)
    {
        var missing = Utf8.Length(text) - Utf8.Length(search);
        return missing >= 0 && LengthOfStart(text[Utf8.OffsetOf(text, missing)..], search, collation) >= 0;
    }

    /// <summary>Offset of the first place, or −1.</summary>
    public static int IndexOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> search, TextCollation collation)
    {
        for (var at = 0; ; at += Utf8.OffsetOf(text[at..], 1))
        {
            if (LengthOfStart(text[at..], search, collation) >= 0)
            {
                return at;
            }

            if (at == text.Length)
            {
                return -1;
            }
        }
    }

    /// <summary>Offset of the last place, or −1.</summary>
    public static int LastIndexOf(ReadOnlySpan<byte> text, ReadOnlySpan<byte> search, TextCollation collation)
    {
        for (var at = text.Length; at >= 0; at--)
        {
            var isInside = at < text.Length && (text[at] & 0xC0) == 0x80;
            if (!isInside && LengthOfStart(text[at..], search, collation) >= 0)
            {
                return at;
            }
        }

        return -1;
    }

    /// <summary>Takes one character from both, neither of which is empty, where it is the same.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> text, ref ReadOnlySpan<byte> search, TextCollation collation)
    {
        if (text[0] == search[0] && text[0] < 0x80)
        {
            text = text[1..];
            search = search[1..];
            return true;
        }

        Rune.DecodeFromUtf8(text, out var a, out var used);
        Rune.DecodeFromUtf8(search, out var b, out var wanted);
        if (!collation.AreSame(a, b))
        {
            return false;
        }

        text = text[used..];
        search = search[wanted..];
        return true;
    }
}
