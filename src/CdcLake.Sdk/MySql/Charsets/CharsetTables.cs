using System.IO.Compression;
using System.Text;

namespace CdcLake.MySql.Charsets;

// charsets.bin, little endian:
//
//   u8               sets
//   per set          name (u8 length, ASCII), length of its tables (i32)
//   per set          its tables, compressed (zlib): per table bytes a character (u8), entries (i32), low bytes of all entries, high bytes of all entries;
//                    an entry is the difference to the one before
//
// Tables: 1 byte: 256 entries; 2 bytes: from 8000 on; 3 bytes: the two bytes behind 8F, from 8000 on; 4 bytes: by number (MultiByteConverter). Made by tests/lab/record-charsets.py
// from the answers of MySQL 9.7.4 for every sequence of bytes; CharsetTests asks a server again.

/// <summary>Which character each sequence of bytes is, in one character set; 0 where there is none.</summary>
internal sealed class CharsetTables
{
    private const string Resource = "CdcLake.MySql.Charsets.charsets.bin";

    private static readonly Lazy<Dictionary<string, byte[]>> Sets = new(ReadAll);

    /// <summary>By byte.</summary>
    public char[] Single { get; private set; } = [];

    /// <summary>By two bytes, of which the first loses its top bit; empty in sets of single bytes.</summary>
    public char[] Double { get; private set; } = [];

    /// <summary>By the two bytes behind 8F, as in <see cref="Double"/>; empty outside EUC.</summary>
    public char[] Triple { get; private set; } = [];

    /// <summary>By number; empty outside GB 18030.</summary>
    public char[] Quadruple { get; private set; } = [];

    /// <summary>The tables of a set, made anew; null when there are none.</summary>
    public static CharsetTables? Load(string charset)
    {
        if (!Sets.Value.TryGetValue(charset, out var compressed))
        {
            return null;
        }

        using var reader = new BinaryReader(new ZLibStream(new MemoryStream(compressed), CompressionMode.Decompress));
        var tables = new CharsetTables();
        for (int count = reader.ReadByte(); count > 0; count--)
        {
            var width = reader.ReadByte();
            var table = ReadTable(reader, reader.ReadInt32());
            _ = width switch
            {
                1 => tables.Single = table,
                2 => tables.Double = table,
                3 => tables.Triple = table,
                _ => tables.Quadruple = table,
            };
        }

        return tables;
    }

    /// <summary>True when the first half of a table of single bytes is ASCII.</summary>
    public static bool IsAscii(ReadOnlySpan<char> table)
    {
        var ascii = true;
        for (var i = 0; i < 0x80; i++)
        {
            ascii &= table[i] == i;
        }

        return ascii;
    }

    private static char[] ReadTable(BinaryReader reader, int entries)
    {
        var (low, high) = (reader.ReadBytes(entries), reader.ReadBytes(entries));
        var table = new char[entries];
        var last = 0;
        for (var i = 0; i < entries; i++)
        {
            last = (last + (low[i] | (high[i] << 8))) & 0xFFFF;
            table[i] = (char)last;
        }

        return table;
    }

    private static Dictionary<string, byte[]> ReadAll()
    {
        using var stream = typeof(CharsetTables).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"{Resource} was not built into the library.");
        using var reader = new BinaryReader(stream);
        var names = new (string Name, int Length)[reader.ReadByte()];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = (Encoding.ASCII.GetString(reader.ReadBytes(reader.ReadByte())), reader.ReadInt32());
        }

        return names.ToDictionary(n => n.Name, n => reader.ReadBytes(n.Length), StringComparer.Ordinal);
    }
}
