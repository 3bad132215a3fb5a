using System.Buffers.Binary;

namespace CdcLake.Columnar.Collations;

// A weight as bytes, so that weights one behind the other have the order of their bytes:
//
//   even             the weight of a printable ASCII character: the rank among these, from 0 on, times two, plus two
//   odd, u16         any other one: the number of such weights below it, times two, plus one; then the weight, big endian
//
// 0 is no weight: it ends a level. Text in ASCII so has keys as long as itself.

/// <summary>The weights that characters have at one level of a collation, in the form in which they become part of keys. Immutable.</summary>
internal sealed class WeightLevel
{
    /// <summary>Characters in a page.</summary>
    public const int PageSize = 256;

    /// <summary>Pages of all code points.</summary>
    public const int Pages = 0x11_0000 / PageSize;

    private const int Ascii = 0x80;
    private const int FirstPrintable = 0x20; // with those before there would be more ranks than bytes

    private readonly ushort[] _ranks;
    private readonly byte[] _ascii = new byte[Ascii];
    private readonly Page[] _pages;

    /// <param name="pages">For each different page the weights of its characters; empty where they are computed.</param>
    /// <param name="bases">For each different page what its weights are computed from, or 0.</param>
    /// <param name="numbers">For each page which of these it is.</param>
    public WeightLevel(ushort[][][] pages, int[] bases, int[] numbers)
    {
        var ascii = pages[numbers[0]].AsSpan(0, Ascii).ToArray();
        _ranks = [.. ascii.Skip(FirstPrintable).Where(w => w.Length == 1).Select(w => w[0]).Distinct().Order()];
        var coded = pages.Select((page, i) => bases[i] != 0 ? new Page([], [], bases[i]) : Encode(page)).ToArray();
        _pages = [.. numbers.Select(n => coded[n])];
        Span<byte> code = stackalloc byte[3];
        for (var i = 0; i < Ascii; i++)
        {
            _ascii[i] = ascii[i].Length == 1 && Code(ascii[i][0], code).Length == 1 ? code[0] : (byte)0;
        }
    }

    /// <summary>For each ASCII character its weight where it is one byte; else 0.</summary>
    public ReadOnlySpan<byte> SimpleAscii => _ascii;

    /// <summary>The weights of a character, one behind the other; possibly none.</summary>
    /// <param name="character">A code point.</param>
    /// <param name="scratch">Six bytes, for weights that are computed.</param>
    public ReadOnlySpan<byte> this[int character, Span<byte> scratch]
    {
        get
        {
            var page = _pages[character >> 8];
            if (page.ImplicitBase == 0)
            {
                var at = character & 0xFF;
                var start = at == 0 ? 0 : page.Ends[at - 1];
                return page.Codes.AsSpan(start, page.Ends[at] - start);
            }

            var length = Code((ushort)(page.ImplicitBase + (character >> 15)), scratch).Length;
            return scratch[..(length + Code((ushort)((character & 0x7FFF) | 0x8000), scratch[length..]).Length)];
        }
    }

    /// <summary>Bytes of the weight whose first one this is.</summary>
    public static int LengthOf(byte first) => (first & 1) == 0 ? 1 : 3;

    private Page Encode(ushort[][] weights)
    {
        var ends = new ushort[PageSize];
        var codes = new List<byte>();
        Span<byte> code = stackalloc byte[3];
        for (var i = 0; i < weights.Length; i++)
        {
            foreach (var weight in weights[i])
            {
                codes.AddRange(Code(weight, code));
            }

            ends[i] = checked((ushort)codes.Count);
        }

        return new Page(ends, [.. codes], 0);
    }

    private Span<byte> Code(ushort weight, Span<byte> target)
    {
        var rank = Array.BinarySearch(_ranks, weight);
        if (rank >= 0)
        {
            target[0] = (byte)((2 * rank) + 2);
            return target[..1];
        }

        target[0] = checked((byte)((2 * ~rank) + 1));
        BinaryPrimitives.WriteUInt16BigEndian(target[1..], weight);
        return target[..3];
    }

    private sealed record Page(ushort[] Ends, byte[] Codes, int ImplicitBase);
}
