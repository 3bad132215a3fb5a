namespace CdcLake.MySql.Charsets;

// One byte where it is a character; else two bytes; in EUC 8F and two more; in GB 18030 four bytes, which are told by a digit in second place:
// (b1 - 81, b2 - 30, b3 - 81, b4 - 30) counts up in digits of base 126, 10, 126, 10; from 90308130 on the numbers are U+10000 and so on.
// Source: MySQL source, strings/ctype-gb18030.cc and its neighbours.

/// <summary>A character set of East Asia.</summary>
internal sealed class MultiByteConverter(CharsetTables tables) : TextConverter
{
    private const int LeadOfTriples = 0x8F;
    private const int FirstSupplementary = 189_000;
    private const int Supplementary = 0x10_0000;

    private readonly char[] _single = tables.Single;
    private readonly char[] _double = tables.Double;
    private readonly char[] _triple = tables.Triple;
    private readonly char[] _quadruple = tables.Quadruple;

    public override bool IsAsciiSuperset { get; } = CharsetTables.IsAscii(tables.Single);

    public override int Convert(ReadOnlySpan<byte> text, Span<byte> utf8, out int written)
    {
        written = 0;
        var at = 0;
        while (at < text.Length)
        {
            int c = _single[text[at]];
            var length = 1;
            if (c == 0 && text[at] != 0 && !TryLong(text[at..], out c, out length))
            {
                return at;
            }

            written = Utf8Writer.Write(c, utf8, written);
            at += length;
        }

        return at;
    }

    private bool TryLong(ReadOnlySpan<byte> text, out int c, out int length)
    {
        (c, length) = (0, 2);
        if (text[0] < 0x80 || text.Length < 2)
        {
            return false;
        }

        if (_triple.Length > 0 && text[0] == LeadOfTriples)
        {
            length = 3;
            c = text.Length >= length && text[1] >= 0x80 ? _triple[((text[1] & 0x7F) << 8) | text[2]] : 0;
        }
        else if (_quadruple.Length > 0 && text[1] is >= 0x30 and <= 0x39)
        {
            length = 4;
            c = text.Length >= length ? Quadruple(text) : 0;
        }
        else
        {
            c = _double[((text[0] & 0x7F) << 8) | text[1]];
        }

        return c != 0;
    }

    private int Quadruple(ReadOnlySpan<byte> text)
    {
        if (text[0] is < 0x81 or > 0xFE || text[2] is < 0x81 or > 0xFE || text[3] is < 0x30 or > 0x39)
        {
            return 0;
        }

        var number = ((((((text[0] - 0x81) * 10) + text[1] - 0x30) * 126) + text[2] - 0x81) * 10) + text[3] - 0x30;
        return number < _quadruple.Length ? _quadruple[number]
            : number is >= FirstSupplementary and < FirstSupplementary + Supplementary ? number - FirstSupplementary + 0x1_0000
            : 0;
    }
}
