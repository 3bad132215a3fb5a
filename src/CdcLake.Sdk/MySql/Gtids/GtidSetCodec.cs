using System.Buffers.Binary;
using System.Text;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Gtids;

// Binary GTID set:
//
//   version 0: count u64; per source: uuid[16], interval count u64, intervals of (start u64, end-exclusive u64)
//   version 1: header u64 with 1 in byte 0 and byte 7 and the count in bytes 1..6;
//              per source and tag: uuid[16], tag length (one byte, shifted left by one), tag, interval count u64, intervals
//   version 2: compact; servers read it since 9.7 but do not write it: recognised and refused
//
// Byte 7 tells the version: a count of version 0 never reaches it. A server that has seen a tag writes version 1 even for an empty set.
// Source: MySQL source, libs/mysql/gtids and sql/rpl_gtid_set.cc (Gtid_set::encode).

/// <summary>Reads and writes the binary form of <see cref="GtidSet"/>.</summary>
internal static class GtidSetCodec
{
    private const int MaxTagLength = 32;

    /// <exception cref="MySqlProtocolException">Malformed, bytes left over, or another version than 0 and 1.</exception>
    public static GtidSet Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new PacketReader(bytes);
        var header = reader.ReadUInt64();
        var version = (int)(header >> 56);
        if (version > 1)
        {
            throw MySqlProtocolException.Malformed("GTID set", 0, $"version {version} of the binary form is not known to this library");
        }

        var count = version == 0 ? header : (header >> 8) & 0xFF_FFFF_FFFF;
        var builder = new GtidSetBuilder();
        for (ulong i = 0; i < count; i++)
        {
            var source = GtidSource.Read(reader.ReadBytes(GtidSource.Size));
            ReadIntervals(ref reader, builder, source, version == 0 ? "" : ReadTag(ref reader));
        }

        return reader.Remaining == 0
            ? builder.ToSet()
            : throw MySqlProtocolException.Malformed("GTID set", reader.Position, $"{reader.Remaining} bytes after the last interval");
    }

    /// <summary>Writes version 0, for sets without tags, or 1.</summary>
    public static byte[] Encode(GtidSet set, int version)
    {
        using var stream = new MemoryStream();
        Span<byte> number = stackalloc byte[8];
        Span<byte> source = stackalloc byte[GtidSource.Size];
        var count = (ulong)set.Entries.Length;
        Write(stream, number, version == 0 ? count : (1UL << 56) | (count << 8) | 1);
        foreach (var entry in set.Entries)
        {
            entry.Source.Write(source);
            stream.Write(source);
            if (version == 1)
            {
                stream.WriteByte((byte)(entry.Tag.Length << 1));
                stream.Write(Encoding.ASCII.GetBytes(entry.Tag));
            }

            Write(stream, number, (ulong)entry.Intervals.Length);
            foreach (var interval in entry.Intervals)
            {
                Write(stream, number, (ulong)interval.Start);
                Write(stream, number, (ulong)interval.End);
            }
        }

        return stream.ToArray();
    }

    private static string ReadTag(ref PacketReader reader)
    {
        var length = reader.ReadByte();
        var at = reader.Position;
        if ((length & 1) != 0 || length >> 1 > MaxTagLength)
        {
            throw MySqlProtocolException.Malformed("GTID set", at, $"tag length byte 0x{length:X2}");
        }

        var tag = Encoding.Latin1.GetString(reader.ReadBytes(length >> 1));
        return tag.Length == 0 || GtidText.IsTag(tag) ? tag : throw MySqlProtocolException.Malformed("GTID set", at, "a tag with characters that are not allowed");
    }

    private static void ReadIntervals(ref PacketReader reader, GtidSetBuilder builder, GtidSource source, string tag)
    {
        var count = reader.ReadUInt64();
        if (count > (ulong)reader.Remaining / 16)
        {
            throw MySqlProtocolException.Malformed("GTID set", reader.Position, $"{count} intervals, {reader.Remaining} bytes left");
        }

        long previous = 0;
        for (ulong i = 0; i < count; i++)
        {
            var start = reader.ReadInt64();
            var end = reader.ReadInt64();
            if (start <= previous || end <= start)
            {
                throw MySqlProtocolException.Malformed("GTID set", reader.Position, $"interval from {start} to {end} after {previous}");
            }

            builder.AddRange(source, tag, start, end);
            previous = end - 1;
        }
    }

    private static void Write(MemoryStream stream, Span<byte> scratch, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(scratch, value);
        stream.Write(scratch);
    }
}
