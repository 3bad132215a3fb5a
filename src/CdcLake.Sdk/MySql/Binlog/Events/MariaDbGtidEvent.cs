using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog.Events;

// MariaDB's GTID_EVENT (type 162); the server id of the GTID is that of the common header:
//
//   offset  size  field
//   0       8     sequence number in the domain
//   8       4     domain
//   12      1     flags: 0x01 one event follows and no commit, 0x02 a commit id follows, 0x20 DDL,
//                 0x40 XA START: what follows is prepared, 0x80 XA COMMIT or XA ROLLBACK follows
//   ..      8     with 0x02: commit id
//   ..            with 0x40 or 0x80: format id (4), lengths of gtrid and bqual (1 + 1), both parts
//   ..      1     more flags, where bytes are left: 0x01 number of engines (1), 0x02 a START ALTER, 0x04 its COMMIT, 0x08 its ROLLBACK (both: sequence number of the START, 8),
//                 0x10 the session's id (4); zeros may follow
//
// Source: MariaDB source, sql/log_event.h (Gtid_log_event).

/// <summary>A transaction begins, in the log of MariaDB. There is no BEGIN behind it.</summary>
/// <param name="Domain">Domain of the GTID.</param>
/// <param name="Number">Number in it.</param>
/// <param name="IsStandalone">One statement follows, which ends it.</param>
/// <param name="IsPrepare">What follows is an XA transaction up to its first phase.</param>
/// <param name="IsAnnouncement">Its statement says that an ALTER TABLE begins, or was given up: nothing is changed by it.</param>
internal readonly record struct MariaDbGtidEvent(uint Domain, ulong Number, bool IsStandalone, bool IsPrepare, bool IsAnnouncement)
{
    private const byte Standalone = 0x01;
    private const byte HasCommitId = 0x02;
    private const byte PreparedXa = 0x40;
    private const byte CompletedXa = 0x80;
    private const byte MoreEngines = 0x01;
    private const byte StartAlter = 0x02;
    private const byte RollbackAlter = 0x08;

    /// <summary>Reads the event after its common header; the checksum is already cut off.</summary>
    public static MariaDbGtidEvent Read(ref PacketReader reader)
    {
        var number = reader.ReadUInt64();
        var domain = reader.ReadUInt32();
        var flags = reader.ReadByte();
        if ((flags & HasCommitId) != 0)
        {
            reader.Skip(8);
        }

        if ((flags & (PreparedXa | CompletedXa)) != 0)
        {
            reader.Skip(4);
            var (global, branch) = (reader.ReadByte(), reader.ReadByte());
            reader.Skip(global + branch);
        }

        var more = reader.Remaining > 0 ? reader.ReadByte() : (byte)0;
        if ((more & MoreEngines) != 0)
        {
            reader.Skip(1);
        }

        return new MariaDbGtidEvent(
            domain, number, (flags & (Standalone | CompletedXa)) != 0, (flags & PreparedXa) != 0, (more & (StartAlter | RollbackAlter)) != 0);
    }
}
