using System.Text;

namespace CdcLake.Testing.MySql.Log;

/// <summary>A table for <see cref="BinlogBuilder"/>; the TABLE_MAP it writes has full metadata unless <see cref="WithNames"/> is false.</summary>
internal sealed class BinlogTable(string database, string name, int[] key, params BinlogColumn[] columns)
{
    public string Name => $"{database}.{name}";

    public BinlogColumn[] Columns { get; } = columns;

    /// <summary>False: as binlog_row_metadata=MINIMAL.</summary>
    public bool WithNames { get; init; } = true;

    /// <summary>Ordinals missing from every image, as with binlog_row_image=MINIMAL.</summary>
    public int[] Absent { get; init; } = [];

    public void WriteMap(MemoryStream body, int id)
    {
        BinlogNumbers.Write(body, (ulong)id, 6);
        BinlogNumbers.Write(body, 1, 2);
        foreach (var part in new[] { database, name })
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            body.WriteByte((byte)bytes.Length);
            body.Write(bytes);
            body.WriteByte(0);
        }

        BinlogNumbers.WriteLenenc(body, (ulong)Columns.Length);
        body.Write([.. Columns.Select(c => c.MapType)]);
        WriteBlock(body, [.. Columns.SelectMany(c => c.Metadata)]);
        body.Write(Bits(Columns.Select(c => c.Nullable)));
        WriteOptional(body);
    }

    public void WriteRowsHeader(MemoryStream body, byte type, int id)
    {
        BinlogNumbers.Write(body, (ulong)id, 6);
        BinlogNumbers.Write(body, 0, 2);
        if (type >= 30)
        {
            BinlogNumbers.Write(body, 2, 2);
        }

        BinlogNumbers.WriteLenenc(body, (ulong)Columns.Length);
        var present = Bits(Columns.Select((_, i) => !Absent.Contains(i)));
        body.Write(present);
        if (type is 24 or 31)
        {
            body.Write(present);
        }
    }

    public void WriteImage(MemoryStream body, object?[] row)
    {
        var included = Enumerable.Range(0, Columns.Length).Where(i => !Absent.Contains(i)).ToArray();
        body.Write(Bits(included.Select(i => row[i] is null)));
        foreach (var i in included)
        {
            if (row[i] is { } value)
            {
                Columns[i].Encode(body, value);
            }
        }
    }

    private static void WriteBlock(MemoryStream stream, byte[] bytes)
    {
        BinlogNumbers.WriteLenenc(stream, (ulong)bytes.Length);
        stream.Write(bytes);
    }

    /// <summary>Low bit first.</summary>
    private static byte[] Bits(IEnumerable<bool> values)
    {
        var list = values.ToArray();
        var bits = new byte[(list.Length + 7) / 8];
        for (var i = 0; i < list.Length; i++)
        {
            bits[i >> 3] |= (byte)(list[i] ? 1 << (i & 7) : 0);
        }

        return bits;
    }

    private void WriteOptional(MemoryStream body)
    {
        var numeric = Columns.Where(c => c.IsNumeric).ToArray();
        var signs = new byte[(numeric.Length + 7) / 8];
        for (var i = 0; i < numeric.Length; i++)
        {
            signs[i >> 3] |= (byte)(numeric[i].IsUnsigned ? 0x80 >> (i & 7) : 0);
        }

        Record(body, 1, s => s.Write(signs), numeric.Length > 0);
        var characters = Columns.Where(c => c.IsCharacter).ToArray();
        Record(body, 3, s => Array.ForEach(characters, c => BinlogNumbers.WriteLenenc(s, (ulong)c.Collation)), characters.Length > 0);
        if (!WithNames)
        {
            return;
        }

        Record(body, 4, s => Array.ForEach(Columns, c => WriteBlock(s, Encoding.UTF8.GetBytes(c.Name))), true);
        var sets = Columns.Where(c => c.RealType == 248).ToArray();
        Record(body, 5, s => Array.ForEach(sets, c => WriteLabels(s, c)), sets.Length > 0);
        var enums = Columns.Where(c => c.RealType == 247).ToArray();
        Record(body, 6, s => Array.ForEach(enums, c => WriteLabels(s, c)), enums.Length > 0);
        Record(body, 8, s => Array.ForEach(key, k => BinlogNumbers.WriteLenenc(s, (ulong)k)), key.Length > 0);
        var choices = Columns.Where(c => c.RealType is 247 or 248).ToArray();
        Record(body, 11, s => Array.ForEach(choices, c => BinlogNumbers.WriteLenenc(s, (ulong)c.Collation)), choices.Length > 0);
        Record(body, 77, s => s.Write("a record of later versions"u8), true);
    }

    private static void WriteLabels(MemoryStream stream, BinlogColumn column)
    {
        BinlogNumbers.WriteLenenc(stream, (ulong)column.Labels.Length);
        Array.ForEach(column.Labels, l => WriteBlock(stream, Encoding.UTF8.GetBytes(l)));
    }

    private static void Record(MemoryStream body, byte type, Action<MemoryStream> content, bool present)
    {
        if (present)
        {
            var value = new MemoryStream();
            content(value);
            body.WriteByte(type);
            WriteBlock(body, value.ToArray());
        }
    }
}
