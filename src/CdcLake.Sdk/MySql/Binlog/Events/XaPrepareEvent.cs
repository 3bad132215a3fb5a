using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog.Events;

// XA_PREPARE_LOG_EVENT (type 38):
//
//   offset  size   field
//   0       1      1: XA COMMIT ... ONE PHASE, the transaction is committed; 0: it is only prepared
//   1       4      format id
//   5       4 + 4  lengths of gtrid and bqual
//   13      rest   gtrid, bqual
//
// Source: MySQL source, libs/mysql/binlog/event/control_events.h (XA_prepare_event).

/// <summary>The end of an XA transaction's changes.</summary>
/// <param name="OnePhase">True when it is committed at once; false when a later XA COMMIT or XA ROLLBACK decides.</param>
/// <param name="Id">Its name.</param>
internal readonly record struct XaPrepareEvent(bool OnePhase, XaId Id)
{
    private const uint MaxPart = 64;

    /// <summary>Reads the event after its common header; the checksum is already cut off.</summary>
    /// <exception cref="MySqlProtocolException">A part of the name is longer than XA allows.</exception>
    public static XaPrepareEvent Read(ref PacketReader reader)
    {
        var onePhase = reader.ReadByte() != 0;
        var format = reader.ReadUInt32();
        var (global, branch) = (reader.ReadUInt32(), reader.ReadUInt32());
        return global <= MaxPart && branch <= MaxPart
            ? new XaPrepareEvent(onePhase, XaId.Of(format, reader.ReadBytes((int)global), reader.ReadBytes((int)branch)))
            : throw MySqlProtocolException.Malformed("XA_PREPARE_LOG_EVENT", reader.Position, $"parts of {global} and {branch} bytes");
    }
}
