using System.Buffers.Binary;

namespace CdcLake.MySql.Charsets;

/// <summary>UTF-16 of either byte order, and UCS-2, which has no surrogates.</summary>
internal sealed class Utf16Converter(bool isBigEndian, bool hasSurrogates) : TextConverter
{
    public override bool IsAsciiSuperset => false;

    public override int Convert(ReadOnlySpan<byte> text, Span<byte> utf8, out int written)
    {
        written = 0;
        var at = 0;
        while (at + 2 <= text.Length)
        {
            var (c, length) = (Unit(text[at..]), 2);
            if (char.IsSurrogate(c))
            {
                length = 4;
                if (!hasSurrogates || at + length > text.Length || !char.IsSurrogatePair(c, Unit(text[(at + 2)..])))
                {
                    return at;
                }
            }

            written = Utf8Writer.Write(length == 2 ? c : char.ConvertToUtf32(c, Unit(text[(at + 2)..])), utf8, written);
            at += length;
        }

        return at;
    }

    private char Unit(ReadOnlySpan<byte> text) => (char)(isBigEndian ? BinaryPrimitives.ReadUInt16BigEndian(text) : BinaryPrimitives.ReadUInt16LittleEndian(text));
}

/// <summary>UTF-32, big endian.</summary>
internal sealed class Utf32Converter : TextConverter
{
    public override bool IsAsciiSuperset => false;

    public override int Convert(ReadOnlySpan<byte> text, Span<byte> utf8, out int written)
    {
        written = 0;
        var at = 0;
        for (; at + 4 <= text.Length; at += 4)
        {
            var c = BinaryPrimitives.ReadUInt32BigEndian(text[at..]);
            if (!System.Text.Rune.IsValid(c))
            {
                return at;
            }

            written = Utf8Writer.Write((int)c, utf8, written);
        }

        return at;
    }
}
