using System.Runtime.CompilerServices;

namespace CdcLake.MySql.Charsets;

/// <summary>Writes code points as UTF-8.</summary>
internal static class Utf8Writer
{
    /// <returns>The index behind the character.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Write(int codePoint, Span<byte> utf8, int at)
    {
        if (codePoint < 0x80)
        {
            utf8[at] = (byte)codePoint;
            return at + 1;
        }

        if (codePoint < 0x800)
        {
            utf8[at] = (byte)(0xC0 | (codePoint >> 6));
            utf8[at + 1] = Trail(codePoint);
            return at + 2;
        }

        if (codePoint < 0x1_0000)
        {
            utf8[at] = (byte)(0xE0 | (codePoint >> 12));
            utf8[at + 1] = Trail(codePoint >> 6);
            utf8[at + 2] = Trail(codePoint);
            return at + 3;
        }

        utf8[at] = (byte)(0xF0 | (codePoint >> 18));
        utf8[at + 1] = Trail(codePoint >> 12);
        utf8[at + 2] = Trail(codePoint >> 6);
        utf8[at + 3] = Trail(codePoint);
        return at + 4;
    }

    private static byte Trail(int bits) => (byte)(0x80 | (bits & 0x3F));
}
