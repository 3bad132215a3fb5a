using System.IO.Compression;
using System.Text;

namespace CdcLake.Columnar.Collations;

// collations.bin, little endian:
//
//   u8               tables
//   per table        name (u8 length, ASCII), length of its data (i32)
//   per table        its data, compressed (zlib): levels (u8); per level:
//     u16            different pages
//     per page       form (u8), then
//                      0  nothing: its characters have no weights, or are not in the character set
//                      1  weights (u8), each u16: the same for every character
//                      2  base (u16): two weights, computed from the code point c: base + (c >> 15), c & 7FFF | 8000
//                      3  weights (u16), how many each of the 256 characters has (u8 each), the low bytes of all weights, the high bytes of all weights
//     4352 pages     low bytes of the numbers of all pages, then their high bytes; a page is 256 code points
//
// Made by tests/lab/record-collations.py from the answers of MySQL 9.7.4 to WEIGHT_STRING for every character; CollationTests asks a server again.

/// <summary>The weights of characters in MySQL's collations, as they lie in the library.</summary>
internal static class CollationTables
{
    private const string Resource = "CdcLake.Columnar.Collations.collations.bin";

    private static readonly Lazy<Dictionary<string, byte[]>> Tables = new(ReadAll);

    /// <summary>Every collation that has a table.</summary>
    public static IReadOnlyCollection<string> Names => Tables.Value.Keys;

    /// <summary>The levels of a table, made anew.</summary>
    public static WeightLevel[] Load(string name)
    {
        using var reader = new BinaryReader(new ZLibStream(new MemoryStream(Tables.Value[name]), CompressionMode.Decompress));
        var levels = new WeightLevel[reader.ReadByte()];
        for (var i = 0; i < levels.Length; i++)
        {
            levels[i] = ReadLevel(reader);
        }

        return levels;
    }

    private static WeightLevel ReadLevel(BinaryReader reader)
    {
        var pages = new ushort[reader.ReadUInt16()][][];
        var bases = new int[pages.Length];
        for (var i = 0; i < pages.Length; i++)
        {
            pages[i] = ReadPage(reader, out bases[i]);
        }

        var (low, high) = (reader.ReadBytes(WeightLevel.Pages), reader.ReadBytes(WeightLevel.Pages));
        var numbers = new int[WeightLevel.Pages];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = low[i] | (high[i] << 8);
        }

        return new WeightLevel(pages, bases, numbers);
    }

    private static ushort[][] ReadPage(BinaryReader reader, out int implicitBase)
    {
        implicitBase = 0;
        switch (reader.ReadByte())
        {
            case 1:
                var same = new ushort[reader.ReadByte()];
                for (var i = 0; i < same.Length; i++)
                {
                    same[i] = reader.ReadUInt16();
                }

                return [.. Enumerable.Repeat(same, WeightLevel.PageSize)];
            case 2:
                implicitBase = reader.ReadUInt16();
                return [];
            case 3:
                return ReadWeights(reader);
            default:
                return [.. Enumerable.Repeat(Array.Empty<ushort>(), WeightLevel.PageSize)];
        }
    }

    private static ushort[][] ReadWeights(BinaryReader reader)
    {
        int count = reader.ReadUInt16();
        var counts = reader.ReadBytes(WeightLevel.PageSize);
        var (low, high) = (reader.ReadBytes(count), reader.ReadBytes(count));
        var page = new ushort[WeightLevel.PageSize][];
        var next = 0;
        for (var i = 0; i < page.Length; i++)
        {
            page[i] = new ushort[counts[i]];
            for (var j = 0; j < page[i].Length; j++, next++)
            {
                page[i][j] = (ushort)(low[next] | (high[next] << 8));
            }
        }

        return page;
    }

    private static Dictionary<string, byte[]> ReadAll()
    {
        using var stream = typeof(CollationTables).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"{Resource} was not built into the library.");
        using var reader = new BinaryReader(stream);
        var names = new (string Name, int Length)[reader.ReadByte()];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = (Encoding.ASCII.GetString(reader.ReadBytes(reader.ReadByte())), reader.ReadInt32());
        }

        return names.ToDictionary(n => n.Name, n => reader.ReadBytes(n.Length), StringComparer.Ordinal);
    }
}
