namespace CdcLake.MySql.Charsets;

/// <summary>A character set of one byte a character.</summary>
/// <param name="table">The character of each byte; 0, but for byte 0, where there is none.</param>
internal sealed class SingleByteConverter(char[] table) : TextConverter
{
    public override bool IsAsciiSuperset { get; } = CharsetTables.IsAscii(table);

    public override int Convert(ReadOnlySpan<byte> text, Span<byte> utf8, out int written)
    {
        written = 0;
        for (var i = 0; i < text.Length; i++)
        {
            int c = table[text[i]];
            if (c == 0 && text[i] != 0)
            {
                return i;
            }

            written = Utf8Writer.Write(c, utf8, written);
        }

        return text.Length;
    }
}
