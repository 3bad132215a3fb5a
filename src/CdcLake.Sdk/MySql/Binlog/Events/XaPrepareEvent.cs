using CdcLake.MySql.Wire;

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
internal readonly record struct XaPrepareEvent(bool OnePhase)
{
    /// <summary>Reads the event after its common header; the checksum is already cut off.</summary>
    public static XaPrepareEvent Read(ref PacketReader reader) => new(reader.ReadByte() != 0);
}
