using System.Buffers.Binary;

namespace CdcLake.Benchmarks.Logs;

/// <summary>
/// A log of ordinary rows: inserts of four columns with a text (190 bytes), updates of those, and inserts of fifteen columns of mixed types (113 bytes);
/// 173 bytes an image on average.
/// </summary>
internal static class MixedLog
{
    public const string Notes = "bench.notes";
    public const string Mixed = "bench.mixed";
    private const int Statements = 600_000;
    private const int PerTransaction = 500;

    // notes(id BIGINT PRIMARY KEY, account INT, note VARCHAR(400), at DATETIME(3)), all NOT NULL
    private static readonly byte[] NotesMap = Convert.FromHexString(
        "510000000000" + "0100" + "0562656e636800" + "056e6f74657300" + "04" + "08030f12" + "03" + "400603" + "00"
        + "010100" + "0203fcff00" + "0413" + "026964" + "076163636f756e74" + "046e6f7465" + "026174" + "080100" + "0c01f0");

    // mixed(id BIGINT PRIMARY KEY, a TINYINT, b SMALLINT, c INT UNSIGNED, d FLOAT, e DOUBLE, f DECIMAL(12,4), g DATE, h TIME, i DATETIME(6), j TIMESTAMP(3),
    // k YEAR, l VARCHAR(40), m CHAR(10), n VARBINARY(20)), all NOT NULL
    private static readonly byte[] MixedMap = Convert.FromHexString(
        "520000000000" + "0100" + "0562656e636800" + "056d6978656400" + "0f" + "080102030405f60a1312110d0ffe0f" + "0d" + "04080c040006" + "03" + "a000" + "fe28" + "1400" + "0000"
        + "010111" + "0205fcff00023f" + "041f" + "026964" + "0161" + "0162" + "0163" + "0164" + "0165" + "0166" + "0167" + "0168" + "0169" + "016a" + "016b" + "016c" + "016d" + "016e"
        + "080100" + "0c02fffe");

    /// <summary>Writes the log and returns the number of row images.</summary>
    public static long Write(string path)
    {
        using var log = new LogWriter(path);
        var notes = new RowsEvent(log, NotesMap, 4);
        var mixed = new RowsEvent(log, MixedMap, 15);
        var images = 0L;
        var id = 0L;
        for (var done = 0; done < Statements; done += PerTransaction)
        {
            var kind = done / PerTransaction % 18;
            log.BeginTransaction();
            images += kind < 9 ? InsertNotes(notes, ref id) : kind < 13 ? UpdateNotes(notes, id) : InsertMixed(mixed, ref id);
            log.EndTransaction();
        }

        return images;
    }

    private static int InsertNotes(RowsEvent rows, ref long id)
    {
        rows.BeginStatement(RowsEvent.Write);
        for (var i = 0; i < PerTransaction; i++)
        {
            var room = rows.Room(256);
            rows.Take(Note(room, ++id, 0));
        }

        rows.EndStatement();
        return PerTransaction;
    }

    private static int UpdateNotes(RowsEvent rows, long id)
    {
        rows.BeginStatement(RowsEvent.Update);
        for (var i = 0; i < PerTransaction; i++)
        {
            var room = rows.Room(512);
            var used = Note(room, id - i, 0);
            rows.Take(used + Note(room[used..], id - i, 1));
        }

        rows.EndStatement();
        return 2 * PerTransaction;
    }

    private static int InsertMixed(RowsEvent rows, ref long id)
    {
        rows.BeginStatement(RowsEvent.Write);
        for (var i = 0; i < PerTransaction; i++)
        {
            rows.Take(MixedRow(rows.Room(256), ++id));
        }

        rows.EndStatement();
        return PerTransaction;
    }

    private static int Note(Span<byte> image, long id, int version)
    {
        const int textBytes = 169;
        image[0] = 0;
        BinaryPrimitives.WriteInt64LittleEndian(image[1..], id);
        BinaryPrimitives.WriteInt32LittleEndian(image[9..], (int)(id % 10_000));
        BinaryPrimitives.WriteInt16LittleEndian(image[13..], textBytes);
        for (var i = 0; i < textBytes; i++)
        {
            image[15 + i] = (byte)('a' + ((id + version + (i * 7)) % 26));
        }

        DateTime(image[(15 + textBytes)..]);
        BinaryPrimitives.WriteUInt16BigEndian(image[(20 + textBytes)..], (ushort)(id % 1000 * 10));
        return 22 + textBytes;
    }

    private static int MixedRow(Span<byte> image, long id)
    {
        image[..2].Clear();
        BinaryPrimitives.WriteInt64LittleEndian(image[2..], id);
        image[10] = (byte)id;
        BinaryPrimitives.WriteInt16LittleEndian(image[11..], (short)id);
        BinaryPrimitives.WriteUInt32LittleEndian(image[13..], (uint)id * 7);
        BinaryPrimitives.WriteSingleLittleEndian(image[17..], id);
        BinaryPrimitives.WriteDoubleLittleEndian(image[21..], id * 0.5);
        BinaryPrimitives.WriteUInt32BigEndian(image[29..], 0x8000_0000 | (uint)(id % 10_000_000));
        BinaryPrimitives.WriteUInt16BigEndian(image[33..], (ushort)(id % 10_000));
        var date = (2026 << 9) | (7 << 5) | (int)(1 + (id % 28));
        image[35] = (byte)date;
        image[36] = (byte)(date >> 8);
        image[37] = (byte)(date >> 16);
        var time = 0x80_0000 | (11 << 12) | (22 << 6) | (int)(id % 60);
        image[38] = (byte)(time >> 16);
        image[39] = (byte)(time >> 8);
        image[40] = (byte)time;
        DateTime(image[41..]);
        image[46] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(image[47..], (ushort)id);
        BinaryPrimitives.WriteUInt32BigEndian(image[49..], (uint)(1_790_000_000 + (id >> 6)));
        BinaryPrimitives.WriteUInt16BigEndian(image[53..], (ushort)(id % 1000 * 10));
        image[55] = 126;
        var used = Text(image, 56, 30, id);
        used = Text(image, used, 8, id);
        return Text(image, used, 16, id);
    }

    private static int Text(Span<byte> image, int at, int length, long id)
    {
        image[at] = (byte)length;
        for (var i = 1; i <= length; i++)
        {
            image[at + i] = (byte)('A' + ((id + i) % 26));
        }

        return at + 1 + length;
    }

    // 2026-07-15 11:22:33 as DATETIME(n) begins: (year * 13 + month) << 22 | day << 17 | hour << 12 | minute << 6 | second, biased, five bytes.
    private static void DateTime(Span<byte> image)
    {
        const ulong packed = 0x80_0000_0000UL + (((2026UL * 13) + 7) << 22 | 15UL << 17 | 11UL << 12 | 22UL << 6 | 33UL);
        image[0] = (byte)((packed >> 32) & 255);
        BinaryPrimitives.WriteUInt32BigEndian(image[1..], (uint)(packed & uint.MaxValue));
    }
}
