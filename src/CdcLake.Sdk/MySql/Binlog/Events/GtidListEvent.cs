using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog.Events;

// MariaDB's GTID_LIST_EVENT (type 163), the second event of each file:
//
//   offset  size  field
//   0       4     entries in the low 28 bits, flags in the others
//   4       16 n  domain (4), server (4), sequence number (8): the last transaction of each server in each domain before this file; that of a domain is the highest
//
// A server also sends an artificial one where a stream comes to the position that it was asked for.
// Source: MariaDB source, sql/log_event.h (Gtid_list_log_event).

/// <summary>What MariaDB had logged before a file.</summary>
internal static class GtidListEvent
{
    private const uint CountMask = 0x0FFF_FFFF;
    private const int EntryLength = 16;

    /// <summary>Reads the event after its common header; the checksum is already cut off.</summary>
    /// <exception cref="MySqlProtocolException">It announces more entries than it has.</exception>
    public static GtidSet Read(ref PacketReader reader)
    {
        var count = reader.ReadUInt32() & CountMask;
        if (count > reader.Remaining / EntryLength)
        {
            throw MySqlProtocolException.Malformed("GTID_LIST_EVENT", 0, $"{count} entries, {reader.Remaining} bytes left");
        }

        var set = new GtidSetBuilder();
        for (; count > 0; count--)
        {
            var (domain, server, number) = (reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadInt64());
            if (number is > 0 and < long.MaxValue)
            {
                set.Add(Gtid.OfDomain(domain, server, number));
            }
        }

        return set.ToSet();
    }
}
