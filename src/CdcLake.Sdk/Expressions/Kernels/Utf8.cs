using System.Text;

namespace CdcLake.Expressions.Kernels;

/// <summary>Operations on UTF-8 text without a string per value. A character is a Unicode code point, as in MySQL.</summary>
internal static class Utf8
{
    /// <summary>Characters in the text: bytes that do not continue one.</summary>
    public static int Length(ReadOnlySpan<byte> text)
    {
        var count = 0;
        foreach (var b in text)
        {
            count += (b & 0xC0) != 0x80 ? 1 : 0;
        }

        return count;
    }

    /// <summary>Byte offset of a character, or the length of the text when it has fewer.</summary>
    public static int OffsetOf(ReadOnlySpan<byte> text, int character)
    {
        var offset = 0;
        for (; character > 0 && offset < text.Length; character--)
        {
            offset++;
            while (offset < text.Length && (text[offset] & 0xC0) == 0x80)
            {
                offset++;
            }
        }

        return offset;
    }

    /// <summary>Without white space at the start, at the end, or both.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text, bool start, bool end)
    {
        while (start && Rune.DecodeFromUtf8(text, out var rune, out var used) == System.Buffers.OperationStatus.Done && Rune.IsWhiteSpace(rune))
        {
            text = text[used..];
        }

        while (end && Rune.DecodeLastFromUtf8(text, out var rune, out var used) == System.Buffers.OperationStatus.Done && Rune.IsWhiteSpace(rune))
        {
            text = text[..^used];
        }

        return text;
    }

    /// <summary>Upper or lower case of the invariant culture, character by character; at most three bytes become four. Returns the bytes written.</summary>
    /// <remarks><paramref name="target"/> has at least <see cref="MaxCaseLength"/> bytes.</remarks>
    public static int ChangeCase(ReadOnlySpan<byte> text, Span<byte> target, bool upper)
    {
        _ = upper ? Ascii.ToUpper(text, target, out var written) : Ascii.ToLower(text, target, out written);
        text = text[written..]; // from the first character that is not ASCII on
        while (!text.IsEmpty)
        {
            if (text[0] < 0x80)
            {
                var b = text[0];
                var isOther = upper ? b is >= (byte)'a' and <= (byte)'z' : b is >= (byte)'A' and <= (byte)'Z';
                target[written++] = isOther ? (byte)(b ^ 0x20) : b;
                text = text[1..];
                continue;
            }

            Rune.DecodeFromUtf8(text, out var rune, out var used);
            written += (upper ? Rune.ToUpperInvariant(rune) : Rune.ToLowerInvariant(rune)).EncodeToUtf8(target[written..]);
            text = text[used..];
        }

        return written;
    }

    /// <summary>Room that <see cref="ChangeCase"/> needs: a two-byte character may become one of three.</summary>
    public static int MaxCaseLength(int length) => length + (length / 2) + 4;
}
