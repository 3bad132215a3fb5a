using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog.Events;

// Rows event (types 23-25 version 1, 30-32 and 39 version 2), after the common header, table id and flags:
//
//   2 + n        version 2 only: length of extra data, itself included, and the data
//   lenenc       columns
//   (n + 7)/8    one bit per column, low bit first: present in the (before-)image
//   (n + 7)/8    UPDATE only: present in the after-image
//   rest         row images (RowScanner; of type 39 PartialImages)
//
// Source: MySQL source documentation, binlog event "Rows_event".

/// <summary>Changes of rows of one table.</summary>
/// <param name="columns">Columns that the event counts.</param>
/// <param name="isFull">True when every image has all columns.</param>
/// <param name="present">One bit per column that the images have; of an update for its before-images, then for its after-images.</param>
/// <param name="images">The row images, one behind the other; of an update before-image and after-image alternate.</param>
internal readonly ref struct RowsEvent(ulong columns, bool isFull, ReadOnlySpan<byte> present, ReadOnlySpan<byte> images)
{
    private const ulong MaxColumns = 4096;

    public ulong Columns { get; } = columns;

    public bool IsFull { get; } = isFull;

    public ReadOnlySpan<byte> Present { get; } = present;

    public ReadOnlySpan<byte> Images { get; } = images;

    /// <summary>True when every image has the column.</summary>
    public bool Has(int column)
    {
        var bytes = ((int)Columns + 7) / 8;
        for (var at = column >> 3; at < Present.Length; at += bytes)
        {
            if ((Present[at] & (1 << (column & 7))) == 0)
            {
                return false;
            }
        }

        return true;
    }

    public static bool IsUpdate(EventType type) => type is EventType.UpdateRows or EventType.UpdateRowsV1 or EventType.PartialUpdateRows;

    public static bool IsInsert(EventType type) => type is EventType.WriteRows or EventType.WriteRowsV1;

    /// <summary>Reads the part behind table id and flags; the checksum is already cut off.</summary>
    /// <exception cref="MySqlProtocolException">Lengths that contradict each other.</exception>
    public static RowsEvent Read(EventType type, ReadOnlySpan<byte> body)
    {
        var reader = new PacketReader(body);
        var (columns, isFull) = ReadHead(type, ref reader);
        var bits = (IsUpdate(type) ? 2 : 1) * ((columns + 7) / 8);
        return new RowsEvent((ulong)columns, isFull, body.Slice(reader.Position - bits, bits), reader.ReadRest());
    }

    /// <summary>Bytes before the row images, behind table id and flags.</summary>
    /// <exception cref="MySqlProtocolException">Lengths that contradict each other.</exception>
    public static int HeadLength(EventType type, ReadOnlySpan<byte> body)
    {
        var reader = new PacketReader(body);
        ReadHead(type, ref reader);
        return reader.Position;
    }

    private static (int Columns, bool IsFull) ReadHead(EventType type, ref PacketReader reader)
    {
        if (type >= EventType.WriteRows)
        {
            var extra = reader.ReadUInt16();
            if (extra < 2)
            {
                throw MySqlProtocolException.Malformed("Rows event", reader.Position, $"length {extra} of the extra data");
            }

            reader.Skip(extra - 2);
        }

        var columns = reader.ReadLengthEncoded();
        if (columns is 0 or > MaxColumns)
        {
            throw MySqlProtocolException.Malformed("Rows event", reader.Position, $"{columns} columns");
        }

        var isFull = true;
        for (var image = IsUpdate(type) ? 2 : 1; image > 0; image--)
        {
            isFull &= AllSet(reader.ReadBytes(((int)columns + 7) / 8), (int)columns);
        }

        return ((int)columns, isFull);
    }

    private static bool AllSet(ReadOnlySpan<byte> bits, int count)
    {
        var last = (byte)(0xFF >> ((8 - (count & 7)) & 7));
        return (bits[^1] & last) == last && bits[..^1].IndexOfAnyExcept((byte)0xFF) < 0;
    }
}
